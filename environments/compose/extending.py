"""Services as they are with what they extend, and with the variables of their files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from environments.compose import dotenv_files, merging
from environments.compose.assembling import Assembly
from environments.compose.written import Items, Pairs, Place, Text, Value, one
from foundation.documents import did_you_mean


def extended(services: Pairs, assembly: Assembly) -> Pairs:
    """Every service over the one that its `extends` names, with the variables of its `env_file`."""
    made: dict[str, Value] = {}
    for name, service in services.entries.items():
        if isinstance(service, Pairs):
            whole = _extended(service, name, _Around(services=services, assembly=assembly))
            made[name] = _with_variables(whole, assembly)
        else:
            assembly.problems.append(services.at(name).problem(f"service {name!r} has no keys"))
    return replace(services, entries=made)


@dataclass(frozen=True, kw_only=True)
class _Around:
    """The services among which a name is looked up, and those that led there."""

    services: Pairs
    assembly: Assembly
    seen: tuple[tuple[Path, str], ...] = ()


def _extended(service: Pairs, name: str, around: _Around) -> Pairs:
    wish = service.get("extends")
    if wish is None:
        return service
    place, alone = service.at("extends"), service.without("extends")
    base, file = (
        (one(wish.get("service")), one(wish.get("file"))) if isinstance(wish, Pairs) else (one(wish), None)
    )
    path = place.folder / file.text if file else place.file
    if base is None or (path, base.text) in around.seen:
        around.assembly.problems.append(place.problem(f"{name!r} extends no service, or itself in a circle"))
        return alone
    services = _services(path, around.assembly) if file else around.services
    below = services.get(base.text)
    if not isinstance(below, Pairs):
        hint = did_you_mean(base.text, services.entries)
        around.assembly.problems.append(base.place.problem(f"no service {base.text!r} to extend", hint))
        return alone
    further = replace(around, services=services, seen=(*around.seen, (path, base.text)))
    made = merging.merged(_extended(below, base.text, further), alone)
    assert isinstance(made, Pairs)
    return made


def _services(path: Path, assembly: Assembly) -> Pairs:
    """Those of another file."""
    tree = assembly.file(path, path.parent)
    found = tree.get("services")
    return found if isinstance(found, Pairs) else Pairs(place=tree.place)


def _with_variables(service: Pairs, assembly: Assembly) -> Pairs:
    """The service with its `env_file`s in `environment`, and what is taken from the command's own."""
    entries: dict[str, Value] = {}
    for path, place, required in _env_files(service.get("env_file")):
        if path.is_file():
            found = dotenv_files.read(path, assembly.variables)
            entries |= {name: Text(place=place, text=text) for name, text in found.items()}
        elif required:
            assembly.problems.append(place.problem(f"no such file: {path}"))
    own = merging.named(service.get("environment") or Pairs(place=service.place))
    if not isinstance(own, Pairs):
        assembly.problems.append(service.at("environment").problem("`environment`: expected NAME: value"))
        return service.without("environment", "env_file")
    for name, value in own.entries.items():
        passed_on = isinstance(value, Text) and value.null
        entries |= _passed_on(value, name, assembly) if passed_on else {name: value}
    alone = service.without("environment", "env_file")
    made = Pairs(place=service.at("environment"), entries=entries, keys=own.keys)
    return alone.having("environment", made) if entries else alone


def _passed_on(value: Value, name: str, assembly: Assembly) -> dict[str, Value]:
    """A variable without a value has that of the command's environment, or is not there."""
    if name not in assembly.variables:
        assembly.unset.setdefault(name, value.place)
        return {}
    return {name: Text(place=value.place, text=assembly.variables[name])}


def _env_files(value: Value | None) -> list[tuple[Path, Place, bool]]:
    """Path, place, and whether it has to be there."""
    listed = value.items if isinstance(value, Items) else [value] if value is not None else []
    files = []
    for each in listed:
        path = one(each.get("path")) if isinstance(each, Pairs) else one(each)
        required = one(each.get("required")) if isinstance(each, Pairs) else None
        if path is not None:
            needed = required is None or required.text.lower() != "false"
            files.append((path.place.folder / path.text, path.place, needed))
    return files
