"""The reference of roles, docs/hosts/roles.md, from what each role itself says it takes. Pure but for `main`.

`python -m playbooks.reference` writes the page; a test holds that the page says what the roles do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import yaml

from playbooks.specs import ROLES

SITE = Path(__file__).parent / "site.yml"
PAGE = Path(__file__).parent.parent / "docs" / "hosts" / "roles.md"
_SHORT = 48  # characters of a default that still fit a line of a table
_DERIVED = "{{"
_END = "...\n"  # PyYAML ends a document that is one word so

_HEAD = """# Roles

What `peakproof hosts configure` makes of a bare machine, role by role, in the order in which they run. A
variable is set below `variables` of the site's file, for all hosts, or below `variables` of one host. A name
that no role takes is refused, and so is a value of another type, before any host is changed. `--tags ROLE`
runs one role alone.

This page is generated from the roles (`python -m playbooks.reference`).
"""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role as it describes itself. `options` and `defaults`: as in its argument_specs and defaults."""

    name: str
    summary: str
    description: tuple[str, ...]
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    defaults: Mapping[str, object] = field(default_factory=dict)


def read(roles: Path = ROLES) -> dict[str, Role]:
    """Name -> role, of every folder that describes one."""
    return {
        path.parts[-3]: _role(path.parent.parent) for path in sorted(roles.glob("*/meta/argument_specs.yml"))
    }


def _role(folder: Path) -> Role:
    spec = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]
    defaults = folder / "defaults" / "main.yml"
    return Role(
        name=folder.name,
        summary=spec["short_description"],
        description=_lines(spec.get("description", [])),
        options=spec.get("options") or {},
        defaults=(yaml.safe_load(defaults.read_text()) or {}) if defaults.exists() else {},
    )


def order(site: Path = SITE) -> tuple[str, ...]:
    """The roles in the order in which site.yml runs them."""
    plays = yaml.safe_load(site.read_text())
    return tuple(role for play in plays for role in play.get("roles", []))


def page(roles: Mapping[str, Role], first: tuple[str, ...]) -> str:
    """The whole page: roles of site.yml in its order, then the others by name."""
    names = [*dict.fromkeys(first), *sorted(roles.keys() - set(first))]
    contents = [f"- [`{name}`](#{name}): {roles[name].summary}" for name in names]
    return "\n".join([_HEAD, *contents, *(line for name in names for line in _section(roles[name]))]) + "\n"


def _section(role: Role) -> Iterator[str]:
    yield f"\n## {role.name}\n\n{role.summary}. {' '.join(role.description)}"
    if role.options:
        yield "\n| variable | type | default | what it is |\n|---|---|---|---|"
        yield from _rows(role)
    yield from _long_defaults(role)


def _rows(role: Role) -> Iterator[str]:
    for name, option in role.options.items():
        yield _row(name, option, _default(name, option, role.defaults))
        yield from _inner_rows(name, option)


def _inner_rows(above: str, option: Mapping[str, object]) -> Iterator[str]:
    inner = cast("Mapping[str, Mapping[str, object]]", option.get("options") or {})
    for name, each in inner.items():
        path = f"{above}{'[]' if option.get('type') == 'list' else ''}.{name}"
        yield _row(path, each, _default(name, each, {}))
        yield from _inner_rows(path, each)


def _row(name: str, option: Mapping[str, object], default: str) -> str:
    cells = [f"`{name}`", _type(option), default, " ".join(_lines(option.get("description", [])))]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _type(option: Mapping[str, object]) -> str:
    choices = option.get("choices")
    if isinstance(choices, list):
        return " or ".join(f"`{choice}`" for choice in choices)
    elements = option.get("elements")
    return f"{option.get('type', 'str')} of {elements}" if elements else str(option.get("type", "str"))


def _default(name: str, option: Mapping[str, object], defaults: Mapping[str, object]) -> str:
    if option.get("required"):
        return "required"
    value = defaults.get(name, option.get("default"))
    if _is_long(value):
        return "below"
    return "derived" if _DERIVED in str(value) else _code(value)


def _is_long(value: object) -> bool:
    return _DERIVED not in str(value) and (len(_code(value)) > _SHORT or "\n" in str(value))


def _code(value: object) -> str:
    """A value as somebody would write it in YAML, on one line."""
    if value is None:
        return "none"
    written = yaml.safe_dump(value, default_flow_style=True, width=10_000, sort_keys=False)
    return f"`{written.removesuffix(_END).strip()}`"


def _long_defaults(role: Role) -> Iterator[str]:
    long = {name: value for name, value in role.defaults.items() if name in role.options and _is_long(value)}
    if long:
        written = yaml.safe_dump(long, sort_keys=False, width=110, default_flow_style=None)
        yield f"\nDefaults of {role.name}:\n\n```yaml\n{written}```"


def _lines(described: object) -> tuple[str, ...]:
    lines = described if isinstance(described, list) else [described]
    return tuple(" ".join(str(line).split()) for line in lines)


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page(read(), order()), encoding="utf-8")


if __name__ == "__main__":
    main()
