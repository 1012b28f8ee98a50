"""The names that invented persons can have."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pyarrow as pa
import pytest

from anonymizer.pools import Locale
from anonymizer.transforms import names

LOCALES: tuple[Locale, ...] = get_args(Locale)


@pytest.mark.parametrize(
    ("text", "locale", "whole"),
    [
        ("Ewa Kowalska", "pl_PL", True),
        ("Ewa Kowalski", "pl_PL", True),  # whatever the sex
        ("Hans Dieter Zimmer", "de_DE", True),
        ("Hans Dieter", "de_DE", False),
        ("Ewa", "pl_PL", False),
        ("Kowalska Ewa", "pl_PL", False),
        ("Ewa Kowalska sp. z o.o.", "pl_PL", False),
        ("ewa kowalska", "pl_PL", False),
        ("Ewa  Kowalska", "pl_PL", False),
        (" Ewa Kowalska", "pl_PL", False),
        ("Ewa Kowalska", "en_US", False),
        ("", "pl_PL", False),
    ],
)
def test_a_whole_name_is_a_first_name_of_the_pool_and_a_surname_of_it(
    text: str, locale: Locale, *, whole: bool
) -> None:
    assert names.is_name(pa.array([text]), locale).tolist() == [whole]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_first_name_with_every_kind_of_surname_is_a_whole_name(locale: Locale) -> None:
    first, last = names.first_names(locale).to_pylist(), names.last_names(locale).to_pylist()
    both = pa.array([f"{one} {last[number % len(last)]}" for number, one in enumerate(first)])
    assert names.is_name(both, locale).all()


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("Łucja", "Lucja"),
        ("Świętosława", "Swietoslawa"),
        ("Weiß", "Weiss"),
        ("Müller-Lüdenscheidt", "MullerLudenscheidt"),
    ],
)
def test_addresses_spell_names_without_marks(written: str, spelled: str) -> None:
    assert names.ascii_of(pa.array([written])).to_pylist() == [spelled]


@pytest.mark.parametrize("locale", LOCALES)
def test_addresses_hold_ascii_letters_alone_and_end_where_nobody_is(locale: Locale) -> None:
    for which in ("first", "last"):
        listed = names.spelled(which, locale).to_pylist()
        assert all(name.isascii() and name.isalnum() and name == name.lower() for name in listed)
    assert all(host[0] == "@" and host.endswith(".example") for host in names.hosts(locale).to_pylist())


@pytest.mark.parametrize("locale", LOCALES)
def test_a_family_has_two_forms_and_the_masculine_ones_come_first(locale: Locale) -> None:
    assert len(names.last_names(locale)) == 2 * names.families(locale)
    first_half = names.last_names(locale)[: names.families(locale)].to_pylist()
    assert ("Kowalski" in first_half, "Kowalska" in first_half) == (locale == "pl_PL", False)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_commonest_is_as_common_as_counting_says(locale: Locale) -> None:
    """Sexes are equally likely; within one of them each entry of its list is."""
    half = names.families(locale)
    both = names.last_names(locale).to_pylist()
    counted = Counter(both)
    assert names.commonest_last(locale) == pytest.approx(max(counted.values()) / 2 / half)


def test_spelling_makes_no_name_rarer() -> None:
    for locale in LOCALES:
        assert names.commonest_spelled(locale) >= names.commonest_first(locale) * names.commonest_last(locale)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_longest_is_as_long_as_it_can_come(locale: Locale) -> None:
    first, last = names.first_names(locale), names.last_names(locale)
    expected = max(map(len, first.to_pylist())) + max(map(len, last.to_pylist()))
    assert names.longest(first, last) == expected


def test_the_words_of_people_are_all_that_a_search_may_find_by_chance() -> None:
    words = set(names.words_of_people("pl_PL").to_pylist())
    assert {"Ewa", "ewa", "Kowalska", "kowalska", "example"} <= words
