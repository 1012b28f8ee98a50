"""What roles take, by their meta/argument_specs.yml, and what of a site's variables they do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from foundation.documents import Document, did_you_mean
from foundation.errors import Problem
from foundation.wording import shown

ROLES = Path(__file__).parent / "roles"
_PYTHON: Mapping[str, tuple[type, ...]] = {
    "str": (str,), "path": (str,), "int": (int,), "float": (int, float), "bool": (bool,), "list": (list,),
    "dict": (dict,),
}  # fmt: skip
_WORDS = {
    "str": "text", "path": "a path", "int": "a whole number", "float": "a number", "bool": "true or false",
    "list": "a list", "dict": "keys with values",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Option:
    """A variable of a role. `options`: those of a dict, or of a list's dicts."""

    role: str
    type: str = "str"
    elements: str | None = None
    required: bool = False
    choices: tuple[object, ...] = ()
    secret: bool = False
    options: Mapping[str, Option] | None = None


ANY_ROLE: Mapping[str, Option] = {"site_boxed": Option(role="site", type="bool")}
"""Variables that are the site's, not one role's. `site_boxed`: its hosts are containers of one machine."""


def read(roles: Path = ROLES) -> dict[str, Option]:
    """Variable -> option, of every role in the folder."""
    found: dict[str, Option] = {}
    for path in sorted(roles.glob("*/meta/argument_specs.yml")):
        specs = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
        for entry in specs.values():
            found |= _options(path.parent.parent.name, entry.get("options") or {})
    return found


def _options(role: str, written: Mapping[str, Mapping[str, object]]) -> dict[str, Option]:
    return {name: _option(role, option) for name, option in written.items()}


def _option(role: str, written: Mapping[str, object]) -> Option:
    inner, choices, elements = (written.get(key) for key in ("options", "choices", "elements"))
    return Option(
        role=role,
        type=str(written.get("type", "str")),
        elements=str(elements) if elements else None,
        required=bool(written.get("required")),
        choices=tuple(choices) if isinstance(choices, list) else (),
        secret=bool(written.get("no_log")),
        options=_options(role, inner) if isinstance(inner, dict) else None,
    )


def problems(document: Document, known: Mapping[str, Option]) -> list[Problem]:
    """What of the variables in a site's file no role takes, or takes otherwise, each at its line."""
    content = document.content
    assert isinstance(content, dict)
    places: list[tuple[str | int, ...]] = [("variables",)]
    places += [("hosts", host, "variables") for host in content.get("hosts", {})]
    return [each for at in places for each in _in(document, at, known)]


def _in(document: Document, at: tuple[str | int, ...], known: Mapping[str, Option]) -> Iterator[Problem]:
    for name, value in _mapping(document.content, at).items():
        option = known.get(name) or ANY_ROLE.get(name)
        if option is not None and option.secret:
            continue  # its value is not here: giving.py
        if option is not None:
            for what in mistakes(name, value, option):
                yield document.problem((*at, name), what)
        else:
            hint = did_you_mean(name, _near(name, known))
            yield document.problem((*at, name), f"no role takes a variable {name!r}", hint)


def _mapping(content: object, at: Iterable[str | int]) -> Mapping[str, object]:
    for step in at:
        content = content.get(step) if isinstance(content, dict) else None
    return content if isinstance(content, dict) else {}


def _near(name: str, known: Mapping[str, Option]) -> list[str]:
    """Variables of the role that the name begins with; all roles where it is none's."""
    role = max(
        (each.role for each in known.values() if name.startswith(f"{each.role}_")), key=len, default=""
    )
    named = [each for each, option in known.items() if option.role == role]
    return [*named, *ANY_ROLE] if role else [*known, *ANY_ROLE]


def mistakes(name: str, value: object, option: Option) -> Iterator[str]:
    """What is wrong about a value, inside it too. What Ansible is to fill in (`{{ … }}`) is not judged."""
    if isinstance(value, str) and "{{" in value:
        return
    if not _fits(value, option.type):
        yield f"{name!r}: expected {_WORDS[option.type]}, got {shown(value)}"
    elif option.choices and value not in option.choices:
        yield f"{name!r}: {did_you_mean(str(value), map(str, option.choices))}, got {shown(value)}"
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _item_mistakes(f"{name}[{number}]", item, option)
    elif isinstance(value, dict) and option.options is not None:
        yield from _key_mistakes(name, value, option.options)


def _item_mistakes(name: str, item: object, option: Option) -> Iterator[str]:
    if option.elements is not None:
        yield from mistakes(
            name, item, Option(role=option.role, type=option.elements, options=option.options)
        )


def _key_mistakes(name: str, value: Mapping[str, object], options: Mapping[str, Option]) -> Iterator[str]:
    for key, inner in value.items():
        if key in options:
            yield from mistakes(f"{name}.{key}", inner, options[key])
        else:
            yield f"unknown key '{name}.{key}': {did_you_mean(str(key), options)}"
    for key, option in options.items():
        if option.required and key not in value:
            yield f"'{name}.{key}' is missing"


def _fits(value: object, kind: str) -> bool:
    if kind not in _PYTHON:  # raw, json, jsonarg: anything
        return True
    return isinstance(value, _PYTHON[kind]) and (kind == "bool" or not isinstance(value, bool))


def missing(hosts: Mapping[str, Mapping[str, object]], known: Mapping[str, Option]) -> list[Problem]:
    """Variables that a role requires and a host has not, after all that is derived and written."""
    return [
        Problem(where=f"host {host}", what=f"{name!r} is missing: the role {option.role} needs it",
                hint=f"write it below `variables` of the site ({_WORDS.get(option.type, option.type)})")
        for host, variables in hosts.items()
        for name, option in known.items()
        if option.required and name not in variables
    ]  # fmt: skip
