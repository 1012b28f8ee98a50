"""The loops themselves, in the part of Python that can be compiled: arrays, integers, nothing else.

They run as they stand, too, only slowly. The caller makes room for results and promises that all fits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int32]
Places = NDArray[np.int64]
Words = NDArray[np.uint64]

_BLOCK = 16


def _swapped(value: np.uint64) -> np.uint64:
    """Its eight bytes the other way round."""
    value = (value >> np.uint64(32)) | (value << np.uint64(32))
    value = ((value & np.uint64(0xFFFF0000FFFF0000)) >> np.uint64(16)) | (
        (value & np.uint64(0x0000FFFF0000FFFF)) << np.uint64(16)
    )
    return ((value & np.uint64(0xFF00FF00FF00FF00)) >> np.uint64(8)) | (
        (value & np.uint64(0x00FF00FF00FF00FF)) << np.uint64(8)
    )


def cmac_blocks(
    data: Bytes, starts: Places, lengths: Places, rows: int, turn: int, subkeys: Words, state: Words,
    blocks: Bytes, words: Words, out: Words,
) -> int:  # fmt: skip
    """What AES-CMAC encrypts in this turn, and how many messages have a block for it.

    `state` is what the last turn gave; of a message that is through, `out` gets it. `words` are `blocks`.
    """
    going = 0
    for row in range(rows):
        length = lengths[row]
        count = (length + _BLOCK - 1) // _BLOCK + (length == 0)
        if turn >= count:
            if turn == count:
                out[2 * row] = state[2 * row]
                out[2 * row + 1] = state[2 * row + 1]
            continue
        going += 1
        begin, to = starts[row] + _BLOCK * turn, _BLOCK * row
        left = length - _BLOCK * turn
        if left >= _BLOCK:
            for at in range(_BLOCK):
                blocks[to + at] = data[begin + at]
        else:
            for at in range(left):
                blocks[to + at] = data[begin + at]
            blocks[to + left] = 0x80
            for at in range(left + 1, _BLOCK):
                blocks[to + at] = 0
        if turn == count - 1:
            subkey = 0 if left == _BLOCK else 2
            words[2 * row] ^= subkeys[subkey]
            words[2 * row + 1] ^= subkeys[subkey + 1]
        if turn > 0:
            words[2 * row] ^= state[2 * row]
            words[2 * row + 1] ^= state[2 * row + 1]
    return going


def _rounded(first: np.uint64, second: np.uint64, width: int, modulus: np.uint64) -> np.uint64:
    """What a round of FF1 adds: the first bytes of the cipher's block as a number, modulo `modulus`."""
    value = _swapped(first) % modulus
    if width > 4:  # the number is of 12 bytes and not of 8
        more = _swapped(second)
        value = ((value << np.uint64(16)) | (more >> np.uint64(48))) % modulus
        value = ((value << np.uint64(16)) | ((more >> np.uint64(32)) & np.uint64(0xFFFF))) % modulus
    return value


def ff1_blocks(
    random: Words, blocks: Words, a: Words, b: Words, low: Words, tweaked: int, rows: int, moduli: Words,
    width: int, turn: int,
) -> None:  # fmt: skip
    """A round of FF1 ends, with what the cipher made of the last blocks, and the next one's blocks begin.

    Halves of `width` bytes; `moduli` are those of even and of odd rounds. `low`: one for all, or `tweaked`.
    """
    modulus = moduli[turn & 1]
    following = np.uint64(turn + 1) << np.uint64(8 * width)
    for row in range(rows):
        value = _rounded(random[2 * row], random[2 * row + 1], width, modulus) + a[row]
        if value >= modulus:
            value -= modulus
        a[row] = b[row]
        b[row] = value
        blocks[2 * row + 1] = _swapped(low[row * tweaked] ^ following ^ value)


def ff1_back(
    random: Words, blocks: Words, a: Words, b: Words, low: Words, tweaked: int, rows: int, moduli: Words,
    width: int, turn: int,
) -> None:  # fmt: skip
    """A round of FF1 is undone, with what the cipher made of its blocks, and those of the round before begin.

    Arguments as for `ff1_blocks`.
    """
    modulus = moduli[turn & 1]
    before = np.uint64(turn - 1) << np.uint64(8 * width)
    for row in range(rows):
        value = _rounded(random[2 * row], random[2 * row + 1], width, modulus)
        value = b[row] + (modulus - value)
        if value >= modulus:
            value -= modulus
        b[row] = a[row]
        a[row] = value
        blocks[2 * row + 1] = _swapped(low[row * tweaked] ^ before ^ value)


def parted(blocks: Words, rows: int, first: Words, second: Words) -> None:
    """Both halves of each block of 16 bytes as big-endian numbers."""
    for row in range(rows):
        first[row] = _swapped(blocks[2 * row])
        second[row] = _swapped(blocks[2 * row + 1])


def remainders(values: Words, rows: int, modulus: np.uint64, out: Words) -> None:
    """Each value modulo `modulus`."""
    for row in range(rows):
        out[row] = values[row] % modulus


def is_within(data: Bytes, begin: int, end: int, allowed: Bytes) -> int:
    """Whether all these bytes are allowed ones (allowed[byte] is 1)."""
    for at in range(begin, end):
        if allowed[data[at]] == 0:
            return 0
    return 1


def only_digits(data: Bytes, starts: Places, lengths: Places, rows: int, out: Bytes, bounds: Offsets) -> None:
    """The digits of each string, one after another, and where each string's begin."""
    to = 0
    bounds[0] = 0
    for row in range(rows):
        begin = starts[row]
        for at in range(begin, begin + lengths[row]):
            byte = data[at]
            out[to] = byte
            to += byte >= 48 and byte <= 57
        bounds[row + 1] = to


def read_digits(
    data: Bytes, starts: Places, lengths: Places, rows: int, width: int, out: Bytes, fits: Bytes
) -> int:
    """Strings as rows of `width` digits; those that are none become zeros. Returns how many are."""
    count = 0
    for row in range(rows):
        to, good = row * width, 1 if lengths[row] == width else 0
        if good:
            begin = starts[row]
            for at in range(width):
                digit = data[begin + at] ^ 48
                out[to + at] = digit
                good &= digit < 10
        if not good:
            for at in range(width):
                out[to + at] = 0
        fits[row] = good
        count += good
    return count


def numbers(matrix: Bytes, rows: int, stride: int, width: int, out: Words) -> None:
    """Rows of digits as numbers."""
    for row in range(rows):
        value = np.uint64(0)
        for at in range(width):
            value = value * np.uint64(10) + np.uint64(matrix[row * stride + at])
        out[row] = value


def digits_of(values: Words, rows: int, stride: int, width: int, out: Bytes) -> None:
    """Numbers as rows of digits."""
    for row in range(rows):
        rest = values[row]
        for at in range(width):
            higher = rest // np.uint64(10)
            out[row * stride + width - 1 - at] = rest - higher * np.uint64(10)
            rest = higher


def weighted(
    matrix: Bytes, rows: int, stride: int, width: int, weights: Places, modulus: np.uint64, out: Bytes
) -> None:
    """The sum of each row's digits, each times its weight, modulo `modulus`."""
    for row in range(rows):
        total = np.int64(0)
        for at in range(width):
            total += np.int64(matrix[row * stride + at]) * weights[at]
        out[row] = np.uint64(total) % modulus


def lengthened(bounds: Offsets, chosen: Places, rows: int, sizes: Places) -> None:
    """Adds to each row's size the length of the string that it has chosen."""
    for row in range(rows):
        sizes[row] += bounds[chosen[row] + 1] - bounds[chosen[row]]


def appended(data: Bytes, bounds: Offsets, chosen: Places, rows: int, ends: Places, out: Bytes) -> None:
    """Writes to where each row ends the string that it has chosen, and moves the end."""
    for row in range(rows):
        begin, to = np.int64(bounds[chosen[row]]), ends[row]
        size = bounds[chosen[row] + 1] - begin
        for at in range(size):
            out[to + at] = data[begin + at]
        ends[row] = to + size


def fielded(data: Bytes, starts: Places, lengths: Places, rows: int, ends: Places, out: Bytes) -> None:
    """Writes to where each row ends a field of binary COPY: its length (-1: NULL), its bytes."""
    for row in range(rows):
        begin, to, size = starts[row], ends[row], lengths[row]
        out[to] = (size >> 24) & 255
        out[to + 1] = (size >> 16) & 255
        out[to + 2] = (size >> 8) & 255
        out[to + 3] = size & 255
        to += 4
        if size > 0:
            for at in range(size):
                out[to + at] = data[begin + at]
            to += size
        ends[row] = to


def scattered(data: Bytes, sizes: Places, rows: int, places: Places, out: Bytes) -> None:
    """Writes strings that lie one after another each to its own place."""
    begin = np.int64(0)
    for row in range(rows):
        to, size = places[row], sizes[row]
        for at in range(size):
            out[to + at] = data[begin + at]
        begin += size
