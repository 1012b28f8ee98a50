"""Names in texts of which nothing else is known: by the word, its capital, its case and its neighbours."""

from __future__ import annotations

import pytest

from anonymizer.redaction import morphology
from tests.anonymizer.transforms.applied import mask

GOES = (
    ("Kasia oddzwoni", "[name] oddzwoni"),
    ("z kasią i jolantą", "z [name] i [name]"),
    ("u Kowalskich", "u [name]"),
    ("państwo Wiśniewscy", "państwo [name]"),
    ("Gołębiewskiego nie ma", "[name] nie ma"),
    ("Golebiewskiego nie ma", "[name] nie ma"),
    ("p. Nowak", "p. [name]"),
    ("mgr inż. Ryszard Kłos", "mgr inż. [name] [name]"),
    ("kurier Vasile Popescu", "kurier [name] [name]"),
    ("T. Ostrowski, J. Lis", "[name]. [name], [name]. [name]"),
    ("Nowicka J. odbierze", "[name] [name]. odbierze"),
    ("firma Sowa", "firma [name]"),
    ("Brzęczyszczykiewiczowa", "[name]"),
    ("Do Bąkowej", "Do [name]"),
    ("Anna van Dijk", "[name] [name] [name]"),
    ("Anna Szulc-Bielecka", "[name] [name]-[name]"),
    ("MARIA WIŚNIEWSKA", "[name] [name]"),
    ("Dla Müllera", "Dla [name]"),
    ("Gajda Maria", "[name] [name]"),
    ("/find?who=Wanda%20Kool&at=1", "/find?who=[name]%20[name]&at=1"),
    ("/find?who=Wanda+Kool", "/find?who=[name]+[name]"),
    ("who=Wanda%2520Kool", "who=[name]%2520[name]"),
    ("who=p.%20Nowak", "who=p.%20[name]"),
)
STAYS = (
    "Proszę o kontakt", "Mieszka w Krakowie", "Paczka dotarła", "Lampa stojąca", "Hotel Kraków",
    "Bank Polski",
    "w Maju i w Niedzielę", "Kurier DPD", "wysłano InPostem", "Faktura VAT", "Ani razu", "Na Śląsku",
    "od Samsunga",
    "Bank%20Polski", "at=Order+confirmed",
    "Dziękujemy za zakupy", "Zielona herbata z Chin", "Order confirmed, delivery on Friday",
)  # fmt: skip


@pytest.mark.parametrize(("text", "left"), GOES)
def test_a_name_goes(text: str, left: str) -> None:
    assert mask("redact", [text]) == [left]


@pytest.mark.parametrize("text", STAYS)
def test_another_word_stays(text: str) -> None:
    assert mask("redact", [text]) == [text]


def test_a_word_that_begins_a_sentence_goes_only_beside_a_name_in_its_own_case() -> None:
    found = mask("redact", ["Sowa Anna dzwoniła", "Sowa Annie dzwoni", "Sowa poleciała"])
    assert found == ["[name] [name] dzwoniła", "Sowa [name] dzwoni", "Sowa poleciała"]


def test_the_words_of_one_text_do_not_touch_those_of_the_next() -> None:
    assert mask("redact", ["pan", "Ceneo", None, "pan Ceneo"]) == ["pan", "Ceneo", None, "pan [name]"]


def test_the_dictionary_tells_names_from_places_and_ordinary_words() -> None:
    anna, sowa, krakow = map(morphology.word, ("Annie", "Sowa", "Krakowie"))
    assert (anna.first, anna.ordinary) == (True, False)
    assert (sowa.last, sowa.ordinary) == (True, True)
    assert (krakow.first, krakow.place) == (False, True)
    assert morphology.word("Brzęczyszczykiewicz").unknown


def test_a_policy_that_looks_names_up_says_in_which_edition() -> None:
    assert "sgjp" in morphology.edition()
