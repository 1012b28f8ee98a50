"""Addresses: under one entity the postal code belongs to the city."""

from __future__ import annotations

import re

import pytest

from anonymizer.pools import pool
from tests.anonymizer.transforms.applied import mask

HOMES = [f"{number}" for number in range(500)]


def test_code_and_city_of_one_entity_belong_together() -> None:
    codes, cities = mask("postal_code", HOMES, of=HOMES), mask("city", HOMES, of=HOMES)
    places = {f"{code} {city}" for code, city in zip(codes, cities, strict=True)}
    assert places <= set(pool("places").to_pylist())


def test_a_postal_code_has_the_polish_form() -> None:
    assert all(re.fullmatch(r"\d\d-\d{3}", code or "") for code in mask("postal_code", HOMES))


def test_a_street_has_a_building() -> None:
    assert all(re.fullmatch(r"(ul|al)\. .+ [1-9]\d*", street or "") for street in mask("street", HOMES))


def test_a_whole_address_is_street_code_and_city() -> None:
    whole = re.compile(r"(ul|al)\. .+ \d+, \d\d-\d{3} \w.+")
    assert all(whole.fullmatch(one or "") for one in mask("address", HOMES))


FORMS = {
    "pl_PL": r"(ul|al)\. .+ \d+, \d\d-\d{3} \w.+",
    "de_DE": r"\w.+ \d+, \d{5} \w.+",
    "en_US": r"\d+ \w.+, \w.+, [A-Z]{2} \d{5}",
}


@pytest.mark.parametrize("locale", FORMS)
def test_an_address_has_the_form_of_its_country_and_is_made_of_its_parts(locale: str) -> None:
    def made(transform: str) -> list[str]:
        return [one or "" for one in mask(transform, HOMES, of=HOMES, options={"locale": locale})]

    parts = zip(made("address"), made("street"), made("postal_code"), made("city"), strict=True)
    for whole, street, code, city in parts:
        assert re.fullmatch(FORMS[locale], whole)
        assert whole.startswith(f"{street}, ")
        assert code in whole
        assert city in whole
