"""Which words of texts are names: by what each word can be, where it stands, and what stands beside it.

Generous where a capital says that something is called so. Does not know whom the row is about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from anonymizer.redaction.kinds import kind

Flags = NDArray[np.bool_]
Bits = TypeVar("Bits", np.bool_, np.int64)
# How many words beyond the one that is known to be a name its other words may stand.
_REACH = 4
# In a link a blank is %20 or +; a link within a link encodes the percent sign again.
_BLANK = r"(?:[ \u00a0+]|%(?:25)*20)"
_JOINS = re.compile(rf"{_BLANK}{{1,2}}|[-'\u2019]")
_ABBREVIATED = re.compile(rf"\.{_BLANK}?")
_ENDS = re.compile(r"[.!?\n\r]")


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Texts as words and what stands between, by turns; each begins and ends with what is no word.

    `parts`: the different ones; `codes`: which stands there, `rows`: in which text, `places`: where in it.
    """

    parts: Sequence[str] = field(repr=False)
    codes: NDArray[np.int32]
    rows: NDArray[np.int64]
    places: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class _Words:
    """Of every word: its kind, whether it begins a sentence, and whether it is joined to the one before."""

    sure: Flags
    inside: Flags
    able: Flags
    title: Flags
    initial: Flags
    particle: Flags
    forms: NDArray[np.int64]
    begins: Flags
    linked: Flags


def found(texts: Texts) -> Flags:
    """Whether each part is a name, or a piece of one."""
    out = np.zeros(len(texts.codes), np.bool_)
    at = np.flatnonzero(texts.places % 2 == 1)
    if len(at):
        out[at] = _names(_read(texts, at))
    return out


def _names(words: _Words) -> Flags:
    name = words.sure | (words.inside & ~words.begins)
    for _ in range(_REACH):
        name = name | _beside(words, name)
    return name


def _beside(words: _Words, name: Flags) -> Flags:
    """What belongs to a name or title next to it: another name in the same case, an initial, a particle."""
    linked, forms = words.linked, words.forms
    after = linked & _previous(name)
    before = _next(linked & name)
    same_after = _previous(forms) & forms != 0
    same_before = _next(forms) & forms != 0
    led = linked & _previous(words.title)
    named = words.able & (led | (after & same_after) | (before & same_before))
    initial = words.initial & (led | after | before)
    between = words.particle & after & _next(linked & (words.able | name))
    return np.asarray(named | initial | between, np.bool_)


def _read(texts: Texts, at: NDArray[np.int64]) -> _Words:
    kinds = [kind(part) for part in texts.parts]
    codes, between, follows = texts.codes[at], texts.codes[at - 1], texts.places[at] > 1

    def flags(of: Sequence[bool]) -> Flags:
        return np.array(of, np.bool_)

    joins, abbreviated, ends = (
        flags([bool(sees(part)) for part in texts.parts])[between]
        for sees in (_JOINS.fullmatch, _ABBREVIATED.fullmatch, _ENDS.search)
    )
    title = flags([of.title for of in kinds])[codes]
    initial = flags([of.initial for of in kinds])[codes]
    # "p. Nowak" and "J. Nowak" go on after the full stop, and only a letter with one is an initial.
    short = follows & abbreviated & _previous(title | initial)
    stopped = np.append(ends[1:] | ~follows[1:], True)
    return _Words(
        sure=flags([of.sure for of in kinds])[codes], inside=flags([of.inside for of in kinds])[codes],
        able=flags([of.able for of in kinds])[codes], title=title, initial=initial & stopped,
        particle=flags([of.particle for of in kinds])[codes],
        forms=np.array([of.forms for of in kinds], np.int64)[codes],
        begins=~follows | (ends & ~short), linked=follows & (joins | short),
    )  # fmt: skip


def _previous(values: NDArray[Bits]) -> NDArray[Bits]:
    """Of each word, what is so of the one before it."""
    return np.concatenate([np.zeros_like(values[:1]), values[:-1]])


def _next(values: NDArray[Bits]) -> NDArray[Bits]:
    """Of each word, what is so of the one after it."""
    return np.concatenate([values[1:], np.zeros_like(values[:1])])
