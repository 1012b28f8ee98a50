"""One invented person per entity: name, sex, PESEL, e-mail and login agree."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.pools import pool
from tests.anonymizer.transforms import identifiers as made
from tests.anonymizer.transforms.applied import mask

WOMEN = set(pool("first_names_female").to_pylist())
FORMS = dict(zip(pool("last_names_male").to_pylist(), pool("last_names_female").to_pylist(), strict=True))
PEOPLE = [f"user{number}@firma.pl" for number in range(3000)]


def spelled(name: str) -> str:
    """A name in ASCII, by Unicode's own decomposition (ł has none)."""
    plain = unicodedata.normalize("NFD", name.lower().replace("ł", "l").replace("ß", "ss"))
    return "".join(one for one in plain if one.isascii() and one.isalnum())


def of_people(transform: str, **options: bool | str) -> list[str]:
    found = mask(transform, ["x"] * len(PEOPLE), of=PEOPLE, options=dict(options))
    assert None not in found
    return [one or "" for one in found]


def test_pesel_has_the_sex_of_the_first_name() -> None:
    for first, pesel in zip(of_people("first_name"), of_people("pesel"), strict=True):
        assert made.is_pesel(pesel)
        assert made.is_female(pesel) == (first in WOMEN)


def test_the_surname_has_the_form_of_the_sex() -> None:
    names = list(zip(of_people("first_name"), of_people("last_name"), strict=True))
    assert {last for first, last in names if first in WOMEN} <= set(FORMS.values())
    assert {last for first, last in names if first not in WOMEN} <= set(FORMS)
    assert any(last.endswith("ska") for first, last in names if first in WOMEN)


def test_the_full_name_is_the_two_names() -> None:
    both = [f"{a} {b}" for a, b in zip(of_people("first_name"), of_people("last_name"), strict=True)]
    assert of_people("full_name") == both


@pytest.mark.parametrize("unique", [True, False])
def test_e_mail_and_login_are_made_of_the_name(*, unique: bool) -> None:
    emails, logins = of_people("email", unique=unique), of_people("login", unique=unique)
    for name, email, login in zip(of_people("full_name"), emails, logins, strict=True):
        first, last = name.rsplit(" ", 1)
        assert login.startswith(f"{spelled(first)}.{spelled(last)}")
        assert email.startswith(f"{login}@")


def test_nobody_can_receive_a_masked_e_mail() -> None:
    assert all(email.endswith(".example") and email.isascii() for email in of_people("email"))


def test_unique_e_mails_are_distinct_where_plain_ones_need_not_be() -> None:
    many = [f"user{number}@firma.pl" for number in range(200_000)]
    assert len(set(mask("email", many, options={"unique": True}))) == len(many)
    assert len(set(mask("login", many))) < len(many)


@given(st.emails())
def test_an_e_mail_is_its_own_entity(address: str) -> None:
    assert mask("email", [address]) == mask("email", ["anything"], of=[address])


def test_the_case_of_an_address_does_not_count() -> None:
    assert mask("email", ["Jan@Firma.pl "]) == mask("email", ["jan@firma.pl"])


def test_where_nobody_is_named_the_value_stands_for_itself() -> None:
    found = mask("full_name", ["Jan Nowak", "Ewa Lis", "Jan Nowak"], of=[None, None, None])
    assert found[0] == found[2]
    assert found[0] != found[1]


@pytest.mark.parametrize("locale", ["de_DE", "en_US"])
def test_a_locale_has_its_own_names_and_the_person_stays_the_same(locale: str) -> None:
    firsts, lasts = of_people("first_name", locale=locale), of_people("last_name", locale=locale)
    women = set(pool(f"{locale}.first_names_female").to_pylist())
    men = set(pool(f"{locale}.first_names_male").to_pylist())
    assert set(lasts) <= set(pool(f"{locale}.last_names").to_pylist())
    for first, pesel in zip(firsts, of_people("pesel"), strict=True):
        assert first in (women if made.is_female(pesel) else men)
    for first, last, login in zip(firsts, lasts, of_people("login", locale=locale), strict=True):
        assert login.startswith(f"{spelled(first)}.{spelled(last)}")
    assert of_people("full_name", locale=locale) == [
        f"{first} {last}" for first, last in zip(firsts, lasts, strict=True)
    ]


def test_a_pesel_that_is_the_persona_s_own_becomes_the_next_one_of_its_day_and_sex() -> None:
    [own] = mask("pesel", ["44051401359"], of=["anna@firma.pl"])
    [moved] = mask("pesel", [own], of=["anna@firma.pl"])
    assert (moved != own, (moved or "")[:6], made.is_pesel(moved or "")) == (True, (own or "")[:6], True)
    assert int((moved or "")[9]) % 2 == int((own or "")[9]) % 2
    assert mask("pesel", ["80010112345"], of=["anna@firma.pl"]) == [own]
