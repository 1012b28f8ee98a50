"""How often discovery is right on schemas with labels, of which it was made for one half only."""

from __future__ import annotations

import pytest

from tests.anonymizer.discovery.measuring import score

# What is wrong in the held-out half; how blind it is stands in docs/anonymizer/discovery.md.
KNOWN_WRONG = [
    "library.czytelnicy.nr_karty: none, found card",  # a reader's card, named like a payment card
    "school.uczniowie.nr_legitymacji: document, found none",  # "legitymacja" is not in the dictionary
]


@pytest.mark.parametrize(("half", "precision", "recall"), [("development", 1, 1), ("held-out", 0.98, 0.98)])
def test_precision_and_recall_are_what_was_reached(half: str, precision: float, recall: float) -> None:
    measured = score(half)
    assert measured.precision >= precision, measured.wrong
    assert measured.recall >= recall, measured.wrong
    assert measured.right_kind >= 0.98


def test_every_miss_of_the_held_out_half_is_listed() -> None:
    assert score("held-out").wrong == KNOWN_WRONG


def test_the_corpus_has_both_halves_and_the_traps() -> None:
    places = {one.place: one for half in ("development", "held-out") for one in score(half).columns}
    traps = ["webshop.customers.email_template", "webshop.products.name", "clinic.pacjenci.pesel_ok"]
    assert [places[trap].found for trap in traps] == ["none"] * 3
    assert places["clinic.pacjenci.c17"].found == "pesel"
    assert len({place.split(".")[0] for place in places}) >= 6
