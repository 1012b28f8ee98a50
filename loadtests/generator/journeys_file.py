"""Journeys as people write them: a Python file whose classes are found by the names they give themselves."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Collection, Mapping
from pathlib import Path

from foundation.errors import InputError
from loadtests.generator.journey import Journey


def journeys_in(path: Path, names: list[str]) -> Mapping[str, type[Journey]]:
    """The journeys of those names in a Python file. Raises InputError: no file, it fails, unknown name."""
    spec = importlib.util.spec_from_file_location("peakproof_journeys", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise InputError(
            "no such journeys file", where=str(path), hint="give a Python file with Journey classes"
        )
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise InputError(
            f"the journeys file fails: {type(error).__name__}: {error}", where=str(path)
        ) from error
    found = {
        value.journey: value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Journey) and hasattr(value, "journey") and value.tasks
    }
    unknown = [name for name in names if name not in found]
    if unknown:
        allowed = ", ".join(sorted(found)) or "none with tasks"
        raise InputError(f"unknown journey {unknown[0]!r}", where=str(path), hint=f"it has: {allowed}")
    chosen = {name: found[name] for name in names}
    for name, journey in chosen.items():
        _check_refusals(name, journey.refusals, path)
    return chosen


def _check_refusals(name: str, refusals: object, path: Path) -> None:
    """What is no status would be told by every order, and too late. Raises InputError."""
    statuses = list(refusals) if isinstance(refusals, Collection) else [None]
    if not all(isinstance(status, int) and 300 <= status <= 599 for status in statuses):
        raise InputError(
            f"journey {name!r}: refusals are statuses, not {refusals!r}",
            where=str(path),
            hint="such as refusals = (404, 409)",
        )
