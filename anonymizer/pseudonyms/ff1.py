"""FF1, the format-preserving permutation of NIST SP 800-38G, over many decimal numerals at once.

A permutation is how distinct values keep distinct pseudonyms without remembering any of them. Of FF1's
permutation E, `permute` makes one that leaves no numeral in its place: E, a step to the next numeral, and E
undone.
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

# Which of these numerals may come out, of the rows that they are for.
Rows = NDArray[np.int64]
Allowed = Callable[[Digits, Rows], NDArray[np.bool_]]
# Changes both halves of numerals in their place, under their tweaks.
Change = Callable[[Words, Words, Bytes | None], None]

_ROUNDS = 10
# SP 800-38G rev. 1 wants a domain of at least a million.
SHORTEST, LONGEST = 6, 28


def permute(
    key: Key, numerals: Digits, *, allowed: Allowed | None = None, tweaks: Bytes | None = None
) -> Digits:
    """A keyed permutation of numerals, restricted to those that `allowed` accepts (cycle walking), that moves
    every one of them: only one that is the only one of its kind stays.

    Shapes: (rows, digits) in and out; tweaks (rows, bytes). `allowed` gets numerals and the rows they
    stand in. One-to-one on the allowed numerals of a tweak; another numeral becomes an allowed
    one.
    """
    feistel = _Feistel(key.aes(), numerals.shape[1], 0 if tweaks is None else tweaks.shape[1])
    return feistel.moved(numerals, tweaks) if allowed is None else feistel.walked(numerals, allowed, tweaks)


def alike(good: Callable[[Digits], NDArray[np.bool_]], numerals: Digits) -> Allowed:
    """Lets good numerals become good ones and others others, so that all of them together stay distinct."""
    was = good(numerals)
    return lambda out, rows: np.asarray(good(out) == was[rows], np.bool_)


def transform(aes: bytes, numerals: Digits, tweaks: Bytes | None = None) -> Digits:
    """FF1.Encrypt with radix 10. Shapes as in `permute`."""
    tweak = 0 if tweaks is None else tweaks.shape[1]
    return _Feistel(aes, numerals.shape[1], tweak).permuted(numerals, tweaks)


def restore(aes: bytes, numerals: Digits, tweaks: Bytes | None = None) -> Digits:
    """FF1.Decrypt with radix 10. Shapes as in `permute`."""
    tweak = 0 if tweaks is None else tweaks.shape[1]
    return _Feistel(aes, numerals.shape[1], tweak).restored(numerals, tweaks)


def permute_numbers(key: Key, numbers: Words, size: int) -> Words:
    """FF1 of numbers below 10^size (at most 19 digits), without the way through their digits."""
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
        """FF1.Encrypt."""
        return self._halved(numerals, tweaks, self.mix)

    def restored(self, numerals: Digits, tweaks: Bytes | None) -> Digits:
        """FF1.Decrypt."""
        return self._halved(numerals, tweaks, self._unmix)

    def moved(self, numerals: Digits, tweaks: Bytes | None) -> Digits:
        """All numerals in one cycle, of which only the key tells the order; each becomes the next one."""

        def move(a: Words, b: Words, own: Bytes | None) -> None:
            self.mix(a, b, own)
            self._step(a, b)
            self._unmix(a, b, own)

        return self._halved(numerals, tweaks, move)

    def walked(self, numerals: Digits, allowed: Allowed, tweaks: Bytes | None) -> Digits:
        """The same cycle; each becomes the next one that is allowed. Where the walk is, is kept mixed."""
        out, rows = np.empty_like(numerals), np.arange(len(numerals))
        a, b = self._halves(numerals)
        self._change(self.mix, a, b, tweaks)
        while len(rows):
            self._step(a, b)
            found = np.empty((len(rows), out.shape[1]), np.uint8)
            left, right = a.copy(), b.copy()
            self._change(self._unmix, left, right, tweaks)
            self._write(left, right, found)
            out[rows] = found
            on = np.flatnonzero(~allowed(found, rows))
            rows, a, b, tweaks = rows[on], a[on], b[on], None if tweaks is None else tweaks[on]
        return out

    def _halved(self, numerals: Digits, tweaks: Bytes | None, change: Change) -> Digits:
        """`change` is given both halves of the numerals, to change them in their place."""
        out = np.empty_like(numerals)
        a, b = self._halves(numerals)
        self._change(change, a, b, tweaks)
        self._write(a, b, out)
        return out

    def _halves(self, numerals: Digits) -> tuple[Words, Words]:
        return decimal.numbers(numerals[:, : self._left]), decimal.numbers(numerals[:, self._left :])

    def _write(self, a: Words, b: Words, out: Digits) -> None:
        decimal.write(a, out[:, : self._left])
        decimal.write(b, out[:, self._left :])

    def _change(self, change: Change, a: Words, b: Words, tweaks: Bytes | None) -> None:
        """Part by part, so that what the rounds read and write stays near the processor."""
        for at in range(0, len(a), ROWS):
            part = slice(at, at + ROWS)
            change(a[part], b[part], None if tweaks is None else tweaks[part])

    def mix(self, a: Words, b: Words, tweaks: Bytes | None) -> None:
        """The rounds, over both halves of the numerals, in their place."""
        self._rounds(loops.ff1_blocks, range(_ROUNDS), b, (a, b), tweaks)

    def _unmix(self, a: Words, b: Words, tweaks: Bytes | None) -> None:
        """The rounds undone, from the last to the first."""
        self._rounds(loops.ff1_back, range(_ROUNDS - 1, -1, -1), a, (a, b), tweaks)

    def _rounds(
        self, loop: Callable[..., None], turns: range, other: Words, halves: tuple[Words, Words],
        tweaks: Bytes | None,
    ) -> None:  # fmt: skip
        """The turns of a loop; `other` is the half that the first one's blocks hold."""
        rows = len(other)
        blocks, low = self._prefix(rows, tweaks)
        first = np.uint64(turns[0]) << np.uint64(8 * self._width)
        blocks[:, 1] = (low ^ first ^ other).byteswap()
        random = room(rows)
        begin = random, blocks, *halves, low, int(len(low) > 1), rows, self._moduli, self._width
        end_of = bound(loop, *begin)
        given, made = blocks.view(np.uint8).data, random.view(np.uint8).data
        for turn in turns:
            self._cipher.update_into(given, made)
            end_of(turn)

    def _step(self, a: Words, b: Words) -> None:
        """The next numeral; behind the last one comes the first."""
        left, right = self._moduli
        b += np.uint64(1)
        over = b == right
        if over.any():
            b[over] = 0
            a += over
            a[a == left] = 0

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
