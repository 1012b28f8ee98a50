"""Coarser truth: numbers as bands, dates as months or years, codes as their first characters.

No key decides here. What is left is true, and may still single somebody out: `anonymize risk` tells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from anonymizer.transforms import dates
from anonymizer.transforms.base import DATES, NUMBERS, TEXT, Mask, Slot, Transform, among, exact
from anonymizer.transforms.results import ANYTHING, Holds, unchanged
from foundation.documents import Input

_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
# Beyond that a float no longer tells neighbouring whole numbers apart.
_EXACT = 15


class Coarseness(Input):
    """`band`: width of the bands of numbers; `to`: what is left of a date; `prefix`: characters that stay."""

    band: int | None = Field(default=None, ge=2)
    to: Literal["month", "quarter", "year", "decade"] | None = None
    prefix: int | None = Field(default=None, ge=1, le=20)


def generalise(options: BaseModel, slot: Slot) -> Mask:
    coarser = _coarser(cast(Coarseness, options), slot.element.type)
    return lambda _key, _subjects, values: coarser(values)


def _coarser(chosen: Coarseness, kind: str) -> Callable[[pa.Array], pa.Array]:
    def mask(values: pa.Array) -> pa.Array:
        if kind in DATES:
            return _first_day(values, chosen.to or "year")
        if kind in NUMBERS:
            return _band(values, chosen.band or 2)
        return _prefix(values, chosen.prefix or 1)

    return mask


def _band(values: pa.Array, width: int) -> pa.Array:
    """The lower bound of the band. What is no plain number of fifteen digits becomes NULL, not true."""
    plain = pc.and_(
        pc.match_substring_regex(values, _NUMBER), pc.less_equal(pc.utf8_length(values), _EXACT)
    ).fill_null(False)
    numbers = pc.if_else(plain, values, "0").cast(pa.float64()).to_numpy(zero_copy_only=False)
    bounds = (np.floor(numbers / width) * width).astype(np.int64)
    return pc.if_else(plain, pa.array(bounds).cast(pa.string()), None)


def _first_day(values: pa.Array, unit: str) -> pa.Array:
    read = dates.read(values)
    midnight = pc.replace_substring_regex(read.time, r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?", "00:00:00")
    return read.written(_start(read.days, unit), midnight)


def _start(days: NDArray[np.datetime64], unit: str) -> NDArray[np.datetime64]:
    if unit in ("month", "quarter"):
        months = days.astype("datetime64[M]").astype(np.int64)
        return (
            (months - months % (3 if unit == "quarter" else 1))
            .astype("datetime64[M]")
            .astype("datetime64[D]")
        )
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    first = years - years % (10 if unit == "decade" else 1)
    return (first - 1970).astype("datetime64[Y]").astype("datetime64[D]")


def _prefix(values: pa.Array, length: int) -> pa.Array:
    """The first characters; of the rest the digits become 0 and the letters x, so that its form stays."""
    rest = pc.replace_substring_regex(pc.utf8_slice_codeunits(values, length), r"[0-9]", "0")
    plain = pc.replace_substring_regex(rest, r"\p{L}", "x")
    return pc.binary_join_element_wise(pc.utf8_slice_codeunits(values, 0, length), plain, "")


def _misfit(options: BaseModel, slot: Slot) -> str | None:
    chosen, kind = cast(Coarseness, options), slot.element.type
    wanted = "to" if kind in DATES else "band" if kind in NUMBERS else "prefix"
    given = sorted(chosen.model_fields_set)
    return (
        None if given == [wanted] else f"generalise needs the option {wanted} for {slot.type}, and no other"
    )


def _holds(options: BaseModel, slot: Slot) -> Holds:
    """What is coarse already stays: a first of January, a multiple of the band, a short code."""
    if slot.is_array or slot.is_hstore:
        return ANYTHING
    mask = _coarser(cast(Coarseness, options), slot.type)
    return Holds(stays=unchanged(mask, number=slot.type in NUMBERS))


GENERALISE = Transform(
    summary="a band of numbers, the first day of a month or year, the beginning of a code", bind=generalise,
    options=Coarseness, types=TEXT | NUMBERS | DATES, family="generalise", scopes=frozenset({"value"}),
    canonical=exact, longest=lambda _: None, results=among(1), keyed=False, coarse=True, misfit=_misfit,
    holds=_holds,
)  # fmt: skip
