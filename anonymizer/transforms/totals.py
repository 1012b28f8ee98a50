"""Totals added up again from what their parts have become, so that they are exact to the last decimal.

Nothing of the old total is left but whether there was one: NULL stays NULL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, Field, field_validator

from anonymizer.keys import Key
from anonymizer.transforms.amounts import Cents, decimals, parsed
from anonymizer.transforms.base import NUMBERS, Mask, Row, RowMask, Slot, Transform, among, exact
from foundation.documents import Input

_NAME = r'(?:[A-Za-z_][\w$]*|"[^"]+")'
_TERM = re.compile(rf"\s*([+-]?)\s*({_NAME}(?:\s*\*\s*{_NAME})*)\s*")
# Whole numbers of the last decimal stay below this, so that 64 bits hold every sum of a few.
_SAFE = 1e17


@dataclass(frozen=True, kw_only=True)
class Term:
    """A product of columns, added or taken away."""

    sign: int
    columns: tuple[str, ...]


class Parts(Input):
    """`of`: columns of the row, added, taken away, multiplied: "net + vat - discount", "price * quantity"."""

    of: str = Field(default="")

    @field_validator("of")
    @classmethod
    def _readable(cls, written: str) -> str:
        if not terms(written):
            raise ValueError('expected columns with +, - and *, such as "net + vat"')
        return written


def terms(written: str) -> tuple[Term, ...]:
    """The terms of an expression; none where it is not one."""
    found: list[Term] = []
    at = 0
    while at < len(written):
        match = _TERM.match(written, at)
        if match is None or (found and not match[1]):
            return ()
        columns = tuple(name.strip().strip('"') for name in re.findall(_NAME, match[2]))
        found.append(Term(sign=-1 if match[1] == "-" else 1, columns=columns))
        at = match.end()
    return tuple(found)


def _columns(options: BaseModel) -> tuple[str, ...]:
    names = (name for term in terms(cast(Parts, options).of) for name in term.columns)
    return tuple(dict.fromkeys(names))


def total(options: BaseModel, _slot: Slot) -> RowMask:
    parts = terms(cast(Parts, options).of)

    def mask(_key: Key, values: pa.Array, others: Mapping[str, pa.Array]) -> pa.Array:
        read = {name: parsed(column.fill_null("0")) for name, column in others.items()}
        scales = [sum((read[name].scale for name in term.columns), np.zeros(1, np.int64)) for term in parts]
        scale = np.maximum.reduce([np.broadcast_to(one, len(values)) for one in scales])
        units, rough = np.zeros(len(values), np.int64), np.zeros(len(values))
        for term, own in zip(parts, scales, strict=True):
            wide: Cents = term.sign * 10 ** np.clip(scale - own, 0, 17)
            rough += abs(np.prod([read[name].units.astype(float) for name in term.columns], axis=0) * wide)
            units += np.prod([read[name].units for name in term.columns], axis=0) * wide
        short = np.logical_and.reduce([one.short for one in read.values()]) & (rough < _SAFE)
        out = decimals(units, scale)
        if short.all():
            return out
        rows = (None if short[at] else _one(parts, others, at) for at in range(len(values)))
        return pc.if_else(pa.array(short), out, pa.array(rows, pa.string()))

    return mask


def _one(parts: tuple[Term, ...], others: Mapping[str, pa.Array], at: int) -> str | None:
    """One row with long numbers, or with what is no number: then there is no total."""
    try:
        read = {name: Decimal(column[at].as_py() or "0") for name, column in others.items()}
    except InvalidOperation:
        return None
    found = Decimal(0)
    for term in parts:
        product = Decimal(term.sign)
        for name in term.columns:
            product *= read[name]
        found += product
    return f"{found:f}"


def _alone(_options: BaseModel, _slot: Slot) -> Mask:
    raise AssertionError("a total stands in a column, beside its parts")


def _misfit(options: BaseModel, slot: Slot) -> str | None:
    if slot.is_array:
        return "an array is no total"
    return None if cast(Parts, options).of else "total needs the option of: which columns it adds up"


TOTAL = Transform(
    summary="the total of what its parts have become", bind=_alone, options=Parts, types=NUMBERS,
    family="total", scopes=frozenset({"value"}), canonical=exact, longest=lambda _: None, results=among(1),
    keyed=False, misfit=_misfit, row=Row(columns=_columns, masked=True, bind=total),
)  # fmt: skip
