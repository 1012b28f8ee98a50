"""What is asked of a side beyond its texts: numbers, moments, whole rows. Every engine spells it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import pyarrow as pa

from anonymizer.policies.plan import TablePlan
from anonymizer.proof.sheets import Side


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


class Telling(Side, Protocol):
    """A side that tells terms of its rows; of the source only the rows that were copied."""

    def told(
        self, table: TablePlan, terms: Mapping[str, Term], *, sample: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """One column a term, by its name; of `sample` rows or so, by chance, where a number is given."""
        ...
