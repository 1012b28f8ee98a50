"""Dates moved by whole weeks, never by none; all dates of an entity together, so distances stay true."""

from __future__ import annotations

from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, Field

from anonymizer import prf
from anonymizer.keys import Key
from anonymizer.transforms.base import DATES, Mask, Transform, among, exact, joined
from foundation.documents import Input

_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]|$)"
_EPOCH = "1970-01-01"


class Span(Input):
    """`weeks`: the farthest a date moves, either way."""

    weeks: int = Field(default=26, ge=1, le=1000)


def shift(options: BaseModel) -> Mask:
    weeks = cast(Span, options).weeks

    def mask(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
        choices, _ = prf.words(key, "weeks", prf.digests(key, subjects))
        turn = prf.choose(choices, 2 * weeks)
        moved = np.where(turn < weeks, turn - weeks, turn - weeks + 1) * 7
        plain = pc.match_substring_regex(values, _DATE).fill_null(False)
        date = pc.if_else(plain, pc.utf8_slice_codeunits(values, 0, 10), _EPOCH)
        days = np.array(date.to_pylist(), "datetime64[D]") + moved
        rest = pc.utf8_slice_codeunits(values, 10)
        # "infinity" has no neighbour: it stays. Years beyond 9999 and BC become NULL rather than stay true.
        endless = pc.is_in(values, pa.array(["infinity", "-infinity"]))
        return pc.if_else(
            plain, joined([pa.array(days.astype(str)), rest]), pc.if_else(endless, values, None)
        )

    return mask


SHIFT = Transform(
    summary="a date moved by whole weeks, the same for all dates of an entity", bind=shift, options=Span,
    types=DATES, family="dates", canonical=exact, longest=lambda _: None, results=among(1),
)  # fmt: skip
