"""What stands in the place of what was taken out. While a text is worked on, a mark is one character."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

NAME: Final = "[name]"
MARKS: Final = (NAME, "[e-mail]", "[link]", "[address]", "[number]", "[document]", "[date]")
# Characters that mean nothing by themselves (Unicode, private use).
_FIRST = 0xE000


def character(mark: str) -> str:
    """What stands for a mark while a text is worked on: no letter, no digit, no white space."""
    return chr(_FIRST + MARKS.index(mark))


def cleared(texts: pa.Array) -> pa.Array:
    """Texts without the characters that will stand for marks."""
    return pc.replace_substring_regex(texts, rf"[\x{{{_FIRST:x}}}-\x{{{_FIRST + len(MARKS):x}}}]", " ")


def spelled(texts: pa.Array) -> pa.Array:
    """Texts with their marks written out."""
    for mark in MARKS:
        texts = pc.replace_substring(texts, character(mark), mark)
    return texts
