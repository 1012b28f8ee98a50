"""The persona: one invented person per subject, whose name, sex, PESEL, e-mail and login agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, cached_property
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from anonymizer import pools
from anonymizer.pools import Locale
from anonymizer.pseudonyms import digits, prf
from anonymizer.pseudonyms.assembling import Chosen, assembled
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms import names
from anonymizer.transforms.base import Bind, Mask, Slot, Transform, always, among, at_most, holding, words
from anonymizer.transforms.locales import Named, locale_of
from anonymizer.transforms.results import NOTHING, Holds, most_often

_BASE32 = pa.array(list("abcdefghijklmnopqrstuvwxyz234567"), pa.string())
_TAIL = 8
_TEN_DIGITS = pa.array([str(number) for number in range(10)], pa.string())
_TWO_DIGITS = pa.array([f"{number:02d}" for number in range(100)], pa.string())
# Adults of working age; a span of whole years keeps the arithmetic plain.
_FIRST_BIRTH = np.datetime64("1950-01-01")
_SERIALS = 5000  # of a day and a sex
BIRTHS = int((np.datetime64("2005-01-01") - _FIRST_BIRTH).astype(int))


class Personas:
    """One invented person a row: a function of (key, subject) alone, worked out as far as it is asked for.

    Indices point into the pools; `born` counts days since 1970-01-01.
    """

    def __init__(self, key: Key, subjects: pa.Array, locale: Locale) -> None:
        self._key = key
        self.locale = locale
        self.digest = prf.digests(key, subjects)
        self._sex, self._name = prf.words(key, "name", self.digest)

    @cached_property
    def female(self) -> NDArray[np.bool_]:
        return (self._sex & np.uint64(1)).astype(bool)

    @cached_property
    def first(self) -> NDArray[np.int64]:
        choices = self._sex >> np.uint64(1)
        women, men = map(len, pools.first_names(self.locale))
        return np.where(self.female, prf.choose(choices, women), women + prf.choose(choices, men))

    @cached_property
    def last(self) -> NDArray[np.int64]:
        return prf.choose(self._name, names.families(self.locale))

    @cached_property
    def _birth(self) -> tuple[prf.Words, prf.Words]:
        return prf.words(self._key, "birth", self.digest)

    @cached_property
    def born(self) -> NDArray[np.int64]:
        return np.asarray(_FIRST_BIRTH.astype(int) + prf.choose(self._birth[0], BIRTHS), np.int64)

    @cached_property
    def serial(self) -> NDArray[np.int64]:
        return prf.choose(self._birth[1], _SERIALS)


def personas(key: Key, subjects: pa.Array, locale: Locale = "pl_PL") -> Personas:
    """The person each subject becomes: the same whatever the locale, but for the names."""
    return Personas(key, subjects, locale)


class Distinct(Named):
    """`unique: true` adds forty random bits, for a column with a unique index."""

    unique: bool = Field(default=False)


def _first_name(people: Personas) -> pa.Array:
    return assembled([Chosen(values=names.first_names(people.locale), places=people.first)])


def _last_name(people: Personas) -> pa.Array:
    return assembled([_last_of(people)])


def _last_of(people: Personas) -> Chosen:
    return Chosen(values=names.last_names(people.locale), places=_last(people))


def _last(people: Personas) -> NDArray[np.int64]:
    return people.last + np.where(people.female, names.families(people.locale), 0)


def _told(tell: Callable[[Personas], pa.Array]) -> Bind:
    """What the person that a subject becomes is called."""

    def bind(options: BaseModel, _slot: Slot) -> Mask:
        return lambda key, subjects, _values: tell(personas(key, subjects, locale_of(options)))

    return bind


def _full(people: Personas) -> pa.Array:
    first = Chosen(values=names.first_and_space(people.locale), places=people.first)
    return assembled([first, _last_of(people)])


def _login(key: Key, people: Personas, *, unique: bool) -> list[Chosen]:
    first = names.spelled_before("first", people.locale, ".")
    last = names.spelled_before("last", people.locale, "." if unique else "")
    return [
        Chosen(values=first, places=people.first),
        Chosen(values=last, places=_last(people)),
        *_tail(key, people.digest, unique=unique),
    ]


def _tail(key: Key, digest: prf.Bytes, *, unique: bool) -> list[Chosen]:
    choices, _ = prf.words(key, "login", digest)
    if not unique:
        return [Chosen(values=_TWO_DIGITS, places=prf.choose(choices, 100))]
    letters = ((choices >> np.uint64(5 * at)) & np.uint64(31) for at in range(_TAIL))
    return [Chosen(values=_BASE32, places=letter.view(np.int64)) for letter in letters]


def login(options: BaseModel, _slot: Slot) -> Mask:
    chosen = cast(Distinct, options)

    def mask(key: Key, subjects: pa.Array, _values: pa.Array) -> pa.Array:
        return assembled(_login(key, personas(key, subjects, chosen.locale), unique=chosen.unique))

    return mask


def email(options: BaseModel, _slot: Slot) -> Mask:
    """An address that nobody can receive: .example is reserved (RFC 2606)."""
    chosen = cast(Distinct, options)

    def mask(key: Key, subjects: pa.Array, _values: pa.Array) -> pa.Array:
        people = personas(key, subjects, chosen.locale)
        choices, _ = prf.words(key, "domain", people.digest)
        families = prf.choose(choices, names.families(chosen.locale))
        host = Chosen(values=names.hosts(chosen.locale), places=families)
        return assembled([*_login(key, people, unique=chosen.unique), host])

    return mask


def _pesel(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
    """The persona's PESEL; should the number that stood there be the very same, that of the next serial."""
    people = personas(key, subjects)
    found = pesel_of(people)
    stayed = pc.equal(found, digits.only(values)).fill_null(False)
    return pc.if_else(stayed, pesel_of(people, later=1), found) if pc.any(stayed).as_py() else found


def pesel_of(people: Personas, *, later: int = 0) -> pa.Array:
    """A PESEL of that birth date and sex, with a valid check digit."""
    serial = (people.serial + later) % _SERIALS * 2 + np.where(people.female, 0, 1)
    (days, of_day), (serials, of_serial) = _days_of_pesel(), _serials_of_pesel()
    day = people.born - int(_FIRST_BIRTH.astype(int))
    return assembled([
        Chosen(values=days, places=day), Chosen(values=serials, places=serial),
        Chosen(values=_TEN_DIGITS, places=(20 - of_day[day] - of_serial[serial]) % 10),
    ])  # fmt: skip


@cache
def _days_of_pesel() -> tuple[pa.Array, NDArray[np.int64]]:
    """Every birth date as PESEL begins, and its part of the sum that the check digit makes a whole ten."""
    born = _FIRST_BIRTH + np.arange(BIRTHS)
    year = born.astype("datetime64[Y]").astype(np.int64) + 1970
    month = born.astype("datetime64[M]").astype(np.int64) % 12 + 1 + np.where(year >= 2000, 20, 0)
    day = (born - born.astype("datetime64[M]")).astype(np.int64) + 1
    return _part_of_pesel((year % 100 * 100 + month) * 100 + day, 0, 6)


@cache
def _serials_of_pesel() -> tuple[pa.Array, NDArray[np.int64]]:
    return _part_of_pesel(np.arange(10_000), 6, 10)


def _part_of_pesel(values: NDArray[np.int64], first: int, end: int) -> tuple[pa.Array, NDArray[np.int64]]:
    payload = np.zeros((len(values), 10), np.uint8)
    digits.write(values.astype(np.uint64), payload[:, first:end])
    return digits.text(payload[:, first:end]), (10 - digits.pesel_check(payload).astype(np.int64)) % 10


def _names(options: BaseModel, _slot: Slot) -> int:
    return len(names.first_names(locale_of(options))) * names.families(locale_of(options))


def _logins(options: BaseModel, slot: Slot) -> int:
    return _names(options, slot) * (1 << 40 if cast(Distinct, options).unique else 100)


def _emails(options: BaseModel, slot: Slot) -> int:
    return _logins(options, slot) * names.families(locale_of(options))


def _full_length(options: BaseModel) -> int:
    locale = locale_of(options)
    return names.longest(names.first_and_space(locale), names.last_names(locale))


def _spelled_length(options: BaseModel) -> int:
    locale = locale_of(options)
    return names.longest(names.spelled("first", locale), names.spelled("last", locale))


def _login_length(options: BaseModel) -> int:
    return _spelled_length(options) + 1 + (1 + _TAIL if cast(Distinct, options).unique else 2)


def _email_length(options: BaseModel) -> int:
    return _login_length(options) + names.longest(names.hosts(locale_of(options)))


def _holds(options: BaseModel, chance: float) -> Holds:
    """Names are all that any of these tells."""
    locale = locale_of(options)
    word = max(names.commonest_first(locale), names.commonest_last(locale))
    return Holds(chance=chance, word=word, words=lambda: names.words_of_people(locale))


def _holds_full(options: BaseModel, _slot: Slot) -> Holds:
    """A whole name may be what somebody's company is called."""
    locale = locale_of(options)
    one = _holds(options, names.commonest_first(locale) * names.commonest_last(locale))
    return replace(one, made=lambda texts: names.is_name(texts.cast(pa.string()).fill_null(""), locale))


def _of_login(options: BaseModel) -> float:
    tail = 1 << 40 if cast(Distinct, options).unique else 100
    return names.commonest_spelled(locale_of(options)) / tail


def _of_email(options: BaseModel) -> float:
    return _of_login(options) * most_often(names.hosts(locale_of(options)))


FIRST_NAME = Transform(
    summary="a first name", bind=_told(_first_name), options=Named, family="persona", digested=True,
    canonical=words, longest=lambda options: names.longest(names.first_names(locale_of(options))),
    results=lambda options, _slot: len(names.first_names(locale_of(options))),
    holds=lambda options, _slot: _holds(options, names.commonest_first(locale_of(options))),
)  # fmt: skip
LAST_NAME = Transform(
    summary="a surname in the form of the person's sex", bind=_told(_last_name), options=Named,
    family="persona", digested=True, canonical=words,
    longest=lambda options: names.longest(names.last_names(locale_of(options))),
    results=lambda options, _slot: names.families(locale_of(options)),
    holds=lambda options, _slot: _holds(options, names.commonest_last(locale_of(options))),
)  # fmt: skip
FULL_NAME = Transform(
    summary="first name and surname", bind=_told(_full), options=Named, family="persona", digested=True,
    canonical=words, results=_names,
    holds=_holds_full,
    longest=_full_length,
)  # fmt: skip
LOGIN = Transform(
    summary="a login made of the person's name", bind=login, options=Distinct,
    family="persona", digested=True,
    canonical=words, longest=_login_length, results=_logins,
    holds=lambda options, _slot: _holds(options, _of_login(options)),
)  # fmt: skip
EMAIL = Transform(
    summary="an e-mail address made of the person's name, under .example", bind=email, options=Distinct,
    family="persona", digested=True, canonical=words, longest=_email_length, results=_emails,
    holds=lambda options, _slot: _holds(options, _of_email(options)),
)  # fmt: skip
PERSONA_PESEL = Transform(
    summary="a PESEL of the persona's birth date and sex",
    bind=always(_pesel), family="persona", digested=True,
    canonical=words, longest=at_most(11), results=among(BIRTHS * 10_000), holds=holding(NOTHING),
)  # fmt: skip
