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
from numpy.typing import NDArray
from pydantic import BaseModel, Field, field_validator

from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.amounts import Cents, decimals, parsed
from anonymizer.transforms.base import NUMBERS, Mask, Row, RowMask, Slot, Transform, among, exact, holding
from anonymizer.transforms.results import ANYTHING
from foundation.documents import Input

_COLUMN = r'(?:[A-Za-z_][\w$]*|"[^"]+")'
_SUM = rf"sum\(\s*{_COLUMN}(?:\.{_COLUMN}){{1,2}}\s+by\s+{_COLUMN}(?:\s*=\s*{_COLUMN})?\s*\)"
_PARTS = re.compile(rf"sum\(\s*(.+)\.({_COLUMN})\s+by\s+({_COLUMN})(?:\s*=\s*({_COLUMN}))?\s*\)")
_NAME = f"(?:{_SUM}|{_COLUMN})"
_TERM = re.compile(rf"\s*([+-]?)\s*({_NAME}(?:\s*\*\s*{_NAME})*)\s*")
# Whole numbers of the last decimal stay below this, so that 64 bits hold every sum of a few.
_SAFE = 1e17
_DIGITS = 17


@dataclass(frozen=True, kw_only=True)
class Term:
    """A product of columns, added or taken away."""

    sign: int
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A sum over `column` of the rows of `table` whose `by` is the row's `own` (None: its primary key)."""

    table: str
    column: str
    by: str
    own: str | None


class Parts(Input):
    """`of`: columns of the row, and sums over rows of other tables, with +, - and *: "net + vat - discount",
    "price * quantity", "sum(order_items.amount by order_id) + shipping".
    """

    of: str = Field(default="")

    @field_validator("of")
    @classmethod
    def _readable(cls, written: str) -> str:
        if not terms(written):
            raise ValueError(
                'expected columns with +, - and *, such as "net + vat", or sum(TABLE.COLUMN by KEY)'
            )
        return written


def terms(written: str) -> tuple[Term, ...]:
    """The terms of an expression; none where it is not one."""
    found: list[Term] = []
    at = 0
    while at < len(written):
        match = _TERM.match(written, at)
        if match is None or (found and not match[1]):
            return ()
        columns = tuple(_unquoted(name) for name in re.findall(_NAME, match[2]))
        found.append(Term(sign=-1 if match[1] == "-" else 1, columns=columns))
        at = match.end()
    return tuple(found)


def sum_in(name: str) -> Sum | None:
    """What a sum over other tables' rows says; None where the name is a column's."""
    match = _PARTS.fullmatch(name)
    if match is None:
        return None
    table = ".".join(_unquoted(part) for part in re.findall(_COLUMN, match[1]))
    own = _unquoted(match[4]) if match[4] else None
    return Sum(table=table, column=_unquoted(match[2]), by=_unquoted(match[3]), own=own)


def _unquoted(name: str) -> str:
    return name.strip().strip('"') if not name.startswith("sum(") else " ".join(name.split())


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
            wide: Cents = term.sign * 10 ** np.clip(scale - own, 0, _DIGITS)
            rough += abs(np.prod([read[name].units.astype(float) for name in term.columns], axis=0) * wide)
            units += np.prod([read[name].units for name in term.columns], axis=0) * wide
        short = np.logical_and.reduce([one.short for one in read.values()]) & (rough < _SAFE)
        out = decimals(units, scale)
        if short.all():
            return out
        rows = (None if short[at] else _one(parts, others, at) for at in range(len(values)))
        return pc.if_else(pa.array(short), out, pa.array(rows, pa.string()))

    return mask


def added(amounts: pa.Array, sizes: NDArray[np.int64]) -> pa.Array:
    """Sums of amounts, exact: of the first `sizes[0]`, of the next `sizes[1]` and so on; of none, 0."""
    read = parsed(amounts.fill_null("0"))
    scale = int(read.scale.max(initial=0))
    units: Cents = read.units * 10 ** np.clip(scale - read.scale, 0, _DIGITS)
    rough = np.concatenate([[0.0], np.cumsum(abs(read.units) * 10.0 ** (scale - read.scale))])
    ends = np.cumsum(sizes)
    if not read.short.all() or rough[-1] >= _SAFE:
        texts = amounts.to_pylist()
        rows = (texts[end - size : end] for end, size in zip(ends, sizes, strict=True))
        return pa.array(
            [f"{sum((Decimal(text or 0) for text in row), Decimal(0)):f}" for row in rows], pa.string()
        )
    sums = np.concatenate([[0], np.cumsum(units)])
    return decimals(sums[ends] - sums[ends - sizes], np.full(len(sizes), scale))


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
    keyed=False, misfit=_misfit, holds=holding(ANYTHING),
    row=Row(columns=_columns, masked=True, bind=total),
)  # fmt: skip
