"""What is proposed fits together: copies of an address are the same pseudonym, and belong to their person."""

from __future__ import annotations

from dataclasses import replace

import yaml

from anonymizer.discovery.facts import Finding, Kind
from anonymizer.discovery.proposing import Findings, proposal
from anonymizer.policies.schema import Column, ForeignKey, Schema, Table


def table(name: str, *columns: str, unique: tuple[str, ...] = ()) -> Table:
    return Table(
        name=name, schema="public", relation=name, rows=9, primary_key=(), foreign_keys=(),
        columns={column: text(column) for column in columns},
        unique={f"{column}_key": (column,) for column in unique},
    )  # fmt: skip


def text(name: str) -> Column:
    return Column(
        name=name, type="text", base="text", limit=None, nullable=True, default=False, generated=False
    )


def found(kind: Kind) -> Finding:
    return Finding(kind=kind, confidence=0.9, reason="as said")


PATIENTS = table("patients", "email", "last_name", unique=("email",))
REMINDERS = table("reminders", "sent_to", "login")
FINDINGS: Findings = {
    ("patients", "email"): found("email"),
    ("patients", "last_name"): found("last_name"),
    ("reminders", "sent_to"): found("email"),
    ("reminders", "login"): found("login"),
}


PEOPLE: dict[str, Kind] = {"email": "email", "pesel": "pesel", "born": "birth_date"}


def test_addresses_are_unique_everywhere_when_they_must_be_somewhere() -> None:
    schema = Schema(tables={"patients": PATIENTS, "reminders": REMINDERS})
    tables = yaml.safe_load(proposal("p", schema, FINDINGS))["tables"]
    address = {"transform": "email", "class": "identifying", "domain": "person", "options": {"unique": True}}
    assert tables["patients"]["columns"]["email"] == address == tables["reminders"]["columns"]["sent_to"]
    assert tables["patients"]["columns"]["last_name"]["scope"] == "entity(email)"
    assert "options" not in tables["reminders"]["columns"]["login"]


def test_an_address_in_a_document_is_the_pseudonym_that_it_is_in_a_column() -> None:
    contact = replace(text("contact"), type="jsonb", base="jsonb")
    patients = replace(PATIENTS, columns={**PATIENTS.columns, "contact": contact})
    inside = replace(found("json"), paths={"$.mail": found("email")})
    schema = Schema(tables={"patients": patients})
    proposed = proposal("p", schema, {**FINDINGS, ("patients", "contact"): inside})
    columns = yaml.safe_load(proposed)["tables"]["patients"]["columns"]
    assert columns["contact"]["paths"]["$.mail"] == columns["email"]


def test_a_birth_date_is_that_of_the_persons_pesel_where_the_pesel_is_the_persons() -> None:
    def born(*columns: str, unique: tuple[str, ...] = ()) -> object:
        plain = table("people", *columns, "born", unique=unique)
        date = replace(text("born"), type="date", base="date")
        beside = replace(plain, columns={**plain.columns, "born": date})
        findings = {("people", name): found(kind) for name, kind in PEOPLE.items() if name in beside.columns}
        proposed = yaml.safe_load(proposal("p", Schema(tables={"people": beside}), findings))
        return proposed["tables"]["people"]["columns"]["born"]

    assert born("email", "pesel") == {
        "transform": "birth_date", "class": "sensitive", "scope": "entity(email)", "domain": "person",
    }  # fmt: skip
    shifted = {"transform": "shift_date", "class": "sensitive"}
    assert born("email") == shifted
    assert born("pesel") == shifted
    assert born("email", "pesel", unique=("pesel",)) == shifted


def test_a_key_to_what_the_server_computes_follows_its_one_column_or_is_undecided() -> None:
    def logins(made_of: tuple[str, ...]) -> str:
        known_by = replace(text("known_by"), generated=True, made_of=made_of)
        patients = replace(PATIENTS, columns={**PATIENTS.columns, "known_by": known_by})
        key = ForeignKey(name="who", columns=("sent_to",), parent="patients", parent_columns=("known_by",))
        schema = Schema(tables={"patients": patients, "reminders": replace(REMINDERS, foreign_keys=(key,))})
        return proposal("p", schema, FINDINGS)

    assert "sent_to: {copy_of: patients.email}" in logins(("email",))
    undecided = "sent_to: drop  # DECIDE: refers to patients.known_by, which the server computes from email"
    assert f"{undecided}, last_name" in logins(("email", "last_name"))
