"""Polish identifiers with valid check digits: NIP, REGON, PESEL, IBAN. One-to-one on well-formed values
(FF1).

A value that is not well-formed keeps its shape (digits for digits, letters for letters) and is not
one-to-one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from anonymizer import digits, ff1
from anonymizer.digits import Digits
from anonymizer.keys import Key
from anonymizer.transforms.base import INJECTIVE, Mask, Transform, always, among, at_most, joined
from anonymizer.transforms.shape import scrambled

_VALUE = frozenset({"value"})


def _by_digits(width: int, permuted: Callable[[Key, Digits], Digits], otherwise: Mask) -> Mask:
    """Permutes what is exactly `width` digits; leaves the rest to `otherwise`."""

    def mask(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
        numerals, fits = digits.read(subjects, width)
        if fits.all():
            return digits.text(permuted(key, numerals))
        rest = otherwise(key, subjects.filter(pa.array(~fits)), values.filter(pa.array(~fits)))
        good = digits.text(permuted(key, numerals[fits]))
        return pa.concat_arrays([good, rest]).take(pa.array(_places(fits)))

    return mask


def _places(fits: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Where each row stands once the rows that fit are put before those that do not."""
    return np.where(fits, np.cumsum(fits) - 1, fits.sum() + np.cumsum(~fits) - 1)


def _nip(key: Key, numerals: Digits) -> Digits:
    def allowed(payload: Digits, _rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray((digits.nip_check(payload) != 10) & (payload[:, 0] != 0), np.bool_)

    payload = ff1.permute(key, numerals[:, :9], allowed=allowed)
    return np.column_stack([payload, digits.nip_check(payload)])


def _regon(key: Key, numerals: Digits) -> Digits:
    payload = ff1.permute(key, numerals[:, :8])
    return np.column_stack([payload, digits.regon_check(payload)])


def _regon_branch(key: Key, numerals: Digits) -> Digits:
    free = ff1.permute(key, np.hstack([numerals[:, :8], numerals[:, 9:13]]))
    payload = np.column_stack([free[:, :8], digits.regon_check(free[:, :8]), free[:, 8:]])
    return np.column_stack([payload, digits.regon_check(payload)])


def _pesel(key: Key, numerals: Digits) -> Digits:
    """Another PESEL of the same sex, birth year and century: day and serial number are permuted within
    them.
    """
    year, day = _birth(numerals)
    serial = digits.numbers(numerals[:, 6:10]).astype(np.int64)
    days = _days(year)
    band = (year * 2 + serial % 2).astype(">u4").view(np.uint8).reshape(-1, 4)
    inside = digits.of_numbers((day * 5000 + serial // 2).astype(np.uint64), 7)

    def allowed(index: Digits, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.less(digits.numbers(index), (days[rows] * 5000).astype(np.uint64))

    index = digits.numbers(ff1.permute(key, inside, allowed=allowed, tweaks=band)).astype(np.int64)
    date = _new_year(year) + index // 5000
    payload = np.hstack([_dated(date, year), digits.of_numbers(
        ((index % 5000) * 2 + serial % 2).astype(np.uint64), 4)])  # fmt: skip
    return np.column_stack([payload, digits.pesel_check(payload)])


# The month carries the century: +80 is the 1800s, +0 the 1900s, +20 the 2000s, +40, +60.
_CENTURIES = np.array([1900, 2000, 2100, 2200, 1800])


def _birth(numerals: Digits) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Birth year and day of the year (from 0) as PESEL writes them; an impossible day counts on."""
    wide = numerals.astype(np.int64)
    month = wide[:, 2] * 10 + wide[:, 3]
    year = _CENTURIES[month // 20] + wide[:, 0] * 10 + wide[:, 1]
    months = (year - 1970) * 12 + np.clip(month % 20, 1, 12) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]")
    day = (first - _new_year(year)).astype(np.int64) + wide[:, 4] * 10 + wide[:, 5] - 1
    return year, np.clip(day, 0, _days(year) - 1)


def _new_year(year: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")


def _days(year: NDArray[np.int64]) -> NDArray[np.int64]:
    return (_new_year(year + 1) - _new_year(year)).astype(np.int64)


def _dated(date: NDArray[np.datetime64], year: NDArray[np.int64]) -> Digits:
    month = date.astype("datetime64[M]").astype(np.int64) % 12 + 1
    shift = np.array([80, 0, 20, 40, 60])[year // 100 - 18]
    day = (date - date.astype("datetime64[M]")).astype(np.int64) + 1
    return digits.of_numbers(((year % 100 * 100 + month + shift) * 100 + day).astype(np.uint64), 6)


def _iban(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
    def permuted(key: Key, numerals: Digits) -> Digits:
        account = ff1.permute(key, numerals[:, 2:])
        return np.hstack([digits.iban_check(account), account])

    masked = _by_digits(26, permuted, scrambled)(key, subjects, values)
    whole = pc.and_(pc.equal(pc.utf8_length(subjects), 26), pc.starts_with(pc.utf8_upper(values), "PL"))
    return pc.if_else(whole, joined(["PL", masked]), masked)


def _regons(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
    return _by_digits(9, _regon, _by_digits(14, _regon_branch, scrambled))(key, subjects, values)


def _identifier(summary: str, mask: Mask, family: str, longest: int) -> Transform:
    return Transform(
        summary=summary, bind=always(mask), family=family, scopes=_VALUE, canonical=digits.only,
        longest=at_most(longest), results=among(INJECTIVE),
    )  # fmt: skip


NIP = _identifier("a NIP with a valid check digit", _by_digits(10, _nip, scrambled), "nip", 10)
REGON = _identifier("a REGON of the same length with valid check digits", _regons, "regon", 14)
PESEL = _identifier(
    "a PESEL of the same sex and birth year with a valid check digit", _by_digits(11, _pesel, scrambled),
    "pesel", 11,
)  # fmt: skip
IBAN = _identifier("a Polish account number with valid check digits", _iban, "iban", 28)
