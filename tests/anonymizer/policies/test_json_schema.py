"""What editors and readers are given is what the code takes: schema and reference are current."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from anonymizer.policies.json_schema import policy_schema, text
from anonymizer.policies.policy import Rule, TableRule, Written
from anonymizer.policies.reference import reference
from anonymizer.transforms import TRANSFORMS

HEAD = "policy: a\nversion: 1\n"


def valid(policy: str) -> bool:
    validator = jsonschema.Draft202012Validator(policy_schema())
    return bool(validator.is_valid(yaml.safe_load(policy)))


def test_the_files_in_docs_are_current(root: Path) -> None:
    again = "write it again: `python -m anonymizer.policies.json_schema`, or `….reference`"
    assert (root / "docs/anonymizer/policy.schema.json").read_text() == text(), again
    assert (root / "docs/anonymizer/policy.md").read_text() == reference(), again


@pytest.mark.parametrize("file", ["platforms/orderhub/policy.yaml", "tests/anonymizer/shop.yaml"])
def test_real_policies_are_valid_under_the_schema(root: Path, file: str) -> None:
    assert valid((root / file).read_text())


@pytest.mark.parametrize(
    ("policy", "right"),
    [
        (HEAD + "tables: {t: skip, u: {columns: {c: keep, d: {transform: email, class: free}}}}", True),
        ("extends: base.yaml\ntables: {t: null}\nenvironments: {qa: {tables: {u: {filter: a > 1}}}}", True),
        (HEAD + "schema: {t: 'sha256:1'}\ntables: {t: empty}", True),
        ("tables: {t: skip}", False),
        (HEAD + "tables: {t: skipp}", False),
        (HEAD + "tables: {t: {columns: {c: kep}}}", False),
        (HEAD + "tables: {t: {columns: {c: {transform: emial, class: free}}}}", False),
        (HEAD + "tables: {t: {columns: {c: {transform: email, class: secret}}}}", False),
        (HEAD + "tables: {t: {columns: {c: {transform: email, options: {uniqe: true}}}}}", False),
        (HEAD + "tables: {t: {columns: {c: {transform: phone, options: {form: loud}}}}}", False),
        (HEAD + "tables: {t: {colums: {}}}", False),
    ],
)
def test_the_schema_takes_what_is_right_and_underlines_what_is_not(policy: str, right: bool) -> None:
    assert valid(policy) is right


def test_the_reference_has_every_key_and_every_transform() -> None:
    page = reference()
    for model in (Written, TableRule, Rule):
        for name, field in model.model_fields.items():
            assert f"| `{field.alias or name}` |" in page
            assert field.description
    assert all(f"| `{name}` |" in page for name in TRANSFORMS)
