"""Numbers that are somebody's: nine digits and more, however they are parted, and telephones in words.

A date or a time beside a number is no part of it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LEAST = 9
# Three groups or more, as numbers are dictated.
_GROUPS, _DICTATED = 3, 7
_DATES = re.compile(
    r"^(\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?=\D|$)"
    r"|(?<!\d)(\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2})$"
)
_AREA = re.compile(r"^(\(?0?\d{2}\)?)\s?/")
_UNITS = ("zero", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć")
_TEENS = (
    "dziesięć", "jedenaście", "dwanaście", "trzynaście", "czternaście", "piętnaście", "szesnaście",
    "siedemnaście", "osiemnaście", "dziewiętnaście",
)  # fmt: skip
_TENS = (
    "dwadzieścia", "trzydzieści", "czterdzieści", "pięćdziesiąt", "sześćdziesiąt", "siedemdziesiąt",
    "osiemdziesiąt", "dziewięćdziesiąt",
)  # fmt: skip
_HUNDREDS = (
    "sto", "dwieście", "trzysta", "czterysta", "pięćset", "sześćset", "siedemset", "osiemset", "dziewięćset",
)  # fmt: skip


def plain(text: str) -> str:
    """Lower case without Polish letters, as people type in a hurry."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("ł", "l"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


# How many digits a numeral stands for; after it, only one of fewer belongs to the same group.
_WIDTHS: Final = {
    plain(word): width
    for words, width in ((_UNITS, 1), (_TEENS, 2), (_TENS, 2), (_HUNDREDS, 3))
    for word in words
}
_ALONE: Final = frozenset(map(plain, (*_TEENS, "zero")))
_WORD = "|".join(sorted({*_WIDTHS, *_UNITS, *_TEENS, *_TENS, *_HUNDREDS}, key=len, reverse=True))
_ONE = rf"(?:{_WORD}|\d{{1,3}})"
_DICTATION = re.compile(rf"\b{_ONE}(?:[\s,-]{{1,3}}{_ONE}){{2,}}\b", re.IGNORECASE)


def is_somebodys(number: str) -> bool:
    """Whether digits and what parts them still are nine without a date at either end.

    A slash parts the number of a document (2025/11/00871), but for that behind an area code.
    """
    pieces = _AREA.sub(r"\1 ", _DATES.sub("", number.strip())).split("/")
    return max(sum(map(str.isdigit, piece)) for piece in pieces) >= _LEAST


def without_dictated(text: str, mark: str) -> str:
    """The text with `mark` for every telephone number that has words among its digits."""
    return _DICTATION.sub(lambda match: mark if _is_dictated(match[0]) else match[0], text)


def _is_dictated(said: str) -> bool:
    tokens = re.split(r"[\s,-]+", plain(said))
    if all(token.isdigit() for token in tokens):
        return False
    groups, digits, room = 0, 0, 0
    for token in tokens:
        width = len(token) if token.isdigit() else _WIDTHS[token]
        if token.isdigit() or width >= room:
            groups, digits = groups + 1, digits + width
        room = 0 if token.isdigit() or token in _ALONE else width
    return groups >= _GROUPS and digits >= _DICTATED
