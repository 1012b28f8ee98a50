"""A finding follows from type, name and values, and never quotes a value."""

from __future__ import annotations

import pytest

from anonymizer.discovery.facts import Facts, Finding
from anonymizer.discovery.judging import judge
from anonymizer.policies.schema import Column, Table

MAILS = [f"osoba{number}@firma.pl" for number in range(9)]


def found(name: str, values: list[str], type_: str = "text", table: str = "t1") -> Finding:
    column = Column(
        name=name, type=type_, base=type_, limit=None, nullable=True, default=False, generated=False
    )
    where = Table(name=table, schema="public", relation=table, rows=9, columns={name: column}, unique={})
    return judge(Facts(table=where, column=column, values=values))


def test_values_speak_where_the_name_is_silent() -> None:
    assert found("c17", MAILS).kind == "email"
    assert found("c17", ["nobody", "nothing", "nowhere"]).kind == "none"


def test_values_refute_a_name() -> None:
    seen = found("email", ["welcome", "reminder", "invoice"])
    assert seen.kind == "none"
    assert "0% of 3" in seen.reason


def test_a_wrong_check_digit_does_not_refute_a_name() -> None:
    wrong = [f"4405140135{number}" for number in range(9)]
    assert found("pesel", wrong).kind == "pesel"
    assert found("c17", wrong).kind == "none"


def test_a_name_without_values_is_believed_with_less_confidence() -> None:
    assert found("email", []).kind == "email"
    assert found("email", []).confidence < found("email", MAILS).confidence


def test_no_reason_quotes_a_value() -> None:
    for name in ("email", "c17", "notes", "first_name"):
        assert not any(mail in found(name, MAILS).reason for mail in MAILS)


@pytest.mark.parametrize("type_", ["boolean", "uuid", "timestamp with time zone", "numeric"])
def test_a_type_that_cannot_hold_it_says_no(type_: str) -> None:
    assert found("email", [], type_).kind == "none"


def test_a_name_means_what_its_table_is_about() -> None:
    kinds = [found("name", ["Anna", "Lamp", "Chair"], table=table).kind for table in ("users", "products")]
    assert kinds == ["full_name", "none"]


def test_a_document_is_judged_by_its_places() -> None:
    seen = found("data", ['{"contact": {"mail": "a@b.pl", "size": 3}}'] * 4, "jsonb")
    assert {path: inner.kind for path, inner in seen.paths.items()} == {
        "$.contact.mail": "email",
        "$.contact.size": "none",
    }
