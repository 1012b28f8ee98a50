"""Polish identifiers with valid check digits: NIP, REGON, PESEL, IBAN. One-to-one (FF1) on whatever has the
right number of digits; a wrong check digit stays as wrong as it was.

Anything else keeps its shape (digits for digits, letters for letters) and is not one-to-one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from anonymizer.pseudonyms import digits, ff1
from anonymizer.pseudonyms.digits import Digits
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import (
    INJECTIVE,
    TEXT,
    WIDE,
    Mask,
    Transform,
    always,
    among,
    at_most,
    holding,
    joined,
)
from anonymizer.transforms.results import NOTHING
from anonymizer.transforms.shape import scrambled

_VALUE = frozenset({"value"})


def by_digits(width: int, permuted: Callable[[Key, Digits], Digits], otherwise: Mask) -> Mask:
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


def checked(payload: Digits, check: Digits, was: Digits, right: Digits) -> Digits:
    """The payload with its check digit, as far from the right one as it was: a slip stays one."""
    rows, width = payload.shape
    out = np.empty((rows, width + 1), np.uint8)
    out[:, :width] = payload
    out[:, width] = (check + was + (np.uint8(10) - right)) % np.uint8(10)
    return out


def _is_issued(payload: Digits) -> NDArray[np.bool_]:
    """Whether a NIP can begin with these nine digits."""
    return np.asarray((digits.nip_check(payload) != 10) & (payload[:, 0] != 0), np.bool_)


def _nip(key: Key, numerals: Digits) -> Digits:
    before = numerals[:, :9]
    after = ff1.permute(key, before, allowed=ff1.alike(_is_issued, before))
    return checked(after, digits.nip_check(after) % 10, numerals[:, 9], digits.nip_check(before) % 10)


def _regon(key: Key, numerals: Digits) -> Digits:
    before = numerals[:, :8]
    after = ff1.permute(key, before)
    return checked(after, digits.regon_check(after), numerals[:, 8], digits.regon_check(before))


def _regon_branch(key: Key, numerals: Digits) -> Digits:
    free = ff1.permute(key, np.hstack([numerals[:, :8], numerals[:, 9:13]]))
    company = checked(
        free[:, :8], digits.regon_check(free[:, :8]), numerals[:, 8], digits.regon_check(numerals[:, :8])
    )
    after = np.hstack([company, free[:, 8:]])
    return checked(after, digits.regon_check(after), numerals[:, 13], digits.regon_check(numerals[:, :13]))


def _pesel(key: Key, numerals: Digits) -> Digits:
    """Another PESEL of the same sex and birth year; where there is no such day, another of no such day."""
    dated = _is_dated(numerals[:, :10])
    after = np.empty((len(numerals), 10), np.uint8)
    after[dated] = _within_year(key, numerals[dated])
    odd = numerals[~dated, :10]
    after[~dated] = ff1.permute(key, odd, allowed=ff1.alike(_is_dated, odd))
    return checked(after, digits.pesel_check(after), numerals[:, 10], digits.pesel_check(numerals[:, :10]))


def _within_year(key: Key, numerals: Digits) -> Digits:
    """Day and serial number, permuted within sex, birth year and century. Shape: (rows, 10)."""
    year, day = _birth(numerals)
    serial = digits.numbers(numerals[:, 6:10]).astype(np.int64)
    days = _days(year)
    band = (year * 2 + serial % 2).astype(">u4").view(np.uint8).reshape(-1, 4)
    inside = digits.of_numbers((day * 5000 + serial // 2).astype(np.uint64), 7)

    def allowed(index: Digits, rows: ff1.Rows) -> NDArray[np.bool_]:
        return np.less(digits.numbers(index), (days[rows] * 5000).astype(np.uint64))

    index = digits.numbers(ff1.permute(key, inside, allowed=allowed, tweaks=band)).astype(np.int64)
    other = ((index % 5000) * 2 + serial % 2).astype(np.uint64)
    return np.hstack([_dated(_new_year(year) + index // 5000, year), digits.of_numbers(other, 4)])


def _is_dated(payload: Digits) -> NDArray[np.bool_]:
    """Whether the first six digits are a day as PESEL writes it."""
    year, day = _birth(payload)
    inside = (day >= 0) & (day < _days(year))
    again = _dated(_new_year(year) + np.where(inside, day, 0), year)
    return np.asarray(inside & (again == payload[:, :6]).all(axis=1), np.bool_)


# The month carries the century: +80 is the 1800s, +0 the 1900s, +20 the 2000s, +40, +60.
_CENTURIES = np.array([1900, 2000, 2100, 2200, 1800])


def _birth(numerals: Digits) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Birth year and day of the year (from 0) as PESEL writes them; of impossible days, whatever comes."""
    wide = numerals.astype(np.int64)
    month = wide[:, 2] * 10 + wide[:, 3]
    year = _CENTURIES[month // 20] + wide[:, 0] * 10 + wide[:, 1]
    months = (year - 1970) * 12 + np.clip(month % 20, 1, 12) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]")
    day = (first - _new_year(year)).astype(np.int64) + wide[:, 4] * 10 + wide[:, 5] - 1
    return year, day


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
    numerals, fits = digits.read(subjects, 26)
    if fits.all() and pc.all(pc.starts_with(values, "PL")).as_py():
        return _with_country(_account(key, numerals))
    masked = by_digits(26, _account, scrambled)(key, subjects, values)
    whole = pc.and_(pc.equal(pc.utf8_length(subjects), 26), pc.starts_with(pc.utf8_upper(values), "PL"))
    return pc.if_else(whole, joined(["PL", masked]), masked)


def _account(key: Key, numerals: Digits) -> Digits:
    """Check digits and account number, permuted. Shape: (rows, 26)."""
    after = np.empty_like(numerals)
    after[:, 2:] = ff1.permute(key, numerals[:, 2:])
    right, slip = digits.iban_check(numerals[:, 2:]), digits.numbers(numerals[:, :2]) + np.uint64(100)
    check = digits.numbers(digits.iban_check(after[:, 2:])) + slip - digits.numbers(right)
    digits.write(check % np.uint64(100), after[:, :2])
    return after


def _with_country(numerals: Digits) -> pa.Array:
    shown = np.empty((len(numerals), 28), np.uint8)
    shown[:, :2] = np.frombuffer(b"PL", np.uint8)
    np.add(numerals, np.uint8(ord("0")), out=shown[:, 2:])
    return digits.fixed(shown)


def _regons(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
    return by_digits(9, _regon, by_digits(14, _regon_branch, scrambled))(key, subjects, values)


def _identifier(summary: str, mask: Mask, family: str, longest: int, numbers: int = 0) -> Transform:
    return Transform(
        summary=summary, bind=always(mask), family=family, scopes=_VALUE, canonical=digits.only,
        longest=at_most(longest), results=among(INJECTIVE), digits=numbers, holds=holding(NOTHING),
        types=TEXT | WIDE if numbers else TEXT,
    )  # fmt: skip


NIP = _identifier("a NIP with a valid check digit", by_digits(10, _nip, scrambled), "nip", 10, 10)
REGON = _identifier("a REGON of the same length with valid check digits", _regons, "regon", 14, 9)
PESEL = _identifier(
    "a PESEL of the same sex and birth year with a valid check digit", by_digits(11, _pesel, scrambled),
    "pesel", 11, 11,
)  # fmt: skip
IBAN = _identifier("a Polish account number with valid check digits", _iban, "iban", 28)
