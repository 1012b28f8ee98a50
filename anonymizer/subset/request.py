"""What a person asks for: a fraction, the rows to begin with, or both. Knows no database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from foundation.errors import InputError

_ROOT = re.compile(r"\s*(?P<table>\S+)(?:\s+where\s+(?P<condition>\S.*?))?\s*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Root:
    """A table to begin with, and which of its rows (a condition in the source's SQL)."""

    table: str
    condition: str | None = None

    def __str__(self) -> str:
        return self.table if self.condition is None else f"{self.table} WHERE {self.condition}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """Which part of the source is copied. Without roots, the tables that refer to no other are the roots."""

    fraction: float = 1.0
    roots: tuple[Root, ...] = ()

    def __str__(self) -> str:
        of = " and ".join(map(str, self.roots))
        return f"{self.fraction:.6g}" + (f" of {of}" if of else "")


def request(fraction: float | None, roots: Sequence[str]) -> Request | None:
    """What the options ask for; None: everything. Raises InputError."""
    if fraction is None and not roots:
        return None
    if fraction is not None and not 0 < fraction <= 1:
        raise InputError(
            f"a fraction of {fraction:g} is no part of the source", hint="--fraction 0.05 is 5 %"
        )
    return Request(fraction=1.0 if fraction is None else fraction, roots=tuple(map(_root, roots)))


def _root(written: str) -> Root:
    found = _ROOT.fullmatch(written)
    if found is None or ";" in written:
        hint = "--root customers, or --root \"orders WHERE placed_at > now() - interval '7 days'\""
        raise InputError(f"{written!r} is no table with a condition", hint=hint)
    return Root(table=found["table"], condition=found["condition"])
