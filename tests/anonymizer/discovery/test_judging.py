"""A finding follows from type, name and values, and never quotes a value."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

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


@pytest.mark.parametrize("how", ["base64", "for addresses", "in lines", "hex", "bytea"])
def test_addresses_that_are_packed_are_unpacked_first(how: str) -> None:
    write: dict[str, Callable[[str], str]] = {
        "base64": lambda text: base64.b64encode(text.encode()).decode(),
        "for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
        "in lines": lambda text: base64.encodebytes((text + "x" * 70).encode()).decode(),
        "hex": lambda text: text.encode().hex(),
        "bytea": lambda text: "\\x" + text.encode().hex(),
    }
    seen = found("c17", [write[how](mail) for mail in MAILS])
    assert (seen.kind, "in base64 or hexadecimal" in seen.reason) == ("free", True)
    nothing = found("c17", [write[how](f"produkt nr {n}") for n in range(9)])
    assert nothing.kind == "none"


@pytest.mark.parametrize("how", ["md5", "sha1", "sha256", "sha512"])
def test_hashes_are_told_as_such(how: str) -> None:
    digests = [hashlib.new(how, mail.encode()) for mail in MAILS]
    for texts in ([one.hexdigest() for one in digests], [f"{how}:{one.hexdigest()}" for one in digests]):
        seen = found("c17", texts)
        assert (seen.kind, seen.confidence) == ("none", 0.3)
        assert "look like hashes" in seen.reason
    assert found("c17", [f"x{mail}".encode().hex() for mail in MAILS]).kind == "free", "32 digits of a text"


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


@pytest.mark.parametrize(
    "values",
    [
        [f"Jan Kowalski <jan{number}@firma.pl>" for number in range(9)],
        [f"jan{number}@firma.pl; ewa{number}@firma.pl" for number in range(9)],
        [f"https://x.pl/reset?email=jan{number}%40firma.pl&t=1" for number in range(9)],
        [f'{{"email":"jan{number}@firma.pl","name":"Jan Kowalski"}}' for number in range(9)],
        [f"PESEL 80010112345 klient {number}" for number in range(9)],
        [*MAILS[:4], "+48 601 234 567", "+48 602 234 567", "+48 603 234 567"],
    ],
)
@pytest.mark.parametrize("table", ["log", "products"])
def test_a_column_is_not_harmless_in_which_most_values_contain_an_address_or_a_number(
    values: list[str], table: str
) -> None:
    assert found("c17", values, table=table).kind == "free"
    few = [*values[:2], *(f"nothing {number}" for number in range(9))]
    assert found("c17", few, table=table).kind == "none"


def test_a_name_that_says_an_address_is_not_refuted_by_one_with_more_around_it() -> None:
    assert found("email", [f"Jan Kowalski <jan{number}@firma.pl>" for number in range(9)]).kind == "free"


@pytest.mark.parametrize("type_", ["text", "character varying[]"])
def test_what_nobody_saw_is_told_as_not_looked_at(type_: str) -> None:
    values = [] if type_ == "text" else ["{}", "{NULL}"]
    seen = found("c17", values, type_)
    assert (seen.kind, seen.confidence) == ("none", 0.3)
    assert seen.reason.startswith("not looked at")
    assert found("data", [], "jsonb").reason.startswith("not looked at")


def test_null_in_an_array_is_no_text() -> None:
    assert found("cc", ["{wanda@thuis.example,NULL}"], "text[]").kind == "email"


def test_of_a_document_that_was_cut_no_place_is_called_harmless() -> None:
    seen = found("data", ['{"size": 3, "colour": "red"}'] * 4 + ['{"size": 3, "mail": "a@b.'], "jsonb")
    assert seen.kind == "json"
    assert "not looked into 1 long documents" in seen.reason


@pytest.mark.parametrize(
    ("name", "table", "values", "kind"),
    [
        ("owner", "pets", ["Nora Quist", "Per Holm", "J. R. Hill"], "full_name"),
        ("owner", "pets", ["shop", "depot", "head office"], "none"),
        ("name", "person.countryregion", ["Poland", "Chad", "Peru"], "none"),
        ("name", "contacttype", ["Owner", "Sales Agent", "Marketing Manager"], "none"),
        ("name", "media_type", ["Protected AAC audio file", "MPEG-4 video file of", "AAC audio file alone"],
         "none"),
        ("gender", "t1", ["M", "F"], "trait"),
        ("url", "webhook", ["https://user:pw@a.example/x", "https://user:pw@b.example/x"], "free"),
    ],
)  # fmt: skip
def test_who_and_what_a_column_is_about(name: str, table: str, values: list[str], kind: str) -> None:
    assert found(name, values, table=table).kind == kind


def test_a_value_by_key_may_be_anything() -> None:
    def by(other: str) -> str:
        columns = {
            name: Column(name=name, type="text", base="text", limit=None, nullable=True, default=False,
                         generated=False)
            for name in (other, "value")
        }  # fmt: skip
        table = Table(name="t", schema="public", relation="t", rows=9, columns=columns, unique={})
        return judge(Facts(table=table, column=columns["value"], values=["on", "off", "7"])).kind

    assert [by("key"), by("colour")] == ["free", "none"]
