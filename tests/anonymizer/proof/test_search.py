"""Originals that somebody planted in a masked target are found; a clean one raises no alarm."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

import anonymizer
from anonymizer.pseudonyms.keys import Key
from foundation.receipts import Receipt
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import do, rows

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE TABLE people (id integer PRIMARY KEY, name text, email text, phone text, pesel text, boss_mail text);
CREATE TABLE calls (id integer PRIMARY KEY, person integer REFERENCES people, body text, raw bytea,
                    form jsonb, escaped json, tags text[]);"""
ROWS = """
INSERT INTO people SELECT n, format('Jagna Brzęcz%s-Nowacka', chr(97 + n % 26) || chr(97 + n / 26)),
  format('jagna%s@firma.pl', n), format('+48 6%s', 10203040 + n * 7), format('%s', 44051401350 + n * 13),
  format('jagna%s@firma.pl', n / 2) FROM generate_series(1, 400) AS n;
INSERT INTO calls SELECT n, n, 'rozmowa', '\\x00ff', '{"kind": "call"}', '{"kind": "call"}', '{a,b}'
  FROM generate_series(1, 400) AS n"""
POLICY = """
policy: calls
version: 1
tables:
  people:
    columns:
      id: keep
      name: {transform: full_name, class: identifying, scope: entity(email), domain: person}
      email: {transform: email, class: identifying, domain: person}
      phone: {transform: phone, class: identifying}
      pesel: {transform: pesel, class: identifying, scope: entity(email), domain: person}
      boss_mail: {transform: email, class: identifying, domain: person}
  calls: {columns: {id: keep, person: keep, body: keep, raw: keep, form: keep, escaped: keep, tags: keep}}
"""
MAIL = "jagna7@firma.pl"
PLANTED = {
    "body": [
        MAIL,
        f"x <b>{MAIL.upper()}</b>",
        "a=" + quote(MAIL, safe=""),
        "".join(f"&#x{ord(letter):x};" for letter in MAIL),
        base64.b64encode(MAIL.encode()).decode(),
        MAIL.encode().hex(),
        "tel 610 203 089",
        "PESEL: 440514-01441.",
        "do pani Jagny: JAGNA BRZĘCZHA-NOWACKA",
    ],
    "raw": [
        "\\x" + raw.hex()
        for raw in (MAIL.encode(), MAIL.encode("utf-16"), gzip.compress(json.dumps({"m": MAIL}).encode()))
    ],
    "form": [json.dumps({"a": [{"deep": f"line\n{MAIL}"}]}), json.dumps({"text": json.dumps({"x": MAIL})})],
    "escaped": ['{"m": "' + "".join(f"\\u{ord(letter):04x}" for letter in MAIL) + '"}'],
    "tags": ['{a,"' + MAIL + '"}'],
}


@pytest.fixture
def copy(make_database: MakeDatabase, tmp_path: Path) -> tuple[str, str, Path, Receipt]:
    (tmp_path / "policy.yaml").write_text(POLICY)
    source, target = make_database(SCHEMA + ROWS), make_database(SCHEMA)
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    receipt = anonymizer.anonymize(source, target, policy, Key(bytes(range(32))))
    return source, target, tmp_path / "policy.yaml", receipt


def test_everything_planted_is_found_one_by_one_and_nothing_else(
    copy: tuple[str, str, Path, Receipt],
) -> None:
    source, target, file, receipt = copy
    assert receipt.verified, receipt.findings
    policy = anonymizer.load_policy(file)
    for column, value in _planted():
        put(target, column, f"$planted${value}$planted$")
        faults = anonymizer.verify(source, target, policy).faults
        assert [fault.split(":")[0] for fault in faults] == [f"calls.{column}"], (column, value)
        assert "1 originals" in faults[0]
        assert not any(word in faults[0].lower() for word in ("jagna", "440514", "610"))
        put(target, column, "NULL")
    assert anonymizer.verify(source, target, policy).passes


def test_an_original_in_another_masked_column_of_its_own_row_and_in_a_comment_is_found(
    copy: tuple[str, str, Path, Receipt],
) -> None:
    source, target, file, _ = copy
    do(target, "UPDATE people SET boss_mail = 'jagna7@firma.pl' WHERE id = 7")
    do(target, "COMMENT ON TABLE calls IS 'ask jagna9@firma.pl'")
    faults = anonymizer.verify(source, target, anonymizer.load_policy(file)).faults
    assert [fault.split(":")[0] for fault in faults] == [
        "people.boss_mail",
        "the comment on table public.calls",
    ]


def put(target: str, column: str, literal: str) -> None:
    do(target, f"UPDATE calls SET {column} = {literal} WHERE id = 300")  # noqa: S608 - our own test's words


def _planted() -> Iterator[tuple[str, str]]:
    yield from ((column, value) for column, values in PLANTED.items() for value in values)


@pytest.mark.parametrize("column", ["email", "pesel", "phone"])
def test_originals_shuffled_among_persons_are_found(
    copy: tuple[str, str, Path, Receipt], column: str
) -> None:
    source, target, policy, receipt = copy
    assert receipt.verified
    moved = rows(source, f"SELECT id % 400 + 1, {column} FROM people")  # noqa: S608 - a name of ours
    values = ", ".join(f"({person}, '{value}')" for person, value in moved)
    shuffle = f"UPDATE people SET {column} = v FROM (VALUES {values}) AS n (i, v) WHERE id = i"  # noqa: S608
    do(target, shuffle)
    faults = anonymizer.verify(source, target, anonymizer.load_policy(policy)).faults
    assert f"people.{column}: 100% of the different values are originals of other rows" in faults[0]


def test_the_planners_statistics_are_searched(copy: tuple[str, str, Path, Receipt]) -> None:
    source, target, policy, receipt = copy
    assert receipt.searched
    do(target, f"UPDATE calls SET body = '{MAIL}'")  # noqa: S608 - a value of ours
    do(target, "ANALYZE calls; UPDATE calls SET body = 'x'")
    faults = anonymizer.verify(source, target, anonymizer.load_policy(policy)).faults
    assert [fault for fault in faults if fault.startswith("calls.body (statistics): 1 originals")]
