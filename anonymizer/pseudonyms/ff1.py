"""FF1, the format-preserving permutation of NIST SP 800-38G, over many decimal numerals at once.

A permutation is how distinct values keep distinct pseudonyms without remembering any of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from anonymizer.kernels import loops
from anonymizer.kernels.loops import Bytes, Words
from anonymizer.kernels.machine import bound
from anonymizer.pseudonyms import digits as decimal
from anonymizer.pseudonyms.digits import Digits
from anonymizer.pseudonyms.keys import Key
from anonymizer.pseudonyms.prf import ROWS, encryptor, room

Allowed = Callable[[Digits, NDArray[np.int64]], NDArray[np.bool_]]

_ROUNDS = 10
# SP 800-38G rev. 1 wants a domain of at least a million.
SHORTEST, LONGEST = 6, 28


def permute(
    key: Key, numerals: Digits, *, allowed: Allowed | None = None, tweaks: Bytes | None = None
) -> Digits:
    """A keyed permutation of numerals, restricted to those that `allowed` accepts (cycle walking).

    Shapes: (rows, digits) in and out; tweaks (rows, bytes). `allowed` gets numerals and the rows they
    stand in. One-to-one on the allowed numerals of a tweak; another numeral becomes an allowed
    one.
    """
    feistel = _Feistel(key.aes(), numerals.shape[1], 0 if tweaks is None else tweaks.shape[1])
    out = feistel.permuted(numerals, tweaks)
    if allowed is None:
        return out
    rows = np.arange(len(out))
    while len(rows := rows[~allowed(out[rows], rows)]):
        out[rows] = feistel.permuted(out[rows], None if tweaks is None else tweaks[rows])
    return out


def alike(good: Callable[[Digits], NDArray[np.bool_]], numerals: Digits) -> Allowed:
    """Lets good numerals become good ones and others others, so that all of them together stay distinct."""
    was = good(numerals)
    return lambda out, rows: np.asarray(good(out) == was[rows], np.bool_)


def transform(aes: bytes, numerals: Digits, tweaks: Bytes | None = None) -> Digits:
    """FF1.Encrypt with radix 10. Shapes as in `permute`."""
    tweak = 0 if tweaks is None else tweaks.shape[1]
    return _Feistel(aes, numerals.shape[1], tweak).permuted(numerals, tweaks)


def permute_numbers(key: Key, numbers: Words, size: int) -> Words:
    """`permute` of numbers below 10^size (at most 19 digits), without the way through their digits."""
    feistel, right = _Feistel(key.aes(), size, 0), np.uint64(10 ** (size - size // 2))
    out = np.empty(len(numbers), np.uint64)
    for at in range(0, len(numbers), ROWS):
        part = numbers[at : at + ROWS]
        a, b = part // right, part % right
        feistel.mix(a, b, None)
        out[at : at + ROWS] = a * right + b
    return out


class _Feistel:
    """FF1 for numerals of `size` digits and tweaks of `tweak` bytes."""

    def __init__(self, aes: bytes, size: int, tweak: int) -> None:
        if not SHORTEST <= size <= LONGEST:
            raise ValueError(f"FF1 here takes {SHORTEST} to {LONGEST} digits, not {size}")
        self._left, right = size // 2, size - size // 2
        self._width = math.ceil(math.ceil(right * math.log2(10)) / 8)
        self._moduli = np.array([10**self._left, 10**right], np.uint64)
        self._cipher = encryptor(aes)
        # The encrypted first block P: it is the same for all rows and rounds.
        first = (
            bytes([1, 2, 1, 0, 0, 10, 10, self._left]) + size.to_bytes(4, "big") + tweak.to_bytes(4, "big")
        )
        self._head = np.frombuffer(self._cipher.update(first), np.uint8).reshape(1, 16)

    def permuted(self, numerals: Digits, tweaks: Bytes | None) -> Digits:
        out, left = np.empty_like(numerals), self._left
        for at in range(0, len(numerals), ROWS):
            part = numerals[at : at + ROWS]
            a, b = decimal.numbers(part[:, :left]), decimal.numbers(part[:, left:])
            self.mix(a, b, None if tweaks is None else tweaks[at : at + ROWS])
            decimal.write(a, out[at : at + ROWS, :left])
            decimal.write(b, out[at : at + ROWS, left:])
        return out

    def mix(self, a: Words, b: Words, tweaks: Bytes | None) -> None:
        """The rounds, over both halves of the numerals, in their place."""
        rows = len(a)
        blocks, low = self._prefix(rows, tweaks)
        blocks[:, 1] = (low ^ b).byteswap()
        random = room(rows)
        begin = random, blocks, a, b, low, int(len(low) > 1), rows, self._moduli, self._width
        end_of = bound(loops.ff1_blocks, *begin)
        given, made = blocks.view(np.uint8).data, random.view(np.uint8).data
        for turn in range(_ROUNDS):
            self._cipher.update_into(given, made)
            end_of(turn)

    def _prefix(self, rows: int, tweaks: Bytes | None) -> tuple[Words, Words]:
        """What all rounds' blocks have in common: the blocks with it, and each's second half as a number.

        Q is the tweak, zeros, the round, and the other half. Without tweaks that number is one for all.
        """
        fixed = self._head
        if tweaks is not None:
            fixed = np.repeat(fixed, rows, axis=0)
            fixed[:, : tweaks.shape[1]] ^= tweaks
        words = fixed.view(np.uint64)
        blocks = np.empty((rows, 2), np.uint64)
        blocks[:, 0] = words[:, 0]
        return blocks, words[:, 1].byteswap()
