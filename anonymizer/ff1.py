"""FF1, the format-preserving permutation of NIST SP 800-38G, over many decimal numerals at once.

A permutation is how distinct values keep distinct pseudonyms without remembering any of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from anonymizer import digits as decimal
from anonymizer.digits import Digits
from anonymizer.keys import Key
from anonymizer.prf import Bytes, Words, encrypt

Allowed = Callable[[Digits, NDArray[np.int64]], NDArray[np.bool_]]

_ROUNDS = 10
# SP 800-38G rev. 1 wants a domain of at least a million.
SHORTEST, LONGEST = 6, 28
# Rows at a time that stay in a core's cache.
_CHUNK = 1 << 14


def permute(
    key: Key, numerals: Digits, *, allowed: Allowed | None = None, tweaks: Bytes | None = None
) -> Digits:
    """A keyed permutation of numerals, restricted to those that `allowed` accepts (cycle walking).

    Shapes: (rows, digits) in and out; tweaks (rows, bytes). `allowed` gets numerals and the rows they
    stand in. One-to-one on the allowed numerals of a tweak; another numeral becomes an allowed
    one.
    """
    aes = key.aes()
    out = transform(aes, numerals, tweaks)
    if allowed is None:
        return out
    rows = np.arange(len(out))
    while len(rows := rows[~allowed(out[rows], rows)]):
        out[rows] = transform(aes, out[rows], None if tweaks is None else tweaks[rows])
    return out


def alike(good: Callable[[Digits], NDArray[np.bool_]], numerals: Digits) -> Allowed:
    """Lets good numerals become good ones and others others, so that all of them together stay distinct."""
    was = good(numerals)
    return lambda out, rows: np.asarray(good(out) == was[rows], np.bool_)


def transform(aes: bytes, numerals: Digits, tweaks: Bytes | None = None) -> Digits:
    """FF1.Encrypt with radix 10. Shapes as in `permute`."""
    size = numerals.shape[1]
    left = size // 2
    halves = decimal.numbers(numerals[:, :left]), decimal.numbers(numerals[:, left:])
    a, b = _mixed(aes, halves, size, tweaks)
    return np.hstack([decimal.of_numbers(a, left), decimal.of_numbers(b, size - left)])


def permute_numbers(key: Key, numbers: Words, size: int) -> Words:
    """`permute` of numbers below 10^size (at most 19 digits), without the way through their digits."""
    aes = key.aes()
    right = np.uint64(10 ** (size - size // 2))
    out = np.empty(len(numbers), np.uint64)
    for at in range(0, len(numbers), _CHUNK):
        part = numbers[at : at + _CHUNK]
        a, b = _mixed(aes, (part // right, part % right), size, None)
        out[at : at + _CHUNK] = a * right + b
    return out


def _mixed(aes: bytes, halves: tuple[Words, Words], size: int, tweaks: Bytes | None) -> tuple[Words, Words]:
    """The Feistel rounds of FF1 over both halves of a numeral of `size` digits."""
    if not SHORTEST <= size <= LONGEST:
        raise ValueError(f"FF1 here takes {SHORTEST} to {LONGEST} digits, not {size}")
    left, right = size // 2, size - size // 2
    width = math.ceil(math.ceil(right * math.log2(10)) / 8)
    head = _head(aes, size, 0 if tweaks is None else tweaks.shape[1])
    a, b = halves
    for turn in range(_ROUNDS):
        modulus = 10 ** (left if turn % 2 == 0 else right)
        random = _random(aes, head, _tail(tweaks, turn, b, width), 4 * math.ceil(width / 4) + 4, modulus)
        a, b = b, (a + random) % np.uint64(modulus)
    return a, b


def _head(aes: bytes, size: int, tweak: int) -> Bytes:
    """The encrypted first block P: it is the same for all rows and rounds."""
    block = bytes([1, 2, 1, 0, 0, 10, 10, size // 2]) + size.to_bytes(4, "big") + tweak.to_bytes(4, "big")
    return encrypt(aes, np.frombuffer(block, np.uint8).reshape(1, 16))


def _tail(tweaks: Bytes | None, turn: int, half: Words, width: int) -> Bytes:
    """The second block Q: tweak, zeros, round, and the half as a big-endian number."""
    block = np.zeros((len(half), 16), np.uint8)
    if tweaks is not None:
        block[:, : tweaks.shape[1]] = tweaks
    block[:, 15 - width] = turn
    block[:, 16 - width :] = half.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 8 - width :]
    return block


def _random(aes: bytes, head: Bytes, tail: Bytes, size: int, modulus: int) -> Words:
    """The first `size` bytes of the round's block, as a big-endian number modulo `modulus`."""
    block = encrypt(aes, tail ^ head)[:, :size]
    if size == 8:  # numerals of up to 18 digits: one division for all of it
        return np.ascontiguousarray(block).view(">u8")[:, 0].astype(np.uint64) % np.uint64(modulus)
    chunks = np.ascontiguousarray(block).view(">u2").astype(np.uint64)
    number = np.zeros(len(block), np.uint64)
    for chunk in chunks.T:
        number = (number * np.uint64(1 << 16) + chunk) % np.uint64(modulus)
    return number
