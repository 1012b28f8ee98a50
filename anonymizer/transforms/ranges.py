"""PostgreSQL's ranges and multiranges as text: their bounds apart from what stands around them.

Whatever moves a range moves both of its bounds alike, so that it stays as wide as it was, and never turns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# What the bounds of each type are.
_BOUNDS: Mapping[str, str] = {
    "daterange": "date",
    "tsrange": "timestamp without time zone",
    "tstzrange": "timestamp with time zone",
    "int4range": "integer",
    "int8range": "bigint",
    "numrange": "numeric",
}
_ALL = {**_BOUNDS, **{name.replace("range", "multirange"): of for name, of in _BOUNDS.items()}}
OF_DATES = frozenset(name for name, of in _ALL.items() if of.startswith(("date", "timestamp")))
OF_NUMBERS = frozenset(_ALL) - OF_DATES
# A bound between quotes or without; "empty" has none, and an endless side is not written.
_BOUND = re.compile(r'([-+0-9iN][^",()\[\]{}]*)')


def bound(type_: str) -> str:
    """The type of the bounds of a range; of any other type, itself."""
    return _ALL.get(type_, type_)


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """`texts`: the bounds of all ranges one after the other, `owners`: the range that each stands in.

    `parts`: what stands around the bounds, and the bounds, by turns; `nulls`: which ranges are NULL.
    """

    texts: pa.Array = field(repr=False)
    owners: NDArray[np.int64]
    parts: tuple[tuple[str, ...], ...]
    nulls: pa.Array = field(repr=False)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Where the bounds of each range begin and end in `texts`."""
        ends = np.cumsum([len(row) // 2 for row in self.parts]).tolist()
        return list(zip([0, *ends[:-1]], ends, strict=True)) if ends else []

    def written(self, texts: pa.Array) -> pa.Array:
        """The ranges with other bounds; one that lost a bound becomes NULL."""
        found = iter(texts.to_pylist())
        rows = [[next(found) if at % 2 else part for at, part in enumerate(row)] for row in self.parts]
        whole = pa.array([None if None in row else "".join(row) for row in rows], pa.string())
        return pc.if_else(self.nulls, None, whole)


def bounds(ranges: pa.Array) -> Bounds:
    """Ranges as PostgreSQL writes them, taken apart."""
    parts = tuple(tuple(_BOUND.split(text or "")) for text in ranges.to_pylist())
    owners = np.repeat(np.arange(len(parts)), [len(row) // 2 for row in parts])
    texts = pa.array([row[at] for row in parts for at in range(1, len(row), 2)], pa.string())
    return Bounds(texts=texts, owners=owners, parts=parts, nulls=ranges.is_null())
