"""Redacted text: persons go in any case of Polish, the rest stays, and how much of both is measured."""

from __future__ import annotations

import pyarrow as pa
import pytest

from anonymizer.masks.masking import table_mask
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Column, Schema, Table
from anonymizer.pseudonyms import inflection
from anonymizer.transforms.base import Slot
from tests.anonymizer.transforms.applied import KEY, mask

FORMS = {
    "Kowalski": "Kowalskiego Kowalskiemu Kowalskim Kowalscy Kowalskich Kowalskimi Kowalska Kowalską",
    "Nowak": "Nowaka Nowakowi Nowakiem Nowaku Nowakowie Nowaków Nowakowa Nowakówna",
    "Wróbel": "Wróbla Wróblowi Wróblem Wróblu Wróblowie",
    "Marek": "Marka Markowi Markiem Marku",
    "Kupiec": "Kupca Kupcowi Kupcem Kupcu",
    "Paweł": "Pawła Pawłowi Pawłem Pawle",
    "Piotr": "Piotra Piotrowi Piotrem Piotrze",
    "Kozioł": "Kozła Kozłowi Kozłem Koźle Kozłów",
    "Gołąb": "Gołębia Gołębiowi Gołębiem",
    "Anna": "Anny Annie Annę Anną Anno",
    "Olga": "Olgi Oldze Olgę Olgą Olgo",
    "Monika": "Moniki Monice Monikę Moniką",
    "Beata": "Beaty Beacie Beatę Beatą",
    "Wanda": "Wandy Wandzie Wandę",
    "Barbara": "Barbary Barbarze Barbarę",
    "Zofia": "Zofii Zofię Zofią Zofio",
    "Jerzy": "Jerzego Jerzemu Jerzym",
    "Antoni": "Antoniego Antoniemu Antonim",
    "Moniuszko": "Moniuszki Moniuszce Moniuszkę Moniuszką",
}
OTHERS = ("Kowalik", "Nowicki", "Wrona", "Marta", "Piotrowski", "Anetta", "Zosia")


@pytest.mark.parametrize("name", FORMS)
def test_every_case_of_a_name_is_known(name: str) -> None:
    stems = inflection.stems(name)
    assert [form for form in FORMS[name].split() if stems.isdisjoint(inflection.possible_stems(form))] == []


@pytest.mark.parametrize("name", OTHERS)
def test_another_name_is_another(name: str) -> None:
    pairs = {of for of in FORMS if not inflection.stems(of).isdisjoint(inflection.possible_stems(name))}
    assert pairs == set()


def test_numbers_below_nine_digits_and_ordinary_words_stay() -> None:
    text = "Faktura 2024/11 na 1200,50 zł, termin 14 dni, 3 szt. EAN 12345"
    assert mask("redact", [text]) == [text]
    english = "First From then, just make a long list and send it"
    assert mask("redact", [english]) == [english]


def test_characters_of_the_text_that_mean_something_to_us_stay() -> None:
    texts = ["abc\x01def ghi", "a\ue000b\ue007c \U000f0000", "Jan Kowalski\ue007 jan@x.pl"]
    assert mask("redact", texts) == [*texts[:2], "[name] [name]\ue007 [e-mail]"]


def test_a_result_is_cut_to_its_column() -> None:
    assert mask("redact", ["Jan Jan"], slot=Slot(limit=8)) == ["[name] ["]


def column(name: str) -> Column:
    return Column(
        name=name, type="text", base="text", limit=None, nullable=True, default=False, generated=False
    )


def test_the_persons_of_its_row_go_and_those_of_other_rows_do_not() -> None:
    names = ("who", "note")
    table = Table(
        name="notes", schema="public", relation="notes", rows=2, unique={},
        columns={name: column(name) for name in names},
    )  # fmt: skip
    options = {"persons": "who", "dictionaries": False}
    rules = {
        "who": Rule.model_validate({"transform": "email", "class": "identifying"}),
        "note": Rule.model_validate({"transform": "redact", "class": "free", "options": options}),
    }
    rows = pa.table({"who": ["oksana.szewczenko@x.ua", None], "note": ["U Oksany i Wasyla"] * 2})
    plan = TablePlan(table=table, rules=rules)
    found = table_mask(plan, Schema(tables={"notes": table}), KEY)(rows)
    assert found["note"].to_pylist() == ["U [name] i Wasyla", "U Oksany i Wasyla"]
