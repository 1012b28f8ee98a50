"""What stands in the place of what was taken out. While a text is worked on, a mark is one character."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

NAME: Final = "[name]"
MARKS: Final = (NAME, "[e-mail]", "[link]", "[address]", "[number]", "[document]", "[date]")
# Characters that mean nothing by themselves (Unicode, private use).
_FIRST = 0xE000
# Parts a text into words and what stands between them.
SPLIT: Final = chr(_FIRST + len(MARKS))
# Where others are looked for while a text has such a character of its own.
_OTHERS, _MANY = 0xF0000, 0xFFFE


def character(mark: str) -> str:
    """What stands for a mark while a text is worked on: no letter, no digit, no white space."""
    return chr(_FIRST + MARKS.index(mark))


def spared(texts: pa.Array) -> tuple[pa.Array, Mapping[str, str]]:
    """Texts without the characters that mean something to us, and which others stand for those meanwhile."""
    meant = [char for char in (SPLIT, *map(character, MARKS)) if _has(texts, char)]
    free = (char for char in map(chr, range(_OTHERS, _OTHERS + _MANY)) if not _has(texts, char))
    instead = dict(zip(meant, free, strict=False))
    for char, other in instead.items():
        texts = pc.replace_substring(texts, char, other)
    return texts, {other: char for char, other in instead.items()}


def _has(texts: pa.Array, char: str) -> bool:
    return bool(pc.any(pc.match_substring(texts, char)).as_py())


def spelled(texts: pa.Array, instead: Mapping[str, str] = MappingProxyType({})) -> pa.Array:
    """Texts with their marks written out, and with the characters that others stood for."""
    for written, what in (*((character(mark), mark) for mark in MARKS), *instead.items()):
        texts = pc.replace_substring(texts, written, what)
    return texts
