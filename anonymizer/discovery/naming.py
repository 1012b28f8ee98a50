"""What the name of a column says, alone and in the place where it stands. Never looks at a value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Literal

import yaml

About = Literal["person", "company", "thing", ""]


def words(name: str) -> list[str]:
    """snake_case, camelCase and Polish letters as plain lower-case words."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    ascii_ = "".join(letter for letter in plain if not unicodedata.combining(letter))
    parts = re.findall(r"[a-z]+|[0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", ascii_).lower())
    return [word for part in parts for word in _unfolded(part)]


@cache
def _unfolded(word: str) -> tuple[str, ...]:
    """The words of which one was made: PostgreSQL folds PasswordHash to passwordhash. Few long ones first.

    A word of which any piece is not known stays one.
    """
    best: list[tuple[str, ...] | None] = [()]
    for end in range(1, len(word) + 1):
        ways = [
            (*before, word[start:end])
            for start, before in enumerate(best)
            if before is not None and word[start:end] in _vocabulary()
        ]
        best.append(min(ways, key=len, default=None))
    return best[-1] or (word,)


def said(name: str) -> str | None:
    """The kind that a name says, or None. A name about a thing (`email_template`) does not say it."""
    parts = words(name)
    found = max(
        (
            # `recipient_phone` is a phone: whom it belongs to comes second. `city_name` is a city.
            (len(phrase), kind != "full_name", kind != "name", at, kind)
            for phrase, kind in _phrases().items()
            for at in range(len(parts) - len(phrase) + 1)
            if tuple(parts[at : at + len(phrase)]) == phrase
        ),
        default=None,
    )
    if found is None:
        return None
    length, _, _, at, kind = found
    beside = {*parts[:at], *parts[at + length :]}
    return None if beside & listed("beside") else kind


def about(places: Sequence[str]) -> About:
    """What the nearest of these names (object, column, table) is about."""
    subjects: tuple[About, ...] = ("thing", "company", "person")
    for place in places:
        stems = {stem for word in words(place) for stem in (word, word.removesuffix("s"))}
        for subject in subjects:
            if stems & listed(subject):
                return subject
    return ""


@cache
def _data() -> Mapping[str, object]:
    text = resources.files("anonymizer.discovery").joinpath("names.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, object] = yaml.safe_load(text)
    return loaded


@cache
def _phrases() -> Mapping[tuple[str, ...], str]:
    kinds = _data()["kinds"]
    assert isinstance(kinds, dict)  # our own file
    return {tuple(str(phrase).split()): kind for kind, phrases in kinds.items() for phrase in phrases}


@cache
def _vocabulary() -> frozenset[str]:
    """The words into which others may be taken apart; of two letters only those that are listed as joints."""
    lists = [listed(name) for name in ("beside", "person", "company", "thing")]
    known = {*(word for phrase in _phrases() for word in phrase), *(word for one in lists for word in one)}
    return frozenset({word for word in known if len(word) > 2} | listed("joints"))


@cache
def listed(name: str) -> frozenset[str]:
    """One of the word lists that are shipped beside this module."""
    found = _data()[name]
    assert isinstance(found, list)  # our own file
    return frozenset(str(word) for word in found)
