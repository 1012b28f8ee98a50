"""Keyed fingerprints of words and digit windows, many at once. Decides nothing about what they mean.

A fingerprint is a polynomial over the bytes, modulo 2^64, under a secret base and secret letters that live as
long as one check. The transforms know nothing of it, and it nothing of them.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

_END = 10  # stands after every cell, so that nothing reaches from one into the next
_SPACE = 32
# Shorter numbers are looked for between separators only: within longer ones chance would find them.
SHORT = 10
_BELOW_ONE_BYTE = 256


@dataclass(frozen=True, kw_only=True)
class Seed:
    """The secret of one check: a base, its inverse, and a number for every byte."""

    base: np.uint64
    inverse: np.uint64
    letters: Words

    @classmethod
    def new(cls) -> Seed:
        base = secrets.randbits(64) | 1
        letters = np.frombuffer(secrets.token_bytes(8 * _BELOW_ONE_BYTE), np.uint64)
        return cls(base=np.uint64(base), inverse=np.uint64(pow(base, -1, 1 << 64)), letters=letters)


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Pieces of cells: the fingerprint of each, and the cell in which it stands."""

    prints: Words
    cells: Places

    def only(self, which: Flags) -> Windows:
        return Windows(prints=self.prints[which], cells=self.cells[which])


def normal(values: pa.Array) -> pa.Array:
    """Lower case, NFKC, letters and digits only, one space between words; NULL is the empty string."""
    text = pc.utf8_lower(pc.utf8_normalize(values.cast(pa.string()).fill_null(""), "NFKC"))
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"[^\p{L}\p{N}]+", " "))


def word_windows(texts: pa.Array, sizes: Collection[int], seed: Seed) -> Iterator[tuple[int, Windows]]:
    """Of normal texts, every row of that many words, for each of the sizes."""
    data = _joined(texts)
    inside = (data != _SPACE) & (data != _END)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.view(np.int8), [0]])))
    starts, ends = edges[::2], edges[1::2]
    cells = np.cumsum(data == _END)[starts] if len(starts) else starts
    sums, inverses = _sums(data, seed)
    for size in sorted(sizes):
        if len(starts) < size:
            return
        first, last = starts[: len(starts) - size + 1], ends[size - 1 :]
        whole = cells[: len(first)] == cells[size - 1 :]
        at, to = first[whole], last[whole]
        yield size, Windows(prints=(sums[to] - sums[at]) * inverses[at], cells=cells[: len(first)][whole])


def digit_windows(texts: pa.Array, widths: Collection[int], seed: Seed) -> Iterator[tuple[int, Windows]]:
    """Of normal texts, every row of that many digits, whatever separates them, for each of the widths."""
    data = _joined(texts)
    digit = _is_digit(data)
    before, after = np.roll(digit, 1), np.roll(digit, -1)
    kept = ~((data == _SPACE) & before & after)
    starts, ends = (digit & ~before)[kept], (digit & ~after)[kept]
    data, digit = data[kept], digit[kept]
    starts = starts | _after_country(data, starts)
    cells, counts = np.cumsum(data == _END), np.concatenate([[0], np.cumsum(digit)])
    sums, inverses = _sums(data, seed)
    for width in sorted(widths):
        if len(data) < width:
            return
        whole = counts[width:] - counts[:-width] == width
        if width < SHORT:
            whole &= starts[: len(whole)] & ends[width - 1 :]
        at = np.flatnonzero(whole)
        yield width, Windows(prints=(sums[at + width] - sums[at]) * inverses[at], cells=cells[at])


def whole(texts: pa.Array, seed: Seed) -> Words:
    """One fingerprint a text, equal to that of a window with the same bytes."""
    data = _joined(texts)
    if not len(texts):
        return np.zeros(0, np.uint64)
    ends = np.flatnonzero(data == _END)
    starts = np.concatenate([[0], ends[:-1] + 1])
    sums, inverses = _sums(data, seed)
    prints: Words = (sums[ends] - sums[starts]) * inverses[starts]
    return prints


def _joined(texts: pa.Array) -> NDArray[np.uint8]:
    """All cells in one row of bytes, each with an end behind it."""
    wide = pa.large_string()
    ended = pc.binary_join_element_wise(texts.cast(wide), pa.scalar("\n", wide), pa.scalar("", wide))
    if not len(ended):
        return np.zeros(0, np.uint8)
    _, offsets, content = ended.buffers()
    bounds = np.frombuffer(offsets, np.int64)[ended.offset : ended.offset + len(ended) + 1]
    return np.frombuffer(content, np.uint8)[bounds[0] : bounds[-1]]


def _is_digit(data: NDArray[np.uint8]) -> Flags:
    return (data >= ord("0")) & (data <= ord("9"))


def _after_country(data: NDArray[np.uint8], starts: Flags) -> Flags:
    """Where a number goes on after +48, Poland's prefix: people write the rest alone."""
    after = np.zeros(len(data), bool)
    if len(data) > 2:
        after[2:] = starts[:-2] & (data[:-2] == ord("4")) & (data[1:-1] == ord("8"))
    return after


def _sums(data: NDArray[np.uint8], seed: Seed) -> tuple[Words, Words]:
    """Sums up to each place, and what takes a sum's place out of it. Shapes: (bytes + 1,) both."""
    powers = np.full(len(data) + 1, seed.base, np.uint64)
    inverses = np.full(len(data) + 1, seed.inverse, np.uint64)
    powers[0] = inverses[0] = 1
    np.multiply.accumulate(powers, out=powers)
    np.multiply.accumulate(inverses, out=inverses)
    sums = np.zeros(len(data) + 1, np.uint64)
    np.cumsum(seed.letters[data] * powers[:-1], out=sums[1:])
    return sums, inverses
