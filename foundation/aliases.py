"""Refuses YAML that stands for more than it says, and text that no file or command could take. Pure."""

from __future__ import annotations

from pathlib import Path

import yaml

from foundation.errors import InputError

_MOST_VALUES, _MOST_REPEATED = 100_000, 10


def refuse_endless(node: yaml.Node | None, path: Path) -> None:
    """A few lines of aliases of aliases can stand for more values than any machine can hold."""
    sizes: dict[int, tuple[int, int]] = {}
    total = _size(node, sizes, path) if node is not None else 0
    if total > _MOST_VALUES and total > _MOST_REPEATED * len(sizes):
        line = min(found for found in sizes.values() if found[0] > _MOST_VALUES)[1]
        raise InputError(
            f"its aliases stand for {total} values", where=f"{path}:{line}", hint="write them out"
        )


def _size(node: yaml.Node, sizes: dict[int, tuple[int, int]], path: Path) -> int:
    """Values below and with a node, aliases followed; raises RecursionError for one inside itself."""
    if id(node) in sizes:
        found = sizes[id(node)][0]
        if not found:
            raise RecursionError
        return found
    line = node.start_mark.line + 1
    sizes[id(node)] = (0, line)
    below: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        below = [part for pair in node.value for part in pair]
    elif isinstance(node, yaml.SequenceNode):
        below = node.value
    elif "\0" in node.value:
        raise InputError("a text with a NUL character in it", where=f"{path}:{line}")
    total = 1 + sum(_size(part, sizes, path) for part in below)
    sizes[id(node)] = (total, line)
    return total
