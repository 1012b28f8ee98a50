"""Polish names in any case: which words may be a form of which name. Rules of thumb, on the generous side.

A word and a name belong together when they share a stem; no dictionary of forms is needed.
"""

from __future__ import annotations

from collections.abc import Set
from functools import cache

# What declension puts behind a stem: nouns and adjectives, singular and plural, and the surnames of wives.
_ENDINGS = frozenset({
    "", "a", "ą", "e", "ę", "i", "o", "u", "y", "ie", "ia", "ią", "ię", "io", "ii", "ów", "om", "em",
    "ej", "im", "ym", "ich", "ych", "imi", "ymi", "iem", "iom", "owi", "ami", "ach", "iej", "ego", "emu",
    "iego", "iemu", "owie", "owa", "ową", "owej", "ówna", "ówny", "ównie", "ównę", "ówną", "iów", "iami",
    "iach", "iowi", "s",
})  # fmt: skip
_LONGEST = max(map(len, _ENDINGS))
# How the end of a stem changes before some endings (Marta, Marcie; Olga, Oldze; Piotr, Piotrze).
_CHANGES = (
    ("ch", "sz"), ("st", "ści"), ("zd", "ździ"), ("zł", "źl"), ("sł", "śl"), ("k", "c"), ("g", "dz"),
    ("r", "rz"), ("t", "c"), ("d", "dz"), ("ł", "l"), ("ń", "n"), ("ć", "c"), ("ś", "s"), ("ź", "z"),
    ("h", "sz"), ("sk", "sc"), ("ck", "cc"),
)  # fmt: skip
# A vowel that leaves when an ending comes (Marek, Marka; Kupiec, Kupca; Paweł, Pawła; Kozioł, Kozła).
_FLEETING = (
    ("iec", "c"),
    ("ieć", "ci"),
    ("iek", "k"),
    ("ień", "ni"),
    ("io", ""),
    ("e", ""),
    ("ą", "ę"),
    ("ó", "o"),
)
_VOWELS = "aeioyuąę"
_SHORTEST = 2


@cache
def stems(name: str) -> frozenset[str]:
    """The stems that forms of a name may have, in lower case."""
    whole = name.lower()
    plain = {whole} | ({whole.rstrip(_VOWELS)} if whole[-1:] in _VOWELS else _without_vowel(whole))
    changed = {stem.removesuffix(old) + new for stem in plain for old, new in _CHANGES if stem.endswith(old)}
    return frozenset(stem for stem in plain | changed if len(stem) >= _SHORTEST)


def _without_vowel(whole: str) -> set[str]:
    out = set()
    for vowel, left in _FLEETING:
        if len(vowel) > 1 and whole.endswith(vowel):
            out.add(whole.removesuffix(vowel) + left)
        elif whole[-2:-1] == vowel or whole[-3:-1] == vowel:
            out.add(whole[: -1 - len(vowel)] + left + whole[-1])
    return out


def possible_stems(word: str) -> Set[str]:
    """The stems that a word may have, whatever it is a form of."""
    plain = word.lower()
    return {plain[: len(plain) - size] for size in range(_LONGEST + 1) if _ends(plain, size)}


def _ends(word: str, size: int) -> bool:
    return len(word) - size >= _SHORTEST and word[len(word) - size :] in _ENDINGS
