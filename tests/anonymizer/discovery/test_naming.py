"""What names say, in two languages and three spellings; a name beside its subject says nothing."""

from __future__ import annotations

import pytest

from anonymizer.discovery.naming import about, said, words


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("firstName", "first_name"), ("FIRST_NAME", "first_name"), ("imię", "first_name"),
        ("adres_email", "email"), ("email_template", None), ("pesel_ok", None), ("phone_type", None),
        ("email_sent_at", None), ("recipient_phone", "phone"), ("telOpiekuna", "phone"),
        ("card_number", "card"), ("national_id", "document"), ("city_id", None), ("total", None),
        ("kodPocztowy", "postal_code"), ("data_urodzenia", "birth_date"), ("miejscowość", "city"),
        ("addressline1", "street"), ("nationalidnumber", "document"), ("passwordhash", "secret"),
        ("passwordsalt", "secret"), ("smtp_pass", "secret"), ("pwd", "secret"), ("bearer", "secret"),
        ("Authorization", "secret"), ("cvv", "secret"), ("gender", "trait"), ("plec", "trait"),
        ("maritalstatus", "trait"), ("sender_name", "full_name"), ("ship_name", "full_name"),
        ("photo_path", "free"), ("dateofbirth", "birth_date"), ("city_name", "city"),
        ("emailaddressid", None), ("phonenumbertype", None), ("filename", None),
        ("statistics", None), ("territory", None),
    ],
)  # fmt: skip
def test_a_name_says_its_kind_or_nothing(name: str, kind: str | None) -> None:
    assert said(name) == kind


def test_words_are_the_same_however_they_are_joined() -> None:
    assert words("nrKontaBankowego") == words("nr_konta_bankowego") == ["nr", "konta", "bankowego"]
    assert words("Ścieżka łączy") == ["sciezka", "laczy"]


@pytest.mark.parametrize(
    ("folded", "apart"),
    [
        ("passwordhash", ["password", "hash"]), ("countryregion", ["country", "region"]),
        ("shipaddress", ["ship", "address"]), ("firstname", ["firstname"]), ("tenant", ["tenant"]),
        ("pinned", ["pinned"]), ("ratio", ["ratio"]), ("passport", ["passport"]),
    ],
)  # fmt: skip
def test_a_word_is_taken_apart_where_every_piece_is_known(folded: str, apart: list[str]) -> None:
    assert words(folded) == apart


def test_the_nearest_place_decides_what_a_name_is_about() -> None:
    assert about(["name", "product", "customers"]) == "thing"
    assert about(["name", "customers", "product"]) == "person"
    assert about(["nazwa", "kontrahenci"]) == "company"
    assert about(["name", "t1"]) == ""
