"""Payment cards: one-to-one (FF1) on 13 to 19 digits, with Luhn's check digit as right or wrong as it was."""

from __future__ import annotations

from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from anonymizer.pseudonyms import digits, ff1
from anonymizer.pseudonyms.digits import Digits
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import INJECTIVE, TEXT, WIDE, Mask, Slot, Transform, among, at_most, holding
from anonymizer.transforms.identifiers import by_digits, checked
from anonymizer.transforms.results import NOTHING
from anonymizer.transforms.shape import scrambled
from foundation.documents import Input

_WIDTHS = range(13, 20)


class Bin(Input):
    """`bin`: how many of the first digits, which name the issuer (ISO/IEC 7812), stay as they are."""

    bin: Literal[0, 6, 8] = 0


def card(options: BaseModel, _slot: Slot) -> Mask:
    issuer = cast(Bin, options).bin

    def permuted(key: Key, numerals: Digits) -> Digits:
        before = numerals[:, :-1]
        after = _account(key, before, min(issuer, before.shape[1] - ff1.SHORTEST))
        return checked(after, digits.luhn_check(after), numerals[:, -1], digits.luhn_check(before))

    mask: Mask = scrambled
    for width in _WIDTHS:
        mask = by_digits(width, permuted, mask)
    return mask


def _account(key: Key, before: Digits, issuer: int) -> Digits:
    """All digits but the check digit: the issuer's stay, the rest is permuted within them."""
    if not issuer:
        return ff1.permute(key, before, allowed=ff1.alike(_is_payment, before))
    kept = before[:, :issuer]
    return np.hstack([kept, ff1.permute(key, before[:, issuer:], tweaks=kept)])


def _is_payment(payload: Digits) -> NDArray[np.bool_]:
    """Cards of banks begin with 2 to 6."""
    return np.asarray((payload[:, 0] >= 2) & (payload[:, 0] <= 6), np.bool_)


CARD = Transform(
    summary="a payment card's number with a valid check digit", bind=card, options=Bin, types=TEXT | WIDE,
    family="card", scopes=frozenset({"value"}), canonical=digits.only, longest=at_most(19),
    results=among(INJECTIVE), holds=holding(NOTHING),
)  # fmt: skip
