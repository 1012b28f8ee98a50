"""Amounts moved by a keyed share: the size of things stays, the number does not.

Zero stays zero, a sign stays, and no other amount stays what it was. The decimals stay as many. A declared
total is not perturbed but added up again from its masked parts: see `total`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms import ranges
from anonymizer.transforms.base import INTEGERS, NUMBERS, Mask, Slot, Transform, among, exact, holding
from anonymizer.transforms.results import Holds, without
from foundation.documents import Input

_PLAIN = r"^-?[0-9]+(\.[0-9]+)?$"
# So many digits are added and compared as 64-bit integers; longer ones one by one.
_DIGITS = 17
# The smallest share, as a part of the greatest: a perturbation that cannot be seen would be none.
_LEAST = 0.1

Cents = NDArray[np.int64]


class Share(Input):
    """`percent`: the most that an amount moves, either way."""

    percent: int = Field(default=20, ge=1, le=90)


def perturb(options: BaseModel, slot: Slot) -> Mask:
    most = cast(Share, options).percent / 100
    ceiling = INTEGERS.get(ranges.bound(slot.element.type))
    if slot.element.type in ranges.OF_NUMBERS:
        return lambda key, subjects, values: _ranges(_shares(key, subjects, most), values, ceiling)

    def mask(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
        shares = _shares(key, subjects, most)
        read = parsed(values)
        out = decimals(_moved(read.units, shares, read.scale, ceiling), read.scale)
        if read.short.all():
            return out
        rows = zip(read.short, values.to_pylist(), shares, strict=True)
        rest = [None if short else _one(value, float(share), ceiling) for short, value, share in rows]
        return pc.if_else(pa.array(read.short), out, pa.array(rest, pa.string()))

    return mask


def _shares(key: Key, subjects: pa.Array, most: float) -> NDArray[np.float64]:
    """By how much each amount moves: between a tenth of `most` and `most`, up or down."""
    size, sign = prf.words(key, "share", prf.digests(key, subjects))
    part = _LEAST + (1 - _LEAST) * (size >> np.uint64(11)).astype(np.float64) / 2.0**53
    return np.where(sign & np.uint64(1), part, -part) * most


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """Amounts as whole numbers of their last decimal. Where `short` is false, they are 0."""

    units: Cents
    scale: NDArray[np.int64]
    short: NDArray[np.bool_]


def parsed(values: pa.Array) -> Parsed:
    """Amounts of at most seventeen characters; longer ones, and those with exponents, are left out."""
    plain = pc.match_substring_regex(values, _PLAIN)
    short = pc.and_(plain, pc.less_equal(pc.utf8_length(values), _DIGITS)).fill_null(False)
    text = pc.if_else(short, values, "0")
    point = pc.find_substring(text, ".").to_numpy(zero_copy_only=False)
    scale = np.where(point < 0, 0, pc.utf8_length(text).to_numpy(zero_copy_only=False) - point - 1)
    units = pc.replace_substring(text, ".", "").cast(pa.int64()).to_numpy(zero_copy_only=False)
    return Parsed(units=units, scale=scale.astype(np.int64), short=short.to_numpy(zero_copy_only=False))


def _moved(units: Cents, shares: NDArray[np.float64], scale: NDArray[np.int64], ceiling: int | None) -> Cents:
    """Amounts in their last decimal: moved by their share, at least by one, never to zero nor out of room."""
    step = np.rint(np.abs(units) * shares).astype(np.int64)
    step = np.where(step == 0, np.where(shares < 0, -1, 1), step)
    size = np.abs(units)
    step = np.where(size + step < 1, 1, step)
    # A digit more before the point may be one too many for the column: then it moves the other way.
    room = 10 ** np.maximum(_width(size), scale + 1)
    room = room if ceiling is None else np.minimum(room, ceiling)
    grown = np.where((size + step >= room) & (size > 1), size - np.abs(step), size + step)
    return np.where(units == 0, 0, np.sign(units) * np.maximum(grown, 1))


def _width(size: Cents) -> Cents:
    return np.searchsorted(10 ** np.arange(18, dtype=np.int64), size, side="right").astype(np.int64)


def decimals(units: Cents, scale: NDArray[np.int64]) -> pa.Array:
    """Whole numbers of the last decimal as text, with the point where it was."""
    digits = pa.array(np.abs(units)).cast(pa.string())
    out = digits
    for places in np.unique(scale[scale > 0]):
        padded = pc.utf8_lpad(digits, int(places) + 1, "0")
        whole, part = (
            pc.utf8_slice_codeunits(padded, 0, -int(places)),
            pc.utf8_slice_codeunits(padded, -int(places)),
        )
        out = pc.if_else(pa.array(scale == places), pc.binary_join_element_wise(whole, part, "."), out)
    return pc.if_else(pa.array(units < 0), pc.binary_join_element_wise("-", out, ""), out)


def _one(value: str | None, share: float, ceiling: int | None) -> str | None:
    """A long amount, or one with an exponent. "NaN" and "Infinity" stay: they are no amounts."""
    number = Decimal(value or "0")
    if not number.is_finite() or not number:
        return value
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # finite
    units = int("".join(map(str, digits)))
    step = int(units * Decimal(share)) or (1 if share > 0 else -1)
    limit = 10 ** len(digits) if ceiling is None else min(10 ** len(digits), ceiling + 1)
    grown = units + step if 1 <= units + step < limit else max(1, units - abs(step))
    grown = grown if grown != units else units + 1
    return f"{Decimal((sign, tuple(map(int, str(grown))), exponent)):{'e' if 'e' in (value or '') else 'f'}}"


def _ranges(shares: NDArray[np.float64], values: pa.Array, ceiling: int | None) -> pa.Array:
    """Ranges moved by their share of the greater bound, both bounds alike."""
    bounds = ranges.bounds(values)
    numbers = [Decimal(text) for text in bounds.texts.to_pylist()]
    own = [numbers[first:last] for first, last in bounds.spans]
    steps = [_step(inside, float(share), ceiling) for inside, share in zip(own, shares, strict=True)]
    moved = [number + steps[owner] for number, owner in zip(numbers, bounds.owners, strict=True)]
    return bounds.written(pa.array([_written(number) for number in moved], pa.string()))


def _step(bounds: Sequence[Decimal], share: float, ceiling: int | None) -> Decimal:
    """How far a range moves: at least its last decimal, not over zero, and not out of its type."""
    finite = [number for number in bounds if number.is_finite()]
    if not finite:
        return Decimal(0)
    low, high = min(finite), max(finite)
    unit = Decimal(1).scaleb(min(int(number.as_tuple().exponent) for number in finite))
    step = max(unit, (max(-low, high) * Decimal(abs(share))).quantize(unit))
    up = share > 0 if step <= low or high <= -step else low >= 0
    if ceiling is not None and (high + step > ceiling if up else low - step < -ceiling):
        up = not up
    return step if up else -step


def _written(number: Decimal) -> str:
    return f"{number:f}" if number.is_finite() else str(number)


PERTURB = Transform(
    summary="an amount some percent higher or lower", bind=perturb, options=Share,
    types=NUMBERS | ranges.OF_NUMBERS, family="amounts", canonical=exact, longest=lambda _: None,
    results=among(1), holds=holding(Holds(stays=without("[1-9]"))),
)  # fmt: skip
