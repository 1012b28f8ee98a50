"""One constant in the place of every value: nothing is left but whether there was one."""

from __future__ import annotations

import re
from typing import cast

import pyarrow as pa
from pydantic import BaseModel

from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import DATES, ENUM, NUMBERS, TEXT, Mask, Slot, Transform, among, exact
from anonymizer.transforms.results import Holds, unchanged
from foundation.documents import Input

_STARS = "***"
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( .*)?")


class Constant(Input):
    """`value`: what stands there instead; by default ***, 0, 1900-01-01, false or the first label."""

    value: str | None = None


def suppress(options: BaseModel, slot: Slot) -> Mask:
    constant = _constant(options, slot.element)

    def mask(_key: Key, subjects: pa.Array, _values: pa.Array) -> pa.Array:
        return pa.repeat(pa.scalar(constant, pa.string()), len(subjects))

    return mask


def _constant(options: BaseModel, slot: Slot) -> str:
    written = cast(Constant, options).value
    if written is not None:
        return written
    if slot.labels:
        return slot.labels[0]
    if slot.type in NUMBERS:
        return "0"
    if slot.type in DATES:
        return "1900-01-01"
    return "false" if slot.type == "boolean" else _STARS[: slot.limit]


def _misfit(options: BaseModel, slot: Slot) -> str | None:
    constant, place = _constant(options, slot.element), slot.element
    fits = (
        constant in place.labels
        if place.labels
        else bool(_NUMBER.fullmatch(constant))
        if place.type in NUMBERS
        else bool(_DATE.fullmatch(constant))
        if place.type in DATES
        else constant in ("true", "false")
        if place.type == "boolean"
        else len(constant) <= (place.limit or len(constant))
    )
    return None if fits else f"{constant!r} is no value for it"


def _holds(options: BaseModel, slot: Slot) -> Holds:
    """What was the constant before stays."""
    constant = pa.scalar(_constant(options, slot.element), pa.string())
    number = slot.element.type in NUMBERS
    return Holds(stays=unchanged(lambda texts: pa.repeat(constant, len(texts)), number=number))


SUPPRESS = Transform(
    summary="the same constant for every value", bind=suppress, options=Constant,
    types=TEXT | NUMBERS | DATES | {ENUM, "boolean", "tsvector", "xml"}, family="suppress", canonical=exact,
    longest=lambda _: None, results=among(1), keyed=False, misfit=_misfit, holds=_holds,
)  # fmt: skip
