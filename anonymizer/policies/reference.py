"""The reference of a policy's keys and transforms, as Markdown. Made from the models; reads no policy.

`python -m anonymizer.policies.reference > docs/anonymizer/policy.md` writes it again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from anonymizer.policies.people import Enforced, People
from anonymizer.policies.policy import Override, Rule, TableRule, Written
from anonymizer.policies.processing import Processing
from anonymizer.transforms import TRANSFORMS
from anonymizer.transforms.base import INJECTIVE, TEXT, Slot, Transform

_HEAD = """# The policy, key by key

Made from the code by `python -m anonymizer.policies.reference`; [the anonymiser](README.md) explains it
with an example. Editors complete and check a policy with [policy.schema.json](policy.schema.json);
many take it from a first line such as `# yaml-language-server: $schema=docs/anonymizer/policy.schema.json`.
"""
_EXTENDS = """`extends: FILE` lays this file over another one: mappings key by key, anything else replaces,
null takes a key away.
"""
_TABLE_WORDS = "`skip` and `empty` may stand for `{rows: …}`.\n"
_RULE_WORDS = "`keep`, `drop` and `inherit` may stand for `{transform: …}`.\n"


def reference() -> str:
    """The page as it stands in docs/."""
    sections = (
        ("The file", [_EXTENDS, *_keys(Written)]),
        ("A table", [_TABLE_WORDS, *_keys(TableRule)]),
        ("People of a table", list(_keys(People))),
        ("What is enforced", list(_keys(Enforced))),
        ("A column, or a path in JSON", [_RULE_WORDS, *_keys(Rule)]),
        ("An environment", list(_keys(Override))),
        ("Processing, for the audit report", list(_keys(Processing))),
        ("Transforms", list(_transforms())),
    )
    return _HEAD + "".join(f"\n## {title}\n\n" + "\n".join(lines) + "\n" for title, lines in sections)


def _keys(model: type[BaseModel]) -> Iterator[str]:
    yield from ("| key | default | meaning |", "|---|---|---|")
    for name, field in model.model_fields.items():
        yield f"| `{field.alias or name}` | {_default(field)} | {field.description} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return f"`{field.default}`" if field.default not in (None, {}) else ""


def _transforms() -> Iterator[str]:
    yield from ("| name | gives | options | types | one-to-one |", "|---|---|---|---|---|")
    for name, one in sorted(TRANSFORMS.items()):
        plain = ["text"] if one.types >= TEXT else []
        types = ", ".join([*plain, *sorted(one.types - TEXT if plain else one.types)])
        yield f"| `{name}` | {one.summary} | {_options(one)} | {types} | {_distinct(one)} |"


def _options(one: Transform) -> str:
    fields = one.options.model_fields.items()
    return ", ".join(f"`{name}: {_plain(field.default)}`" for name, field in fields)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _distinct(one: Transform) -> str:
    return "yes" if one.results(one.options(), Slot()) == INJECTIVE else "no"


if __name__ == "__main__":
    sys.stdout.write(reference())
