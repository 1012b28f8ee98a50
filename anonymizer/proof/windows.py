"""The search's inmost loop: what each cell says as a whole, and rows of words and of digits in it. Pure.

One pass over the bytes answers both. It knows no rule, and keeps nothing of what it reads but fingerprints.
"""

from __future__ import annotations

import numpy as np

from anonymizer.proof.characters import CLASSES, DIGIT, INSIDE, LETTER, Bytes, Places, Words
from anonymizer.proof.kernels import (
    FEWEST_DIGITS,
    MOST_DIGITS,
    MOST_WORDS,
    SHORT,
    WHOLE,
    WORDS,
    compiled,
    mixed,
    possible,
)

_SHORTEST_WORD = 5
_LETTERS_OF_A_NUMBER = 2  # a country's
_LOCAL = 9  # digits of a Polish telephone number without 48
_RING = 64
WAITING = 1 << 12  # fingerprints that are looked up in the filter together
_LEADING, LEADS = 5, 100_000  # digits by which most windows are told from originals, and how many there are
# What is noted of a digit: a short number may begin with it, or end.
_BEGINS, _ENDS = 1, 2


@compiled
def looked(
    data: Bytes, bounds: Places, first: int, letters: Words, base: np.uint64, sizes: Places, widths: Places,
    powers: Words, bits: Bytes, starts: Places, shifts: Words, escaped: bool,
    prints: Words, cells: Places, kinds: Bytes, trials: Places, whole: Words, what: Bytes, local: Words,
    leads: Bytes,
) -> tuple[int, int]:  # fmt: skip
    """What the cells from `first` on say, and what may be originals in them.

    Of each cell its fingerprint and kind as a whole (0 for nothing); `local` is the fingerprint of a Polish
    telephone number without 48, 0 for anything else. Of each row of words and of digits that the filter
    passes, its print, cell and kind. Letters and ends of cells break a row of digits, separators do not;
    numbers go on behind +48 and 0048. `escaped` cells write a line's end and the like as two characters.
    Returns the cell to go on with, and how many rows were found.

    `leads` has a byte for every width and five digits: whether any original of that width begins so. Where
    nothing is looked for, those of the cells are entered; otherwise other numbers are not looked up.
    """
    classes = CLASSES
    tokens = np.empty(_RING, np.uint64)
    # What waits to be looked up, and how much.
    values, where, kind = (
        np.empty(WAITING, np.uint64),
        np.empty(WAITING, np.int64),
        np.empty(WAITING, np.uint8),
    )
    waiting = 0
    longest = 0
    for cell in range(first, len(bounds) - 1):
        longest = max(longest, bounds[cell + 1] - bounds[cell])
    sums = np.empty(longest + 1, np.uint64)  # of a row of digits, before each
    marks = np.empty(longest + 1, np.uint8)
    lasts = np.zeros(longest + 2, np.int64)  # of a row of digits, the last five before each
    sums[0] = np.uint64(1)
    found, room, most = 0, len(prints) - WAITING, len(sizes) + len(widths)
    numbers = len(widths) > 0
    learns = len(leads) > 0 and most == 0
    for cell in range(first, len(bounds) - 1):
        start, end = bounds[cell], bounds[cell + 1]
        if found + (end - start + 1) * most > room and found + waiting > 0:
            return cell, _passed(
                values, where, kind, waiting, bits, starts, shifts, prints, cells, kinds, found
            )
        count, token, inside = 0, np.uint64(1), False
        row, prefix = 0, 0  # digits in this row; what of 48 stands before this one at a number's start
        words, digits, without = np.uint64(1), np.uint64(1), np.uint64(1)
        many, characters, country = 0, 0, 0
        lead, later = 0, 0  # the first five digits, and those behind the first two
        at = start
        while at <= end:
            byte = data[at] if at < end else np.uint8(32)
            class_ = classes[byte]
            if escaped and byte == 92 and at + 1 < end and _is_escape(data[at + 1]):
                at += 1
                class_ = np.uint8(0)
            if class_ & INSIDE:
                inside = True
                token = token * base + letters[byte]
                if class_ & DIGIT:
                    if numbers:
                        fresh = at == start or not classes[data[at - 1]] & DIGIT
                        last = at + 1 >= end or not classes[data[at + 1]] & DIGIT
                        marks[row] = (_BEGINS if fresh or prefix == 2 else 0) | (_ENDS if last else 0)
                        prefix = _prefix(prefix, byte, fresh)
                        sums[row + 1] = sums[row] * base + letters[byte]
                        lasts[row + 1] = (lasts[row] * 10 + int(byte) - 48) % LEADS
                        row += 1
                    digits = digits * base + letters[byte]
                    if many > 1:
                        without = without * base + letters[byte]
                    elif byte == (52 if many == 0 else 56):
                        country += 1
                    if learns and many < _LEADING:
                        lead = lead * 10 + int(byte) - 48
                    if learns and 2 <= many < _LEADING + 2:
                        later = later * 10 + int(byte) - 48
                    many += 1
                else:
                    if row:
                        waiting, found = _numbers(
                            sums, marks, lasts, leads, row, widths, powers, trials,
                            values, where, kind, waiting, bits, starts, shifts,
                            cell, prints, cells, kinds, found,
                        )  # fmt: skip
                    row, prefix = 0, 0
                    if class_ & LETTER:
                        characters += 1
            elif inside:
                inside = False
                tokens[count & 63] = mixed(token)
                words = words * base + tokens[count & 63]
                token = np.uint64(1)
                count += 1
                for each in range(len(sizes)):
                    size = sizes[each]
                    if count < size:
                        continue
                    value = np.uint64(1)
                    for place in range(count - size, count):
                        value = value * base + tokens[place & 63]
                    if waiting == WAITING:
                        found = _passed(
                            values, where, kind, waiting, bits, starts, shifts, prints, cells, kinds, found
                        )
                        waiting = 0
                    values[waiting], where[waiting], kind[waiting] = mixed(value), cell, WORDS + size
                    waiting += 1
            at += 1
        if row:
            waiting, found = _numbers(
                sums, marks, lasts, leads, row, widths, powers, trials, values, where, kind, waiting,
                bits, starts, shifts, cell, prints, cells, kinds, found,
            )  # fmt: skip
        local[cell] = 0
        if count == 0:
            what[cell] = 0
        elif FEWEST_DIGITS <= many <= MOST_DIGITS and characters <= _LETTERS_OF_A_NUMBER:
            whole[cell], what[cell] = mixed(digits), many
            if country == 2 and many == _LOCAL + 2:
                local[cell] = mixed(without)
            if learns:
                leads[many * LEADS + lead] = 1
                if local[cell]:
                    leads[_LOCAL * LEADS + later] = 1
        else:
            worded = characters >= _SHORTEST_WORD and count <= MOST_WORDS
            whole[cell], what[cell] = mixed(words), WORDS + count if worded else WHOLE
    found = _passed(values, where, kind, waiting, bits, starts, shifts, prints, cells, kinds, found)
    return len(bounds) - 1, found


@compiled
def _numbers(
    sums: Words, marks: Bytes, lasts: Places, leads: Bytes, row: int, widths: Places, powers: Words,
    trials: Places,
    values: Words, where: Places, kind: Bytes, waiting: int, bits: Bytes, starts: Places, shifts: Words,
    cell: int, prints: Words, cells: Places, kinds: Bytes, found: int,
) -> tuple[int, int]:  # fmt: skip
    """Has the numbers within one row of digits looked up; returns how many wait, and how many were found."""
    for each in range(len(widths)):
        width = widths[each]
        power, looked_at = powers[width], 0
        for begin in range(row - width + 1):
            end = begin + width
            if width < SHORT and not (marks[begin] & _BEGINS and marks[end - 1] & _ENDS):
                continue
            looked_at += 1
            if len(leads) and not leads[width * LEADS + lasts[begin + _LEADING]]:
                continue
            if waiting == WAITING:
                found = _passed(
                    values, where, kind, waiting, bits, starts, shifts, prints, cells, kinds, found
                )
                waiting = 0
            values[waiting] = mixed(sums[end] - (sums[begin] - np.uint64(1)) * power)
            where[waiting], kind[waiting] = cell, width
            waiting += 1
        trials[width] += looked_at
    return waiting, found


@compiled
def _passed(
    values: Words, where: Places, kind: Bytes, waiting: int, bits: Bytes, starts: Places, shifts: Words,
    prints: Words, cells: Places, kinds: Bytes, found: int,
) -> int:  # fmt: skip
    """Notes those that the filter passes; returns how many there are now. Writes all, and goes on behind one
    where it passed: to branch would wait for the memory each time.
    """
    for at in range(waiting):
        prints[found], cells[found], kinds[found] = values[at], where[at], kind[at]
        found += int(possible(values[at], np.int64(kind[at]), bits, starts, shifts))
    return found


@compiled
def _prefix(before: int, byte: np.uint8, fresh: bool) -> int:
    """What of a country's prefix stands up to this digit: 1 for 4, 2 for 48, 3 for 0, 4 for 00."""
    if byte == 48:
        return 3 if fresh else 4 if before == 3 else 0
    if byte == 52:
        return 1 if fresh or before == 4 else 0
    return 2 if byte == 56 and before == 1 else 0


@compiled
def _is_escape(byte: np.uint8) -> bool:
    r"""Whether it ends one of JSON's short escapes: n r t b f " /."""
    return bool(
        byte == 110 or byte == 114 or byte == 116 or byte == 98 or byte == 102 or byte == 34 or byte == 47
    )
