"""A user's own transform: installed like any distribution, named in a policy, and never trusted blindly."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import anonymizer
from anonymizer.policies.json_schema import policy_schema
from anonymizer.transforms import known, own
from anonymizer.transforms.base import Slot
from foundation.errors import InputError
from tests.anonymizer.transforms.applied import mask

HERE = Path(__file__).parent
PLATES = ["KR 12345", None, "", "KR 12345", "WX 1"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip installed the distribution, and nothing else."""
    target = tmp_path_factory.mktemp("site")
    copy = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "acme_transforms.py"):
        (copy / name).write_bytes((HERE / "acme" / name).read_bytes())
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*command, "--no-build-isolation", "--target", str(target), str(copy)], check=True)
    return target


@pytest.fixture(autouse=True)
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(site))
    own.names.cache_clear()
    own.own.cache_clear()
    yield
    own.names.cache_clear()
    own.own.cache_clear()


def policy(tmp_path: Path, transform: str) -> Path:
    file = tmp_path / "policy.yaml"
    file.write_text(
        "policy: cars\nversion: 1\ntables:\n"
        f"  cars: {{columns: {{plate: {{transform: {transform}, class: identifying}}}}}}\n"
    )
    return file


def test_it_masks_like_any_other(tmp_path: Path) -> None:
    found = mask("acme.plate", PLATES)
    assert [found[1], found[2]] == [None, ""]
    assert found[0] == found[3] != found[4]
    assert re.fullmatch(r"WA [0-9A-F]{5}", found[4] or "")
    assert mask("acme.plate", PLATES, domain="other") != found, "its key is the domain's"
    assert anonymizer.load_policy(policy(tmp_path, "acme.plate")).tables["cars"]


def test_its_version_is_part_of_the_policys_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = anonymizer.load_policy(policy(tmp_path, "acme.plate")).hash
    monkeypatch.setattr(own, "version", lambda _name: "acme-transforms 1.3")
    assert anonymizer.load_policy(policy(tmp_path, "acme.plate")).hash != before


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("acme.short", "gave 1 results for 2 values"),
        ("acme.nulls", "gave NULL for 2 of 2 values"),
        ("acme.list", "gave no pyarrow.Array of strings"),
        ("acme.broken", "raised ValueError"),
    ],
)
def test_what_it_gives_is_checked_and_no_value_is_told(name: str, what: str) -> None:
    with pytest.raises(InputError) as refused:
        mask(name, PLATES)
    assert what in str(refused.value)
    assert "KR 12345" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_result_that_does_not_fit_its_column_is_refused() -> None:
    with pytest.raises(InputError, match="gave 8 characters, 7 fit"):
        mask("acme.plate", PLATES, slot=Slot(limit=7))


def test_one_that_cannot_be_loaded_says_so_when_the_policy_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"acme\.gone .*cannot be loaded: AttributeError"):
        anonymizer.load_policy(policy(tmp_path, "acme.gone"))


def test_one_that_is_not_installed_is_unknown_and_the_others_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        anonymizer.load_policy(policy(tmp_path, "acme.plates"))
    assert "did you mean 'acme.plate'" in str(refused.value.problems[0])


def test_a_name_without_a_dot_is_never_taken() -> None:
    assert "nodot" not in known()


def test_editors_take_its_name() -> None:
    assert {"pattern": r"\."}.items() <= str_rule().items()


def str_rule() -> dict[str, object]:
    rule = policy_schema()["$defs"]["Rule"]["anyOf"][1]  # type: ignore[index]
    found: dict[str, object] = rule["properties"]["transform"]["anyOf"][1]
    return found
