"""Addresses: street, postal code and city. Under one entity scope and domain the code belongs to the city."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.pools import Locale, of_country
from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.assembling import Chosen, assembled, ending
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import Transform, words
from anonymizer.transforms.locales import Named, locale_of
from anonymizer.transforms.results import Holds, flags, most_often

_BUILDINGS = 199
# Where the number stands before the street.
_NUMBER_FIRST: frozenset[Locale] = frozenset({"en_US"})
# Characters of a postal code.
_CODES: dict[Locale, int] = {"pl_PL": 6, "de_DE": 5, "en_US": 5}


def street(key: Key, subjects: pa.Array, locale: Locale) -> pa.Array:
    """Street and building: "ul. Polna 12", "Lindenstraße 12", "12 Main Street"."""
    return assembled(_street(key, subjects, locale, end=""))


def _street(key: Key, subjects: pa.Array, locale: Locale, *, end: str) -> list[Chosen]:
    name, building = prf.words(key, "street", prf.digests(key, subjects))
    if locale in _NUMBER_FIRST:
        return [_of(_buildings(" "), building), _of(_streets(locale, end), name)]
    return [_of(_streets(locale, " "), name), _of(_buildings(end), building)]


def postal_code(key: Key, subjects: pa.Array, locale: Locale) -> pa.Array:
    return assembled([_place(key, subjects, _postal_codes(locale))])


def city(key: Key, subjects: pa.Array, locale: Locale) -> pa.Array:
    return assembled([_place(key, subjects, cities(locale))])


def address(key: Key, subjects: pa.Array, locale: Locale) -> pa.Array:
    """A whole address on one line: "ul. Polna 12, 00-950 Warszawa", "12 Main Street, Troy, NY 12180"."""
    return assembled([*_street(key, subjects, locale, end=", "), _place(key, subjects, _towns(locale))])


def _place(key: Key, subjects: pa.Array, values: pa.Array) -> Chosen:
    choices, _ = prf.words(key, "place", prf.digests(key, subjects))
    return _of(values, choices)


def _of(values: pa.Array, choices: prf.Words) -> Chosen:
    return Chosen(values=values, places=prf.choose(choices, len(values)))


@cache
def _streets(locale: Locale, end: str) -> pa.Array:
    return ending(of_country("streets", locale), end)


@cache
def _buildings(end: str) -> pa.Array:
    return pa.array([f"{number}{end}" for number in range(1, _BUILDINGS + 1)], pa.string())


@cache
def _postal_codes(locale: Locale) -> pa.Array:
    return pc.utf8_slice_codeunits(of_country("places", locale), 0, _CODES[locale])


@cache
def _towns(locale: Locale) -> pa.Array:
    """Code and city as the last line of an address has them."""
    places = of_country("places", locale)
    if locale != "en_US":
        return places
    return pc.binary_join_element_wise(_after_code(locale), _postal_codes(locale), " ")


@cache
def cities(locale: Locale) -> pa.Array:
    """The cities of a country, one for each of their codes."""
    return pc.replace_substring_regex(_after_code(locale), r", [A-Z]{2}$", "")


def _after_code(locale: Locale) -> pa.Array:
    return pc.utf8_slice_codeunits(of_country("places", locale), _CODES[locale] + 1)


def _longest(values: pa.Array) -> int:
    return int(pc.max(pc.utf8_length(values)).as_py())


def _street_length(locale: Locale) -> int:
    return _longest(of_country("streets", locale)) + len(f" {_BUILDINGS}")


def _street_results(locale: Locale) -> int:
    return len(of_country("streets", locale)) * _BUILDINGS


def _transform(
    summary: str, mask: Callable[[Key, pa.Array, Locale], pa.Array], longest: Callable[[Locale], int],
    results: Callable[[Locale], int], chance: Callable[[Locale], float],
    made: Callable[[Locale, pa.Array], pa.Array] | None = None,
) -> Transform:  # fmt: skip
    return Transform(
        summary=summary, options=Named, family="address", digested=True, canonical=words,
        bind=lambda options, _: lambda key, subjects, _: mask(key, subjects, locale_of(options)),
        longest=lambda options: longest(locale_of(options)),
        results=lambda options, _slot: results(locale_of(options)),
        holds=lambda options, _slot: _holds(locale_of(options), chance, made),
    )  # fmt: skip


def _holds(
    locale: Locale,
    chance: Callable[[Locale], float],
    made: Callable[[Locale, pa.Array], pa.Array] | None,
) -> Holds:
    """A city is the likeliest part of any of these."""
    parts = (of_country("streets", locale), of_country("places", locale), _buildings(""))
    return Holds(
        chance=chance(locale), word=most_often(cities(locale)), words=lambda: pa.concat_arrays(parts),
        made=None if made is None else lambda texts: flags(made(locale, texts.cast(pa.string()))),
    )  # fmt: skip


def _is_street(locale: Locale, texts: pa.Array) -> pa.Array:
    number = "^[1-9][0-9]{0,2} " if locale in _NUMBER_FIRST else " [1-9][0-9]{0,2}$"
    named = pc.is_in(pc.replace_substring_regex(texts, number, ""), of_country("streets", locale))
    return pc.and_(named, pc.match_substring_regex(texts, number))


def _is_city(locale: Locale, texts: pa.Array) -> pa.Array:
    return pc.is_in(texts, cities(locale))


def _is_address(locale: Locale, texts: pa.Array) -> pa.Array:
    """A street and a town: behind the first comma."""
    at = pc.find_substring(texts, ", ")
    street = pc.replace_substring_regex(texts, ", .*$", "")
    town = pc.replace_substring_regex(texts, "^[^,]*, ", "")
    whole = pc.and_(_is_street(locale, street), pc.is_in(town, _towns(locale)))
    return pc.and_(whole, pc.greater(at, 0))


def _street_chance(locale: Locale) -> float:
    return most_often(of_country("streets", locale)) / _BUILDINGS


STREET = _transform(
    "a street and a building number", street, _street_length, _street_results, _street_chance, _is_street
)
POSTAL_CODE = _transform(
    "a postal code, of the masked city under the same scope", postal_code, _CODES.__getitem__,
    lambda locale: len(_postal_codes(locale).unique()), lambda locale: most_often(_postal_codes(locale)),
)  # fmt: skip
CITY = _transform(
    "a city",
    city,
    lambda locale: _longest(cities(locale)),
    lambda locale: len(cities(locale).unique()),
    lambda locale: most_often(cities(locale)),
    _is_city,
)
ADDRESS = _transform(
    "street, postal code and city on one line", address,
    lambda locale: _street_length(locale) + len(", ") + _longest(_towns(locale)),
    lambda locale: _street_results(locale) * len(of_country("places", locale)),
    lambda locale: _street_chance(locale) * most_often(of_country("places", locale)),
    _is_address,
)  # fmt: skip
