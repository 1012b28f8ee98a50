"""The search's inner loops over bytes, compiled when they are first used. Pure; they know no rule.

A fingerprint is a polynomial modulo 2^64 under secret letters and a secret base, mixed at the end. What the
loops find goes into arrays that the caller gives; they stop at a cell when those are full, and say where.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np

from anonymizer.proof.characters import (
    CLASSES,
    CONTROL,
    DIGIT,
    FOUR_BITS,
    HEX,
    LATIN,
    LOWER,
    MARK,
    PACKED,
    SIX_BITS,
    UPPER,
    Bytes,
    Flags,
    Places,
    Words,
)  # fmt: skip

Function = TypeVar("Function", bound=Callable[..., object])

FEWEST_DIGITS, MOST_DIGITS = 7, 34
MOST_WORDS = 12
# Shorter numbers are looked for between separators only: within longer ones chance would find them.
SHORT = 10
_SHORTEST_WORD = 5
_LETTERS_OF_A_NUMBER = 2  # a country's
# A filter's second place of a fingerprint is in the same 64 bytes as the first: other bits of it say where.
BESIDE = np.uint64(511)
_SHORTEST, SHORTEST_HEX = 16, 14
_LOOKED_AT = 12  # bytes
_SLASH = 47
# Kinds of what is found: so many digits; above this so many words; or a cell as a whole.
WORDS, WHOLE = 40, 63


def compiled(function: Function) -> Function:
    """The function as machine code; other threads run meanwhile. Kept beside its source, or in the user's
    cache; where neither can be written, it is compiled in every process.
    """
    try:
        return cast(Function, numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:
        return cast(Function, numba.njit(nogil=True)(function))


@compiled
def mixed(value: np.uint64) -> np.uint64:
    """Spreads what differs anywhere over all bits: MurmurHash3's finalizer."""
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xFF51AFD7ED558CCD)
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@compiled
def whole(data: Bytes, bounds: Places, letters: Words, base: np.uint64, prints: Words) -> None:
    """One fingerprint a cell: of all its bytes, as they are."""
    for cell in range(len(bounds) - 1):
        value = np.uint64(1)
        for at in range(bounds[cell], bounds[cell + 1]):
            value = value * base + letters[data[at]]
        prints[cell] = mixed(value)


@compiled
def lowered(data: Bytes, start: int, end: int, low: Bytes) -> bool:
    """Writes the bytes with the letters U+00C0 to U+017F in lower case; False where anything else beyond
    ASCII is among them, or a letter that is not already what it means.
    """
    at = start
    while at < end:
        byte = data[at]
        low[at - start] = byte
        at += 1
        if byte < 0x80:
            continue
        place = (np.int64(byte) - 0xC3) * 64 + (np.int64(data[at]) & 0x3F) if at < end else np.int64(-1)
        if place < 0 or place >= len(LATIN) or LATIN[place] == 0:
            return False
        low[at - start - 1] = LATIN[place] >> 8
        low[at - start] = LATIN[place] & 0xFF
        at += 1
    return True


@compiled
def marked(data: Bytes, start: int, end: int) -> bool:
    """Whether any byte may begin an escape: % & \\."""
    found = False
    for at in range(start, end):
        found |= (data[at] == 37) | (data[at] == 38) | (data[at] == 92)
    return found


@compiled
def possible(print_: np.uint64, kind: np.int64, bits: Bytes, starts: Places, shifts: Words) -> np.uint8:
    """1 where a fingerprint of that kind may be a member of the filter's set, else 0. Does not branch, so
    that a processor fetches many at a time.
    """
    index = np.int64(print_ >> shifts[kind])
    first = starts[kind] + index
    second = starts[kind] + (index ^ np.int64(print_ & BESIDE))
    return np.uint8((bits[first >> 3] >> (first & 7)) & (bits[second >> 3] >> (second & 7)) & np.uint8(1))


@compiled
def all_possible(
    prints: Words, kinds: Words, bits: Bytes, starts: Places, shifts: Words, found: Flags
) -> None:
    """Which fingerprints may be members."""
    for at in range(len(prints)):
        found[at] = possible(prints[at], np.int64(kinds[at]), bits, starts, shifts)


@compiled
def entered(prints: Words, kinds: Words, bits: Bytes, starts: Places, shifts: Words) -> None:
    """Makes fingerprints members."""
    for at in range(len(prints)):
        index = np.int64(prints[at] >> shifts[kinds[at]])
        for place in (index, index ^ np.int64(prints[at] & BESIDE)):
            where = starts[kinds[at]] + place
            bits[where >> 3] |= np.uint8(1 << (where & 7))


@compiled
def encoded(data: Bytes, bounds: Places, escapes: Bytes, packed: Bytes) -> None:
    """Marks the cells that may hold an escape, and those that may hold text in base64 or hexadecimal.

    Base64 begins where other characters end, or behind a symbol that it may hold itself: in a path, or behind
    a word.
    """
    classes = CLASSES
    raw = np.zeros(_LOOKED_AT, np.uint8)
    for cell in range(len(bounds) - 1):
        start, end = bounds[cell], bounds[cell + 1]
        # Where the present rows of such characters began, and without slashes, and without any symbol.
        long_, segment, plain, hexadecimal = start, start, start, start
        for at in range(start, end + 1):
            class_ = classes[data[at]] if at < end else np.uint8(0)
            if class_ & MARK:
                escapes[cell] = 1
            if not class_ & PACKED or class_ == PACKED:  # no such character, or a symbol
                if plain != long_ and at - plain >= _SHORTEST and _is_base64(data, plain, at, raw):
                    packed[cell] = 1
                plain = at + 1
                if not class_ & PACKED or data[at] == _SLASH:
                    if segment != long_ and at - segment >= _SHORTEST and _is_base64(data, segment, at, raw):
                        packed[cell] = 1
                    segment = at + 1
            if not class_ & PACKED:
                if at - long_ >= _SHORTEST and _is_base64(data, long_, at, raw):
                    packed[cell] = 1
                long_ = segment = plain = at + 1
            if not class_ & HEX:
                if at - hexadecimal >= SHORTEST_HEX and _is_hexadecimal(data, hexadecimal, raw):
                    packed[cell] = 1
                hexadecimal = at + 1


@compiled
def _is_base64(data: Bytes, start: int, end: int, raw: Bytes) -> bool:
    """Neither a number nor a mere word, and its first characters decode to what may be text."""
    upper, lower, symbols, leading = 0, 0, 0, 0
    for at in range(start, end):
        class_ = CLASSES[data[at]]
        if class_ & UPPER:
            upper += 1
            if at - start < _LETTERS_OF_A_NUMBER and leading == at - start:
                leading += 1
        elif class_ & LOWER:
            lower += 1
        elif not class_ & DIGIT and (data[at] == 43 or data[at] == 47):
            symbols += 1
    if lower == 0 and symbols == 0 and upper == leading:
        return False
    letters = upper + lower
    begins_upper = CLASSES[data[start]] & UPPER != 0
    if letters == end - start and (upper == letters or upper == (1 if begins_upper else 0)):
        return False
    for group in range(_LOOKED_AT // 3):
        four = start + 4 * group
        first, second = SIX_BITS[data[four]], SIX_BITS[data[four + 1]]
        third, fourth = SIX_BITS[data[four + 2]], SIX_BITS[data[four + 3]]
        raw[3 * group] = (first << 2 | second >> 4) & 255
        raw[3 * group + 1] = (second << 4 | third >> 2) & 255
        raw[3 * group + 2] = (third << 6 | fourth) & 255
    return _may_be_text(raw, _LOOKED_AT)


@compiled
def _is_hexadecimal(data: Bytes, start: int, raw: Bytes) -> bool:
    for pair in range(SHORTEST_HEX // 2):
        high, low = FOUR_BITS[data[start + 2 * pair]], FOUR_BITS[data[start + 2 * pair + 1]]
        raw[pair] = high << 4 | low
    return _may_be_text(raw, SHORTEST_HEX // 2)


@compiled
def _may_be_text(raw: Bytes, size: int) -> bool:
    """Whether bytes may begin a text: UTF-8 without control characters, UTF-16, or gzip."""
    if (raw[0] == 0x1F and raw[1] == 0x8B) or raw[0] + raw[1] == 0x1FD:  # gzip; a mark of UTF-16
        return True
    zeros, wrong, leading = 0, False, False
    for at in range(size):
        byte = raw[at]
        continues = byte & 0xC0 == 0x80
        wrong = wrong or CONTROL[byte] != 0 or (leading and not continues)
        wrong = wrong or (continues and (at == 0 or raw[at - 1] < 0x80))
        leading = byte >= 0xC2
        zeros += byte == 0
    return not wrong or zeros * 4 >= size


@compiled
def ordered(prints: Words, tags: Words, shift: np.uint64, before: Places, pairs: Words) -> None:
    """Writes pairs by partition, one after another; `before` is where each begins. A counting sort."""
    next_ = before.copy()
    for at in range(len(prints)):
        number = prints[at] >> shift
        place = next_[number]
        next_[number] += 1
        pairs[2 * place] = prints[at]
        pairs[2 * place + 1] = tags[at]


@compiled
def likely(prints: Words, others: Words, found: Flags) -> None:
    """Which prints may be among the others: all that are, and few that are not."""
    size = 9
    while 1 << size < 16 * len(others):
        size += 1
    mask = np.uint64((1 << size) - 1)
    bits = np.zeros(1 << size >> 3, np.uint8)
    for at in range(len(others)):
        place = others[at] & mask
        bits[place >> np.uint64(3)] |= np.uint8(1 << (np.int64(place) & 7))
    for at in range(len(prints)):
        place = prints[at] & mask
        found[at] = (bits[place >> np.uint64(3)] >> (np.int64(place) & 7)) & 1
