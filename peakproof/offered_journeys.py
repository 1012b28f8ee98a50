"""Which journeys a platform offers, read from its file without running it: Locust stays out of here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from foundation.errors import InputError


def offered(path: Path) -> frozenset[str]:
    """Names that classes give themselves as `journey = "name"`. Raises InputError when it is not Python."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise InputError(f"not Python: {error}", where=f"{path}:{line}") from error
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return frozenset(name for each in classes for name in _names(each))


def _names(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        named = any(isinstance(target, ast.Name) and target.id == "journey" for target in targets)
        if named and isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            yield str(statement.value.value)
