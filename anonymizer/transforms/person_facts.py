"""What else is told of a persona: birth date and sex, as its PESEL and first name say."""

from __future__ import annotations

from typing import cast

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, Field

from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms import dates
from anonymizer.transforms.base import (
    DATES,
    TEXT,
    Mask,
    Slot,
    Transform,
    always,
    among,
    exact,
    holding,
    words,
)
from anonymizer.transforms.persona import BIRTHS, personas
from anonymizer.transforms.results import Holds
from foundation.documents import Input

_ENTITY = frozenset({"entity"})


def birth_date(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
    """The persona's birth date, at the time of day that was there."""
    return dates.read(values).written(personas(key, subjects).born.astype("datetime64[D]"))


class Words(Input):
    """`female`, `male`: how the column writes the sexes."""

    female: str = Field(default="K", min_length=1)
    male: str = Field(default="M", min_length=1)


def sex(options: BaseModel, _slot: Slot) -> Mask:
    chosen = cast(Words, options)

    def mask(key: Key, subjects: pa.Array, _values: pa.Array) -> pa.Array:
        return pc.if_else(pa.array(personas(key, subjects).female), chosen.female, chosen.male)

    return mask


def _longest(options: BaseModel) -> int:
    chosen = cast(Words, options)
    return max(len(chosen.female), len(chosen.male))


BIRTH_DATE = Transform(
    summary="the persona's birth date", bind=always(birth_date), types=DATES, family="persona",
    scopes=_ENTITY, canonical=exact, longest=lambda _: None, results=among(BIRTHS),
    holds=holding(Holds(chance=1 / BIRTHS)),
)  # fmt: skip
SEX = Transform(
    summary="the persona's sex", bind=sex, options=Words, types=TEXT, family="persona", scopes=_ENTITY,
    canonical=words, longest=_longest, results=among(2), holds=holding(Holds(chance=1 / 2)),
)  # fmt: skip
