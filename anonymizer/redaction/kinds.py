"""What a word alone says of being a name: surely, within a sentence, or beside one. Sees no neighbour."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from anonymizer.discovery.naming import listed
from anonymizer.pools import pool
from anonymizer.pseudonyms import inflection
from anonymizer.redaction import morphology
from anonymizer.redaction.morphology import ANY_FORM

# Two letters are an abbreviation sooner than a name; five of an unknown word may end like a surname.
_SHORT, _TELLING = 2, 5
# Surnames by their end, in any case: Golebiewski, Wawrzyniak, Stefanowiczowej, Krawczenko, Adamczuk.
_NOUN = r"(a|owi|iem|em|u|ów|om|ami|ach|owie|owa|owej|ową)?"
_SURNAME = re.compile(
    rf".+(([sc]k|dzk)(i|a|iego|iemu|im|iej|ą|ich|imi)|(s|c|dz)cy|[oe]wsk\w+|[oe]wicz{_NOUN}"
    rf"|cz[yu]k{_NOUN}|iak{_NOUN}|enk(o|i|ę|ą|om|ami|ach)|ence)"
)
_WIFE = re.compile(r"(.{3,}?)(ow(a|ej|ą)|ów(na|ny|nie|nę|ną))")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`sure`: a name anywhere; `inside`: a name but for the first word of a sentence; `able`: beside a name.

    `title`: a name follows; `initial`: one letter; `particle`: between names. `forms`: see `morphology.Word`.
    """

    sure: bool = False
    inside: bool = False
    able: bool = False
    title: bool = False
    initial: bool = False
    particle: bool = False
    forms: int = ANY_FORM


def kind(text: str) -> Kind:
    """What a word, or what stands between two, says of being a name."""
    lower = text.lower()
    if not text.isalpha():
        return Kind()
    if lower in _listed("titles"):
        return Kind(title=True)
    particle = lower in _listed("particles")
    if len(text) == 1:
        return Kind(initial=text.isupper(), particle=particle)
    known = morphology.word(text)
    if lower in _listed("kept") or known.lemmas & _listed("kept"):
        return Kind(particle=particle)
    return _written_small(known, text, particle) if text.islower() else _capital(known, text, particle)


def _written_small(known: morphology.Word, text: str, particle: bool) -> Kind:
    """A name that somebody wrote in a hurry, if the word is nothing else."""
    other = known.place or known.ordinary or known.function
    sure = known.name and not other and len(text) > _SHORT
    return Kind(sure=sure, able=known.name, particle=particle, forms=known.forms)


def _capital(known: morphology.Word, text: str, particle: bool) -> Kind:
    place = bool(known.lemmas & _cities())
    likely = (known.name and (known.first or not place)) or _is_wife(known, text) or _is_foreign(known, text)
    # What nobody knows is part of a name beside one, but not an abbreviation (DPD) or a brand (InPost).
    strange = known.unknown and (text.istitle() or (text.isupper() and len(text) >= _TELLING))
    return Kind(
        sure=_is_name(known, text, place) or (known.unknown and _looks_like_one(text)),
        inside=likely and not text.isupper() and len(text) > _SHORT,
        able=known.name or strange, particle=particle, forms=known.forms,
    )  # fmt: skip


def _is_name(known: morphology.Word, text: str, place: bool) -> bool:
    if len(text) <= _SHORT or known.function:
        return False
    return known.first or (known.last and not place and not known.ordinary)


def _looks_like_one(text: str) -> bool:
    ends = len(text) >= _TELLING and bool(_SURNAME.fullmatch(text.lower()))
    return ends or not _polish().isdisjoint(inflection.possible_stems(text))


def _is_foreign(known: morphology.Word, text: str) -> bool:
    return known.unknown and not _foreign().isdisjoint(inflection.possible_stems(text))


def _is_wife(known: morphology.Word, text: str) -> bool:
    """Bąkowej of Bąk: a husband's surname with an ending that the dictionary does not have."""
    match = None if known.ordinary or known.function else _WIFE.fullmatch(text)
    return match is not None and morphology.word(match[1]).last


@cache
def _polish() -> frozenset[str]:
    """The stems of the pools' names, which the dictionary may not have."""
    pools = ("first_names_male", "first_names_female", "last_names_male", "last_names_female")
    names = {part for name in pools for value in pool(name).to_pylist() for part in str(value).split("-")}
    return frozenset().union(*map(inflection.stems, names))


@cache
def _foreign() -> frozenset[str]:
    pools = [
        f"{locale}.{name}"
        for locale in ("de_DE", "en_US")
        for name in ("first_names_female", "first_names_male", "last_names")
    ]
    names = {str(value).lower() for name in pools for value in pool(name).to_pylist()}
    return frozenset(names | listed("english_first_names"))


@cache
def _cities() -> frozenset[str]:
    """The cities that people write of; hamlets are called like half of the surnames."""
    return frozenset(str(place)[len("00-000 ") :].lower() for place in pool("places").to_pylist())


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(_words()[name])


@cache
def _words() -> Mapping[str, Sequence[str]]:
    text = resources.files("anonymizer.redaction").joinpath("words.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Sequence[str]] = yaml.safe_load(text)
    return loaded
