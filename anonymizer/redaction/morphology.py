"""What a Polish word can be: a name, a place, an ordinary word, and in which cases. Knows no sentence.

Asks Morfeusz 2 and the Grammatical Dictionary of Polish that comes with it (http://morfeusz.sgjp.pl).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Protocol

_CASES = ("nom", "gen", "dat", "acc", "inst", "loc", "voc")
# Any case of singular and plural: of words that the dictionary does not have.
ANY_FORM = (1 << 2 * len(_CASES)) - 1
_FIRST, _LAST, _PLACE = "imię", "nazwisko", "nazwa_geograficzna"
# Adjectives like surnames: kowalski, of Kowal.
_LIKE_SURNAMES = ("ski", "cki", "dzki")

# (begin, end, (form, lemma, tag, what sort of name, style)) of one way to read a piece of a word.
Reading = tuple[int, int, tuple[str, str, str, list[str], list[str]]]


class Analyser(Protocol):
    """Morfeusz, as far as it is used here."""

    def analyse(self, text: str, /) -> Sequence[Reading]: ...

    def dict_id(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Word:
    """What a word can be. `forms`: the cases in which it may be a name, a bit each, singular before plural.

    `ordinary`: an ordinary noun or adjective; `function`: any other ordinary word.
    """

    lemmas: frozenset[str]
    first: bool
    last: bool
    place: bool
    ordinary: bool
    function: bool
    forms: int

    @property
    def name(self) -> bool:
        return self.first or self.last

    @property
    def unknown(self) -> bool:
        return not (self.first or self.last or self.place or self.ordinary or self.function)


def available() -> bool:
    """Whether the dictionary is installed: it has no build for some machines."""
    return find_spec("morfeusz2") is not None


def edition() -> str:
    """Which edition of the dictionary answers; another one may know other names."""
    return _analyser().dict_id()


def word(text: str) -> Word:
    """What a word can be, in whatever case it stands."""
    readings = _analyser().analyse(text)
    if any(begin or end > 1 for begin, end, _ in readings):
        return _of([], compound=True)  # two words written as one, such as a verb with its person
    return _of([(lemma, tag, kinds) for _, _, (_, lemma, tag, kinds, _) in readings], compound=False)


def _of(readings: Sequence[tuple[str, str, Sequence[str]]], *, compound: bool) -> Word:
    known = [(lemma.split(":")[0], tag, kinds) for lemma, tag, kinds in readings if not tag.startswith("ign")]
    names = [(tag, kinds) for _, tag, kinds in known if {_FIRST, _LAST} & set(kinds)]
    last = any(_LAST in kinds for _, kinds in names)
    plain = [(lemma, tag) for lemma, tag, kinds in known if not {_FIRST, _LAST, _PLACE} & set(kinds)]
    plain = [(lemma, tag) for lemma, tag in plain if not (last and lemma.endswith(_LIKE_SURNAMES))]
    nouns = [tag for _, tag in plain if tag.startswith(("subst", "adj"))]
    return Word(
        lemmas=frozenset(lemma.lower() for lemma, _, _ in known),
        # "Annie" is one Anna; of several (Krakowie, more than one Krak) nobody writes.
        first=any(_FIRST in kinds and ":sg" in tag for tag, kinds in names), last=last,
        place=any(_PLACE in kinds for _, _, kinds in known),
        ordinary=bool(nouns), function=compound or len(nouns) < len(plain),
        forms=_forms([tag for tag, _ in names]) or ANY_FORM,
    )  # fmt: skip


def _forms(tags: Sequence[str]) -> int:
    found = 0
    for tag in tags:
        _, number, cases, *_ = (*tag.split(":"), "", "")
        for plural in (name == "pl" for name in number.split(".")):
            for case in set(cases.split(".")) & set(_CASES):
                found |= 1 << (_CASES.index(case) + len(_CASES) * plural)
    return found


@cache
def _analyser() -> Analyser:
    from morfeusz2 import Morfeusz  # 9 MB that only `redact` needs

    analyser: Analyser = Morfeusz()
    return analyser
