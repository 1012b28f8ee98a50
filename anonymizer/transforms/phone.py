"""Polish telephone numbers. One-to-one on nine-digit national numbers (FF1), always written in one form."""

from __future__ import annotations

from typing import Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel

from anonymizer.pseudonyms import digits, ff1
from anonymizer.pseudonyms.digits import Digits
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import INJECTIVE, TEXT, WIDE, Mask, Slot, Transform, among, at_most, holding
from anonymizer.transforms.results import NOTHING
from anonymizer.transforms.shape import scrambled
from foundation.documents import Input


class Form(Input):
    """`form`: "+48 601 234 567" or "601234567"."""

    form: Literal["international", "national"] = "international"


def national(values: pa.Array) -> pa.Array:
    """The canonical form: nine Polish digits, or those of a foreign number with its country (E.164)."""
    plain = digits.only(values)
    if not pc.any(pc.or_(pc.starts_with(plain, "0"), pc.greater(pc.binary_length(plain), 9))).as_py():
        return plain
    abroad = pc.replace_substring_regex(plain, r"^00([1-9])", r"\1")
    # The zero that one once dialled before another area, and Poland's own prefix.
    return pc.replace_substring_regex(abroad, r"^(?:0|48)([1-9][0-9]{8})$", r"\1")


def phone(options: BaseModel, slot: Slot) -> Mask:
    form = "national" if slot.element.type in WIDE else cast(Form, options).form

    def mask(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
        numerals, fits = digits.read(subjects, 9)
        written = _written(ff1.permute(key, numerals, allowed=ff1.alike(_subscriber, numerals)), form)
        if fits.all():
            return written
        return pc.if_else(pa.array(fits), written, scrambled(key, subjects, values))

    return mask


def _subscriber(numeral: Digits) -> NDArray[np.bool_]:
    """No Polish number starts with 0 or 1."""
    return np.greater(numeral[:, 0], 1)


def _written(numerals: Digits, form: str) -> pa.Array:
    if form == "national":
        return digits.text(numerals)
    shown = np.empty((len(numerals), 15), np.uint8)
    shown[:] = np.frombuffer(b"+48 000 000 000", np.uint8)
    for at, to in ((0, 4), (3, 8), (6, 12)):
        shown[:, to : to + 3] += numerals[:, at : at + 3]
    return digits.fixed(shown)


PHONE = Transform(
    summary="a telephone number", bind=phone, options=Form, family="phone", scopes=frozenset({"value"}),
    types=TEXT | WIDE,    canonical=national, longest=at_most(15), results=among(INJECTIVE),
    holds=holding(NOTHING),
)  # fmt: skip
