"""Dates moved by whole weeks, never by none; all dates of an entity together, so distances stay true."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms import ranges
from anonymizer.transforms.base import DATES, Mask, Slot, Transform, among, exact, holding, joined
from anonymizer.transforms.results import Holds, without
from foundation.documents import Input

_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]|$)"
_EPOCH = "1970-01-01"

Days = NDArray[np.datetime64]


class Span(Input):
    """`weeks`: the farthest a date moves, either way."""

    weeks: int = Field(default=26, ge=1, le=1000)


@dataclass(frozen=True, kw_only=True)
class Dates:
    """Dates read from text. Where `plain` is false, `days` is 1970-01-01; `time` is what follows the day."""

    values: pa.Array = field(repr=False)
    plain: pa.Array = field(repr=False)
    days: Days
    time: pa.Array = field(repr=False)

    def written(self, days: Days, time: pa.Array | None = None) -> pa.Array:
        """Other days as text, at the same time of day or at `time`.

        "infinity" has no neighbour: it stays. Years beyond 9999 and BC become NULL rather than stay true.
        """
        endless = pc.is_in(self.values, pa.array(["infinity", "-infinity"]))
        text = joined([pa.array(days.astype(str), pa.string()), self.time if time is None else time])
        return pc.if_else(self.plain, text, pc.if_else(endless, self.values, None))


def read(values: pa.Array) -> Dates:
    """Dates and timestamps as PostgreSQL writes them (ISO)."""
    plain = pc.match_substring_regex(values, _DATE).fill_null(False)
    date = pc.if_else(plain, pc.utf8_slice_codeunits(values, 0, 10), _EPOCH)
    days = np.array(date.to_pylist(), "datetime64[D]")
    return Dates(values=values, plain=plain, days=days, time=pc.utf8_slice_codeunits(values, 10))


def shift(options: BaseModel, slot: Slot) -> Mask:
    weeks, is_range = cast(Span, options).weeks, slot.element.type in ranges.OF_DATES

    def mask(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
        choices, _ = prf.words(key, "weeks", prf.digests(key, subjects))
        turn = prf.choose(choices, 2 * weeks)
        moved = np.where(turn < weeks, turn - weeks, turn - weeks + 1) * 7
        if is_range:
            bounds = ranges.bounds(values)
            return bounds.written(_moved(bounds.texts, moved[bounds.owners]))
        return _moved(values, moved)

    return mask


def _moved(values: pa.Array, days: NDArray[np.int64]) -> pa.Array:
    dates = read(values)
    return dates.written(dates.days + days)


SHIFT = Transform(
    summary="a date moved by whole weeks, the same for all dates of an entity", bind=shift, options=Span,
    types=DATES | ranges.OF_DATES, family="dates", canonical=exact, longest=lambda _: None, results=among(1),
    holds=holding(Holds(stays=without("[0-9]"))),
)  # fmt: skip
