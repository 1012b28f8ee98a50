"""What each byte of UTF-8 text is to the search: tables by byte. Knows no text."""

from __future__ import annotations

import string
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]
Words = NDArray[np.uint64]

# Bits of a class. Every byte beyond ASCII counts as part of a letter: what is none was taken out before.
INSIDE = 1  # belongs to a word
DIGIT = 2
LETTER = 4  # begins a letter
PACKED = 8  # may stand in base64 of either alphabet
MARK = 16  # may begin an escape, a tag, or what nobody sees: % & \ = < and bytes of U+00AD, U+200B, U+FEFF
HEX = 32
LOWER = 64
UPPER = 128


def _table(entries: Iterable[tuple[int, int]]) -> Bytes:
    """Entries of one byte add up."""
    table = np.zeros(256, np.uint8)
    for byte, value in entries:
        table[byte] |= value
    table.setflags(write=False)
    return table


_BITS = (
    (string.digits, INSIDE | DIGIT),
    (string.ascii_letters, INSIDE | LETTER),
    (string.ascii_letters + string.digits + "+/_-", PACKED),
    ("%&\\=<", MARK),
    (string.hexdigits, HEX),
    (string.ascii_lowercase, LOWER),
    (string.ascii_uppercase, UPPER),
)
CLASSES = _table(
    [
        *((ord(letter), bits) for letters, bits in _BITS for letter in letters),
        *((byte, INSIDE) for byte in range(0x80, 0x100)),
        *((byte, MARK) for byte in (0xAD, 0xE2, 0xEF)),
        *((byte, LETTER) for byte in range(0xC0, 0x100)),  # the bytes that continue a letter do not begin one
    ]
)
# The value of a character of base64 in either alphabet, and of a hexadecimal digit.
SIX_BITS = _table(
    (ord(letter), value)
    for letters in ("+/", "-_")
    for value, letter in enumerate(string.ascii_uppercase + string.ascii_lowercase + string.digits + letters)
)
FOUR_BITS = _table((ord(digit), int(digit, 16)) for digit in string.hexdigits)
# What no text in UTF-8 has: control characters other than white space, and bytes that are never used.
CONTROL = _table((byte, 1) for byte in [*range(9), *range(14, 32), 0x7F, 0xC0, 0xC1, *range(0xF5, 0x100)])
# Bytes of Polish letters: in UTF-8, and where they take one.
POLISH = sorted({
    byte for encoding in ("utf-8", "cp1250", "iso8859-2") for byte in "ĄĆĘŁŃÓŚŹŻąćęłńóśźż".encode(encoding)
})  # fmt: skip
SHOWN = _table([*((byte, 1) for byte in range(0x20, 0x7F)), *((byte, 2) for byte in POLISH)])
# The lower case of U+00C0 to U+017F as the two bytes of its UTF-8, by how far the letter is from the first;
# 0 for what has none of that length, and for what only stands for something else (NFKC), or is no letter.
_ODD = frozenset("\u00d7\u00f7\u0130\u0132\u0133\u013f\u0140\u0149\u017f")
LATIN = np.array(
    [
        0 if chr(code) in _ODD else int.from_bytes(chr(code).lower().encode(), "big")
        for code in range(0xC0, 0x180)
    ],
    np.uint16,
)
LATIN.setflags(write=False)
