"""One Compose file over another, by the specification's rules for merging. Pure.

Mappings merge key by key and sequences are appended, but for those that replace, and those whose entries are
known by what they are for: a port, a path in the container.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from environments.compose.written import Items, Pairs, Text, Value

_REPLACED = frozenset({"command", "entrypoint", "test"})
_NAMED = frozenset({"environment", "labels", "annotations", "args", "extra_hosts", "sysctls"})
"""Mappings that may be written as a list of NAME=VALUE."""
_OF_NAMES = frozenset({"depends_on", "networks"})
"""Mappings that may be written as a list of names."""


def merged(below: Value, above: Value, key: str = "") -> Value:
    """`above` over `below`, which both stand at `key`."""
    if above.tag == "!override" or key in _REPLACED:
        return above
    if key in _NAMED:
        below, above = named(below), named(above)
    if key in _OF_NAMES:
        below, above = of_names(below), of_names(above)
    if isinstance(below, Pairs) and isinstance(above, Pairs):
        return _pairs(below, above)
    if isinstance(below, Items) and isinstance(above, Items):
        return _items(below, above, _TARGETS.get(key))
    if isinstance(above, Text) and above.null and not above.tag and key in ("services", ""):
        return below
    return above


def _pairs(below: Pairs, above: Pairs) -> Pairs:
    entries = dict(below.entries)
    for key, value in above.entries.items():
        if value.tag == "!reset":
            entries.pop(key, None)
        else:
            entries[key] = merged(entries[key], value, key) if key in entries else value
    return Pairs(place=above.place, entries=entries, keys={**below.keys, **above.keys})


def _items(below: Items, above: Items, target: Callable[[Value], str] | None) -> Items:
    if target is None:
        written = {plain(each) for each in below.items}
        added = [each for each in above.items if plain(each) not in written]
        return replace(above, items=(*below.items, *added))
    known = {target(each): each for each in below.items}
    return replace(above, items=tuple({**known, **{target(each): each for each in above.items}}.values()))


def named(value: Value) -> Value:
    """[NAME=VALUE] as NAME: VALUE. A name alone is null: its value comes from around."""
    if not isinstance(value, Items):
        return value
    texts = [each for each in value.items if isinstance(each, Text)]
    if len(texts) < len(value.items):
        return value
    entries: dict[str, Value] = {}
    for each in texts:
        name, equals, text = each.text.partition("=")
        entries[name.strip()] = replace(each, text=text, null=not equals)
    return Pairs(
        place=value.place, entries=entries, keys={name: each.place for name, each in entries.items()}
    )


def of_names(value: Value) -> Value:
    """[NAME] as NAME: nothing more."""
    if not isinstance(value, Items) or not all(isinstance(each, Text) for each in value.items):
        return value
    texts = [each for each in value.items if isinstance(each, Text)]
    entries: dict[str, Value] = {each.text: Text(place=each.place, text="", null=True) for each in texts}
    return Pairs(place=value.place, entries=entries, keys={each.text: each.place for each in texts})


def plain(value: Value) -> str:
    """Equal texts for values that say the same."""
    if isinstance(value, Text):
        return value.text
    if isinstance(value, Items):
        return f"[{', '.join(map(plain, value.items))}]"
    return f"{{{', '.join(f'{key}: {plain(each)}' for key, each in sorted(value.entries.items()))}}}"


def _volume_target(value: Value) -> str:
    """Where in the container a volume stands: short, `source:target:mode`, or long."""
    if isinstance(value, Text):
        parts = value.text.split(":")
        return parts[1] if len(parts) > 1 else parts[0]
    return _said(value, "target")


def _file_target(value: Value) -> str:
    """What a secret or config is called in the container: its own name unless said."""
    if isinstance(value, Text):
        return value.text
    return _said(value, "target") or _said(value, "source")


def _said(value: Value, key: str) -> str:
    found = value.get(key) if isinstance(value, Pairs) else None
    return found.text if isinstance(found, Text) else ""


_TARGETS: Mapping[str, Callable[[Value], str]] = {
    "volumes": _volume_target,
    "secrets": _file_target,
    "configs": _file_target,
    "ports": plain,
}
