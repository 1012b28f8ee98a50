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
    SHOWN,
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
SHORTEST, SHORTEST_HEX = 12, 14
# Shorter base64 is looked at where it is plain characters: of random letters few are.
_SURE = 16
_LOOKED_AT = 12  # bytes
_PAIRS = 7  # hexadecimal digits, two by two
# Readable bytes in a row, with Polish letters, of two bytes each: see `binary`.
_RUN, _LONG_RUN, _WIDE_RUN = 7, 11, 5
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
    """Whether any byte may begin an escape or a tag."""
    found = np.uint8(0)
    for at in range(start, end):
        found |= CLASSES[data[at]] & MARK
    return bool(found)


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
    a word. Hexadecimal digits may also stand two by two.
    """
    classes = CLASSES
    longest = 0
    for cell in range(len(bounds) - 1):
        longest = max(longest, bounds[cell + 1] - bounds[cell])
    raw = np.zeros(longest + _LOOKED_AT, np.uint8)
    for cell in range(len(bounds) - 1):
        start, end, pairs = bounds[cell], bounds[cell + 1], 0
        row, longest_row, hexes, marks = 0, 0, 0, np.uint8(0)
        for at in range(start, end):  # most cells have nothing to look at: seen without a branch
            class_ = classes[data[at]]
            marks |= class_
            row = row + 1 if class_ & PACKED else 0
            longest_row = max(longest_row, row)
            hexes += 1 if class_ & HEX else 0
        escapes[cell] = 1 if marks & MARK else 0
        if longest_row < SHORTEST and hexes < SHORTEST_HEX:
            continue
        # Where the present rows of such characters began, and without slashes, and without any symbol.
        long_, segment, plain, hexadecimal = start, start, start, start
        for at in range(start, end + 1):
            class_ = classes[data[at]] if at < end else np.uint8(0)
            if not class_ & PACKED or class_ == PACKED:  # no such character, or a symbol
                if plain != long_ and at - plain >= SHORTEST and _is_base64(data, plain, at, raw):
                    packed[cell] = 1
                plain = at + 1
                if not class_ & PACKED or data[at] == _SLASH:
                    if segment != long_ and at - segment >= SHORTEST and _is_base64(data, segment, at, raw):
                        packed[cell] = 1
                    segment = at + 1
            if not class_ & PACKED:
                if at - long_ >= SHORTEST and _is_base64(data, long_, at, raw):
                    packed[cell] = 1
                long_ = segment = plain = at + 1
            if not class_ & HEX:
                if at - hexadecimal >= SHORTEST_HEX and _is_hexadecimal(data, hexadecimal, at, raw):
                    packed[cell] = 1
                pairs = pairs + 1 if at - hexadecimal == 2 else 0
                if pairs >= _PAIRS:
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
    size = (end - start) // 4 * 3
    for group in range(size // 3):
        four = start + 4 * group
        first, second = SIX_BITS[data[four]], SIX_BITS[data[four + 1]]
        third, fourth = SIX_BITS[data[four + 2]], SIX_BITS[data[four + 3]]
        raw[3 * group] = (first << 2 | second >> 4) & 255
        raw[3 * group + 1] = (second << 4 | third >> 2) & 255
        raw[3 * group + 2] = (third << 6 | fourth) & 255
    if end - start < _SURE:
        return _shown(raw, size)
    return _may_be_text(raw, _LOOKED_AT) or _is_written_within(raw, size)


@compiled
def _is_hexadecimal(data: Bytes, start: int, end: int, raw: Bytes) -> bool:
    """Pairs that may begin a text, or hold one; those of a decimal number hold nothing but another number."""
    size, decimal, digits, most = (end - start) // 2, True, 0, 0
    for pair in range(size):
        high, low = FOUR_BITS[data[start + 2 * pair]], FOUR_BITS[data[start + 2 * pair + 1]]
        raw[pair] = high << 4 | low
        decimal = decimal and high < 10 and low < 10
        digits = digits + 1 if high == 3 and low < 10 else 0
        most = max(most, digits)
    if decimal:  # as many account numbers are: their first bytes often look like a text, all of them seldom
        return most >= _RUN or _may_be_text(raw, size)
    return _may_be_text(raw, SHORTEST_HEX // 2) or _is_written_within(raw, size)


@compiled
def _shown(raw: Bytes, size: int) -> bool:
    """Whether all are plain characters."""
    plain = True
    for at in range(size):
        plain &= SHOWN[raw[at]] == 1
    return plain


@compiled
def _is_written_within(raw: Bytes, size: int) -> bool:
    """Whether anything readable stands among the bytes, or gzip behind a header."""
    run, long_run, wide, last, zero = 0, 0, 0, False, False
    for at in range(size):
        byte = raw[at]
        kind = SHOWN[byte]
        run = run + 1 if kind == 1 else 0
        long_run = long_run + 1 if kind else 0
        if kind == 1:
            wide = wide if zero else 0
        elif byte <= 1 and last:
            wide += 1
        else:
            wide = 0
        last, zero = kind == 1, byte <= 1
        if byte == 8 and at > 1 and raw[at - 1] == 0x8B and raw[at - 2] == 0x1F:
            return True
        if run >= _RUN or long_run >= _LONG_RUN or wide >= _WIDE_RUN:
            return True
    return False


@compiled
def _may_be_text(raw: Bytes, size: int) -> bool:
    """Whether bytes may begin a text: UTF-8 without control characters, UTF-16, gzip or zlib."""
    if (raw[0] == 0x1F and raw[1] == 0x8B) or raw[0] + raw[1] == 0x1FD:  # gzip; a mark of UTF-16
        return True
    if raw[0] == 0x78 and (raw[1] == 0x9C or raw[1] == 0xDA or raw[1] == 0x01):  # zlib
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
def ordered(prints: Words, tags: Words, shift: np.uint64, before: Places, content: Words) -> None:
    """Writes records by partition: of each first all prints, then all tags; `before` is how many records
    stand before it. A counting sort.
    """
    next_ = before[:-1] + before[:-1]
    for at in range(len(prints)):
        number = np.int64(prints[at] >> shift)
        place = next_[number]
        next_[number] += 1
        content[place] = prints[at]
        content[place + before[number + 1] - before[number]] = tags[at]


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
