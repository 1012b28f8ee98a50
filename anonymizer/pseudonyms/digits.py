"""Decimal numerals as matrices of digits, and the check digits of Polish identifiers. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from anonymizer.pseudonyms.prf import Words, layout

Digits = NDArray[np.uint8]

_NIP = (6, 5, 7, 2, 3, 4, 5, 6, 7)
_REGON = (8, 9, 2, 3, 4, 5, 6, 7)
_REGON_LONG = (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)
_PESEL = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
# "PL00" moved to the end of the account number, letters as numbers (ISO 13616).
_IBAN_TAIL = 252100


def only(values: pa.Array) -> pa.Array:
    """The digits of every string, nothing else of it."""
    data, starts, lengths = layout(values)
    begin, end = (int(starts[0]), int(starts[-1] + lengths[-1])) if len(starts) else (0, 0)
    span = data[begin:end]
    kept = span - np.uint8(ord("0")) < 10  # no byte of a longer character is a digit's
    if kept.all():
        return values
    if (alike := _of_one_form(span, kept, lengths)) is not None:
        return alike
    before = np.zeros(len(span) + 1, np.int32)
    np.cumsum(kept, out=before[1:])
    bounds = before[np.append(starts, end) - begin]
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(span[kept])]
    found = pa.Array.from_buffers(pa.string(), len(values), buffers)
    return pc.if_else(values.is_valid(), found, None) if values.null_count else found


def _of_one_form(
    span: NDArray[np.uint8], kept: NDArray[np.bool_], lengths: NDArray[np.int64]
) -> pa.Array | None:
    """The kept characters of strings that all have theirs in the same places, as account numbers do."""
    width = int(lengths[0])
    if not width or (lengths != width).any() or len(span) != width * len(lengths):
        return None
    form = kept[:width]
    if (kept.reshape(-1, width) != form).any():
        return None
    return fixed(np.ascontiguousarray(span.reshape(-1, width)[:, np.flatnonzero(form)]))


def read(values: pa.Array, width: int) -> tuple[Digits, NDArray[np.bool_]]:
    """Strings as digits, and which of them are exactly `width` digits. Shapes: (rows, width), (rows,)."""
    data, starts, lengths = layout(values)
    fits = lengths == width
    if len(starts) and fits.all():
        at = int(starts[0])
        out = data[at : at + len(starts) * width].reshape(-1, width) - np.uint8(ord("0"))
        if int(starts[-1]) == at + (len(starts) - 1) * width and out.max() < 10:
            return out, fits
    out = np.zeros((len(starts), width), np.uint8)
    if fits.any():
        out[fits] = sliding_window_view(data, width)[starts[fits]] - np.uint8(ord("0"))
    fits &= (out < 10).all(axis=1)
    out[~fits] = 0
    return out, fits


def text(matrix: Digits) -> pa.Array:
    """Digits as strings."""
    return fixed(matrix + np.uint8(ord("0")))


def fixed(characters: NDArray[np.uint8]) -> pa.Array:
    """Rows of ASCII characters as strings of one length."""
    rows, width = characters.shape
    data = np.ascontiguousarray(characters)
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def numbers(matrix: Digits) -> Words:
    """Digits as numbers; at most 18 digits."""
    # Digit after digit: a product of matrices would wake threads for so little.
    out = np.zeros(len(matrix), np.uint64)
    for digit in matrix.T:
        out *= np.uint64(10)
        out += digit
    return out


def of_numbers(values: Words, width: int) -> Digits:
    """Numbers as digits with leading zeros."""
    fours = -(-width // 4)
    out = np.empty((len(values), fours), np.uint32)
    rest = values
    for at in range(fours - 1, -1, -1):
        higher = rest // np.uint64(10_000)
        out[:, at] = _fours()[rest - higher * np.uint64(10_000)]
        rest = higher
    return out.view(np.uint8)[:, 4 * fours - width :]


@cache
def _fours() -> NDArray[np.uint32]:
    """Every number of four digits as its four digits."""
    number = np.arange(10_000)
    places = [(number // power % 10).astype(np.uint8) for power in (1000, 100, 10, 1)]
    return np.ascontiguousarray(np.column_stack(places)).view(np.uint32)[:, 0]


def nip_check(payload: Digits) -> Digits:
    """The check digit of nine digits of a NIP; 10 means that no NIP has them."""
    return _weighted(payload, _NIP) % np.uint8(11)


def regon_check(payload: Digits) -> Digits:
    """The check digit of 8 (company) or 13 (its branch) digits of a REGON."""
    weights = _REGON if payload.shape[1] == len(_REGON) else _REGON_LONG
    return (_weighted(payload, weights).astype(np.uint16) % 11 % 10).astype(np.uint8)


def pesel_check(payload: Digits) -> Digits:
    """The check digit of ten digits of a PESEL."""
    return ((10 - _sum(payload, _PESEL) % 10) % 10).astype(np.uint8)


def luhn_check(payload: Digits) -> Digits:
    """The check digit of a payment card's other digits (ISO/IEC 7812-1)."""
    doubled = payload.astype(np.int64)
    doubled[:, ::-2] *= 2
    total = (doubled - 9 * (doubled > 9)).sum(axis=1)
    return np.asarray((10 - total % 10) % 10, np.uint8)


def iban_check(account: Digits) -> Digits:
    """The two check digits of the 24 digits of a Polish account number. Shape: (rows, 2)."""
    high, low = numbers(account[:, :12]) % np.uint64(97), numbers(account[:, 12:]) % np.uint64(97)
    account_rest = (high * np.uint64(10**12 % 97) + low) % np.uint64(97)
    rest = (account_rest * np.uint64(10**6 % 97) + np.uint64(_IBAN_TAIL % 97)) % np.uint64(97)
    return of_numbers(np.uint64(98) - rest, 2)


def _weighted(payload: Digits, weights: Sequence[int]) -> Digits:
    return (_sum(payload, weights) % 11).astype(np.uint8)


def _sum(payload: Digits, weights: Sequence[int]) -> NDArray[np.int64]:
    out = np.zeros(len(payload), np.int64)
    for digit, weight in zip(payload.T, weights, strict=True):
        out += digit * np.int64(weight)
    return out
