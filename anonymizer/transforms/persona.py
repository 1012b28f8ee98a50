"""The persona: one invented person per subject, whose name, sex, PESEL, e-mail and login agree."""

from __future__ import annotations

from functools import cache, cached_property
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from anonymizer import digits, prf
from anonymizer.keys import Key
from anonymizer.pools import pool
from anonymizer.transforms.base import Mask, Slot, Transform, among, at_most, joined, of_subject, words
from foundation.documents import Input

_BASE32 = pa.array(list("abcdefghijklmnopqrstuvwxyz234567"), pa.string())
_TAIL = 8
# Adults of working age; a span of whole years keeps the arithmetic plain.
_FIRST_BIRTH = np.datetime64("1950-01-01")
BIRTHS = int((np.datetime64("2005-01-01") - _FIRST_BIRTH).astype(int))


class Personas:
    """One invented person a row: a function of (key, subject) alone, worked out as far as it is asked for.

    Indices point into the pools; `born` counts days since 1970-01-01.
    """

    def __init__(self, key: Key, subjects: pa.Array) -> None:
        self._key = key
        self.digest = prf.digests(key, subjects)
        self._sex, self._name = prf.words(key, "name", self.digest)

    @cached_property
    def female(self) -> NDArray[np.bool_]:
        return (self._sex & np.uint64(1)).astype(bool)

    @cached_property
    def first(self) -> NDArray[np.int64]:
        choices = self._sex >> np.uint64(1)
        women, men = len(pool("first_names_female")), len(pool("first_names_male"))
        return np.where(self.female, prf.choose(choices, women), women + prf.choose(choices, men))

    @cached_property
    def last(self) -> NDArray[np.int64]:
        return prf.choose(self._name, len(pool("last_names_male")))

    @cached_property
    def _birth(self) -> tuple[prf.Words, prf.Words]:
        return prf.words(self._key, "birth", self.digest)

    @cached_property
    def born(self) -> NDArray[np.int64]:
        return np.asarray(_FIRST_BIRTH.astype(int) + prf.choose(self._birth[0], BIRTHS), np.int64)

    @cached_property
    def serial(self) -> NDArray[np.int64]:
        return prf.choose(self._birth[1], 5000)


def personas(key: Key, subjects: pa.Array) -> Personas:
    """The person each subject becomes."""
    return Personas(key, subjects)


@cache
def first_names() -> pa.Array:
    """Women's names, then men's."""
    return pa.concat_arrays([pool("first_names_female"), pool("first_names_male")])


@cache
def last_names() -> pa.Array:
    """The masculine forms, then the feminine ones of the same families."""
    return pa.concat_arrays([pool("last_names_male"), pool("last_names_female")])


@cache
def _spelled(names: str) -> pa.Array:
    """Names as e-mail addresses spell them: ASCII letters, lower case."""
    listed = first_names() if names == "first" else last_names()
    return pc.utf8_lower(ascii_of(listed))


def ascii_of(values: pa.Array) -> pa.Array:
    """Polish letters without their marks, nothing but ASCII letters and digits."""
    plain = pc.replace_substring(pc.replace_substring(values, "ł", "l"), "Ł", "L")
    return pc.replace_substring_regex(pc.utf8_normalize(plain, form="NFD"), r"[^A-Za-z0-9]", "")


def _last(people: Personas) -> NDArray[np.int64]:
    return people.last + np.where(people.female, len(pool("last_names_male")), 0)


def first_name(key: Key, subjects: pa.Array) -> pa.Array:
    return first_names().take(pa.array(personas(key, subjects).first))


def last_name(key: Key, subjects: pa.Array) -> pa.Array:
    return last_names().take(pa.array(_last(personas(key, subjects))))


def full_name(key: Key, subjects: pa.Array) -> pa.Array:
    people = personas(key, subjects)
    first, last = first_names().take(pa.array(people.first)), last_names().take(pa.array(_last(people)))
    return joined([first, last], " ")


class Distinct(Input):
    """`unique: true` adds forty random bits, for a column with a unique index."""

    unique: bool = Field(default=False)


def _login(key: Key, subjects: pa.Array, *, unique: bool) -> tuple[pa.Array, Personas]:
    people = personas(key, subjects)
    first = _spelled("first").take(pa.array(people.first))
    last = _spelled("last").take(pa.array(_last(people)))
    return joined([first, ".", last, _tail(key, people.digest, unique=unique)]), people


def _tail(key: Key, digest: prf.Bytes, *, unique: bool) -> pa.Array:
    choices, _ = prf.words(key, "login", digest)
    if not unique:
        return digits.text(digits.of_numbers(choices % np.uint64(100), 2))
    letters = [_BASE32.take(pa.array((choices >> np.uint64(5 * at)) & np.uint64(31))) for at in range(_TAIL)]
    return joined([".", *letters])


def login(options: BaseModel, slot: Slot) -> Mask:
    chosen = cast(Distinct, options)
    return of_subject(lambda key, subjects: _login(key, subjects, unique=chosen.unique)[0])(options, slot)


def email(options: BaseModel, slot: Slot) -> Mask:
    """An address that nobody can receive: .example is reserved (RFC 2606)."""
    chosen = cast(Distinct, options)

    def mask(key: Key, subjects: pa.Array) -> pa.Array:
        local, people = _login(key, subjects, unique=chosen.unique)
        choices, _ = prf.words(key, "domain", people.digest)
        host = _spelled("last").take(pa.array(prf.choose(choices, len(pool("last_names_male")))))
        return joined([local, "@", host, ".example"])

    return of_subject(mask)(options, slot)


def pesel_of(people: Personas) -> pa.Array:
    """A PESEL of that birth date and sex, with a valid check digit."""
    born = people.born.astype("datetime64[D]")
    year = born.astype("datetime64[Y]").astype(np.int64) + 1970
    month = born.astype("datetime64[M]").astype(np.int64) % 12 + 1 + np.where(year >= 2000, 20, 0)
    day = (born - born.astype("datetime64[M]")).astype(np.int64) + 1
    serial = people.serial * 2 + np.where(people.female, 0, 1)
    number = ((year % 100 * 100 + month) * 100 + day) * 10_000 + serial
    payload = digits.of_numbers(number.astype(np.uint64), 10)
    return digits.text(np.column_stack([payload, digits.pesel_check(payload)]))


def _names() -> int:
    return len(first_names()) * len(pool("last_names_male"))


def _logins(options: BaseModel) -> int:
    return _names() * (1 << 40 if cast(Distinct, options).unique else 100)


def _emails(options: BaseModel) -> int:
    return _logins(options) * len(pool("last_names_male"))


def _longest(*pools: pa.Array) -> int:
    return sum(pc.max(pc.utf8_length(values)).as_py() for values in pools)


def _login_length(options: BaseModel) -> int:
    return _longest(first_names(), last_names()) + 1 + (1 + _TAIL if cast(Distinct, options).unique else 2)


def _email_length(options: BaseModel) -> int:
    return _login_length(options) + 1 + _longest(last_names()) + len(".example")


FIRST_NAME = Transform(
    summary="a Polish first name", bind=of_subject(first_name),
    family="persona", digested=True, canonical=words,
    longest=lambda _: _longest(first_names()), results=lambda _: len(first_names()),
)  # fmt: skip
LAST_NAME = Transform(
    summary="a Polish surname in the form of the person's sex", bind=of_subject(last_name),
    family="persona", digested=True,
    canonical=words, longest=lambda _: _longest(last_names()), results=lambda _: len(pool("last_names_male")),
)  # fmt: skip
FULL_NAME = Transform(
    summary="first name and surname", bind=of_subject(full_name),
    family="persona", digested=True, canonical=words,
    longest=lambda _: _longest(first_names(), last_names()) + 1, results=lambda _: _names(),
)  # fmt: skip
LOGIN = Transform(
    summary="a login made of the person's name", bind=login, options=Distinct,
    family="persona", digested=True,
    canonical=words, longest=_login_length, results=_logins,
)  # fmt: skip
EMAIL = Transform(
    summary="an e-mail address made of the person's name, under .example", bind=email, options=Distinct,
    family="persona", digested=True, canonical=words, longest=_email_length, results=_emails,
)  # fmt: skip
PERSONA_PESEL = Transform(
    summary="a PESEL of the persona's birth date and sex",
    bind=of_subject(lambda key, subjects: pesel_of(personas(key, subjects))), family="persona", digested=True,
    canonical=words, longest=at_most(11), results=among(BIRTHS * 10_000),
)  # fmt: skip
