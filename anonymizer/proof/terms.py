"""What is asked of a side beyond its texts: numbers, moments, whole rows. Every engine spells it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Text:
    """A column as text; with `prefix`, its first characters."""

    column: str
    prefix: int | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """Several columns as one text that is equal where all of them are."""

    columns: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A number as a double; with `band`, the lower bound of its band of that width."""

    column: str
    band: int | None = None


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A date or time as seconds since 1970, a double; with `start`, of the month, year … that it is in."""

    column: str
    start: Literal["month", "quarter", "year", "decade"] | None = None


Term = Text | Row | Amount | Moment
