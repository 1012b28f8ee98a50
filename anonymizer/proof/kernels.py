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
    INSIDE,
    LETTER,
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
_LOCAL = 9  # digits of a Polish telephone number without 48
_RING = 64
_SHORTEST, _SHORTEST_HEX = 16, 14
_LOOKED_AT = 12  # bytes
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
def described(
    data: Bytes, bounds: Places, letters: Words, base: np.uint64, prints: Words, kinds: Bytes, local: Words
) -> None:
    """What each cell says as a whole: its fingerprint and kind, 0 for nothing.

    `local` is the fingerprint of a Polish telephone number without 48, 0 for anything else.
    """
    classes = CLASSES
    for cell in range(len(bounds) - 1):
        words, token, sizes, widths, characters = np.uint64(1), np.uint64(1), 0, 0, 0
        digits, without = np.uint64(1), np.uint64(1)
        inside, prefix, country = False, False, False
        for at in range(bounds[cell], bounds[cell + 1]):
            byte = data[at]
            class_ = classes[byte]
            if class_ & INSIDE:
                if not inside:
                    inside, token = True, np.uint64(1)
                    sizes += 1
                token = token * base + letters[byte]
                if class_ & DIGIT:
                    if widths == 0:
                        prefix = byte == 52
                    elif widths == 1:
                        country = prefix and byte == 56
                    else:
                        without = without * base + letters[byte]
                    digits = digits * base + letters[byte]
                    widths += 1
                elif class_ & LETTER:
                    characters += 1
            elif inside:
                inside = False
                words = words * base + mixed(token)
        if inside:
            words = words * base + mixed(token)
        local[cell] = 0
        if sizes == 0:
            kinds[cell] = 0
        elif FEWEST_DIGITS <= widths <= MOST_DIGITS and characters <= _LETTERS_OF_A_NUMBER:
            prints[cell], kinds[cell] = mixed(digits), widths
            if country and widths == _LOCAL + 2:
                local[cell] = mixed(without)
        else:
            worded = characters >= _SHORTEST_WORD and sizes <= MOST_WORDS
            prints[cell], kinds[cell] = mixed(words), WORDS + sizes if worded else WHOLE


@compiled
def possible(print_: np.uint64, kind: np.int64, bits: Bytes, starts: Places, shifts: Words) -> bool:
    """Whether a fingerprint of that kind may be a member of the filter's set."""
    place = starts[kind] + np.int64(print_ >> shifts[kind])
    return bool((bits[place >> 3] >> (place & 7)) & 1)


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
        kind = np.int64(kinds[at])
        place = starts[kind] + np.int64(prints[at] >> shifts[kind])
        bits[place >> 3] |= np.uint8(1 << (place & 7))


@compiled
def scanned(
    data: Bytes, bounds: Places, first: int, letters: Words, base: np.uint64, sizes: Places, widths: Places,
    powers: Words, bits: Bytes, starts: Places, shifts: Words, escaped: bool, prints: Words, cells: Places,
    kinds: Bytes,
    trials: Places,
) -> tuple[int, int]:  # fmt: skip
    """What may be originals in the cells from `first` on: rows of words and of digits that the filter passes.

    Letters and ends of cells break a row of digits, separators do not; numbers go on behind +48. `escaped`
    cells write a line's end and the like as two characters. Returns the cell to go on with, and how many
    were found.
    """
    classes = CLASSES
    tokens = np.zeros(_RING, np.uint64)
    sums = np.zeros(_RING, np.uint64)  # of digits, before each
    begins = np.zeros(_RING, np.bool_)
    found = 0
    room = len(prints)
    most = len(sizes) + len(widths)
    for cell in range(first, len(bounds) - 1):
        start, end = bounds[cell], bounds[cell + 1]
        if found + (end - start + 1) * most > room and found > 0:
            return cell, found
        count, token, inside = 0, np.uint64(1), False
        row, prefix = 0, 0  # digits in this row; how many of 48 stand before this one at a number's start
        at = start
        while at <= end:
            byte = data[at] if at < end else np.uint8(32)
            class_ = classes[byte]
            if escaped and byte == 92 and at + 1 < end and _is_escape(data[at + 1]):
                at += 1
                class_ = np.uint8(0)
            if class_ & INSIDE:
                if not inside:
                    inside, token = True, np.uint64(1)
                token = token * base + letters[byte]
                if class_ & DIGIT:
                    fresh = at == start or not classes[data[at - 1]] & DIGIT
                    begins[row & 63] = fresh or prefix == 2
                    prefix = 1 if fresh and byte == 52 else 2 if prefix == 1 and byte == 56 else 0
                    before = sums[row & 63] if row else np.uint64(1)
                    sums[row & 63] = before
                    after = before * base + letters[byte]
                    row += 1
                    sums[row & 63] = after
                    last = at + 1 >= end or not classes[data[at + 1]] & DIGIT
                    for each in range(len(widths)):
                        width = widths[each]
                        if row < width or (width < SHORT and not (last and begins[(row - width) & 63])):
                            continue
                        trials[width] += 1
                        value = mixed(after - (sums[(row - width) & 63] - np.uint64(1)) * powers[width])
                        if possible(value, width, bits, starts, shifts):
                            prints[found], cells[found], kinds[found] = value, cell, width
                            found += 1
                else:
                    row, prefix = 0, 0
            elif inside:
                inside = False
                tokens[count & 63] = mixed(token)
                count += 1
                for each in range(len(sizes)):
                    size = sizes[each]
                    if count < size:
                        continue
                    value = np.uint64(1)
                    for place in range(count - size, count):
                        value = value * base + tokens[place & 63]
                    value = mixed(value)
                    if possible(value, WORDS + size, bits, starts, shifts):
                        prints[found], cells[found], kinds[found] = value, cell, WORDS + size
                        found += 1
            at += 1
    return len(bounds) - 1, found


@compiled
def _is_escape(byte: np.uint8) -> bool:
    r"""Whether it ends one of JSON's short escapes: n r t b f " /."""
    return bool(
        byte == 110 or byte == 114 or byte == 116 or byte == 98 or byte == 102 or byte == 34 or byte == 47
    )


@compiled
def encoded(data: Bytes, bounds: Places, escapes: Bytes, packed: Bytes) -> None:
    """Marks the cells that may hold an escape, and those that may hold text in base64 or hexadecimal."""
    classes = CLASSES
    raw = np.zeros(_LOOKED_AT, np.uint8)
    for cell in range(len(bounds) - 1):
        start, end = bounds[cell], bounds[cell + 1]
        long_, hexadecimal = start, start  # where the present rows of such characters began
        for at in range(start, end + 1):
            class_ = classes[data[at]] if at < end else np.uint8(0)
            if class_ & MARK:
                escapes[cell] = 1
            if not class_ & PACKED:
                if at - long_ >= _SHORTEST and _is_base64(data, long_, at, raw):
                    packed[cell] = 1
                long_ = at + 1
            if not class_ & HEX:
                if at - hexadecimal >= _SHORTEST_HEX and _is_hexadecimal(data, hexadecimal, raw):
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
    for pair in range(_SHORTEST_HEX // 2):
        high, low = FOUR_BITS[data[start + 2 * pair]], FOUR_BITS[data[start + 2 * pair + 1]]
        raw[pair] = high << 4 | low
    return _may_be_text(raw, _SHORTEST_HEX // 2)


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
