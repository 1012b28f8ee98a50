"""The mask of a table is a function of key, population and rows; populations cannot be linked."""

from __future__ import annotations

import pyarrow as pa
import pytest

from anonymizer.masks.masking import table_mask
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Column, Schema, Table
from anonymizer.pseudonyms.keys import Key

KEY = Key(bytes(range(32)))
EMAILS = Column(
    name="email", type="text", base="text", limit=None, nullable=True, default=False, generated=False
)
PEOPLE = Table(
    name="people", schema="public", relation="people", rows=1, columns={"email": EMAILS}, primary_key=(),
    foreign_keys=(), unique={},
)  # fmt: skip
EMAIL = Rule.model_validate({"transform": "email", "class": "identifying"})


def masked(population: str, address: str = "jan@firma.pl") -> str:
    plan = TablePlan(table=PEOPLE, rules={"email": EMAIL}, population=population)
    rows = table_mask(plan, Schema(tables={"people": PEOPLE}), KEY)(pa.table({"email": [address]}))
    return str(rows["email"][0].as_py())


def test_a_person_has_one_pseudonym_in_a_population() -> None:
    assert masked("qa") == masked("qa") != masked("qa", "ewa@firma.pl")


@pytest.mark.parametrize("other", ["", "staging", "QA"])
def test_a_person_has_another_pseudonym_in_another_population(other: str) -> None:
    assert masked("qa") != masked(other)
