"""Decimal numerals as matrices of digits, and the check digits of Polish identifiers. Pure arithmetic."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from anonymizer.kernels import loops
from anonymizer.kernels.loops import Places, Words
from anonymizer.kernels.machine import compiled
from anonymizer.pseudonyms.prf import layout, remainders

Digits = NDArray[np.uint8]

_NIP = np.array((6, 5, 7, 2, 3, 4, 5, 6, 7), np.int64)
_REGON = np.array((8, 9, 2, 3, 4, 5, 6, 7), np.int64)
_REGON_LONG = np.array((2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8), np.int64)
_PESEL = np.array((1, 3, 7, 9, 1, 3, 7, 9, 1, 3), np.int64)
# "PL00" moved to the end of the account number, letters as numbers (ISO 13616).
_IBAN_TAIL = 252100

_only_digits, _read_digits = compiled(loops.only_digits), compiled(loops.read_digits)
_numbers, _digits_of = compiled(loops.numbers), compiled(loops.digits_of)
_weighted_sums = compiled(loops.weighted)


def only(values: pa.Array) -> pa.Array:
    """The digits of every string, nothing else of it."""
    data, starts, lengths = layout(values)
    bounds = np.empty(len(starts) + 1, np.int32)
    found = np.empty(int(lengths.sum()) + 1, np.uint8)  # the loop writes one before it knows what it is
    _only_digits(data, starts, lengths, len(starts), found, bounds)
    validity = values.is_valid().buffers()[1] if values.null_count else None
    buffers = [validity, pa.py_buffer(bounds), pa.py_buffer(found)]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def read(values: pa.Array, width: int) -> tuple[Digits, NDArray[np.bool_]]:
    """Strings as digits, and which of them are exactly `width` digits. Shapes: (rows, width), (rows,)."""
    data, starts, lengths = layout(values)
    out, fits = np.empty((len(starts), width), np.uint8), np.empty(len(starts), np.uint8)
    _read_digits(data, starts, lengths, len(starts), width, out, fits)
    return out, fits.view(np.bool_)


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
    out = np.empty(len(matrix), np.uint64)
    _numbers(*_lines(matrix), out)
    return out


def of_numbers(values: Words, width: int) -> Digits:
    """Numbers as digits with leading zeros."""
    out = np.empty((len(values), width), np.uint8)
    write(values, out)
    return out


def write(values: Words, out: Digits) -> None:
    """Writes numbers as digits into rows of as many digits, which may be a part of longer ones."""
    _digits_of(np.ascontiguousarray(values), len(values), out.strides[0], out.shape[1], out)


def _lines(matrix: Digits) -> tuple[Digits, int, int, int]:
    """What loops over rows of digits ask for: the digits, how many rows, how far apart, how wide."""
    rows, width = matrix.shape
    apart, each = matrix.strides
    if each != 1 and width > 1:
        matrix, apart = np.ascontiguousarray(matrix), width
    return matrix, rows, apart, width


def nip_check(payload: Digits) -> Digits:
    """The check digit of nine digits of a NIP; 10 means that no NIP has them."""
    return _weighted(payload, _NIP, 11)


def regon_check(payload: Digits) -> Digits:
    """The check digit of 8 (company) or 13 (its branch) digits of a REGON."""
    weights = _REGON if payload.shape[1] == len(_REGON) else _REGON_LONG
    return _weighted(payload, weights, 11) % np.uint8(10)


def pesel_check(payload: Digits) -> Digits:
    """The check digit of ten digits of a PESEL."""
    return (np.uint8(10) - _weighted(payload, _PESEL, 10)) % np.uint8(10)


def luhn_check(payload: Digits) -> Digits:
    """The check digit of a payment card's other digits (ISO/IEC 7812-1)."""
    doubled = payload.astype(np.int64)
    doubled[:, ::-2] *= 2
    total = (doubled - 9 * (doubled > 9)).sum(axis=1)
    return np.asarray((10 - total % 10) % 10, np.uint8)


def iban_check(account: Digits) -> Digits:
    """The two check digits of the 24 digits of a Polish account number. Shape: (rows, 2)."""
    high, low = (remainders(numbers(half), 97) for half in (account[:, :12], account[:, 12:]))
    # The account number's rest, moved by six digits, and that of what stands after it.
    rest = (high * np.uint64(10**12 % 97) + low) * np.uint64(10**6 % 97) + np.uint64(_IBAN_TAIL % 97)
    return of_numbers(np.uint64(98) - remainders(rest, 97), 2)


def _weighted(payload: Digits, weights: Places, modulus: int) -> Digits:
    out = np.empty(len(payload), np.uint8)
    _weighted_sums(*_lines(payload), weights, np.uint64(modulus), out)
    return out
