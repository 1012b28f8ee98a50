"""Discovery on a real server: the proposal is a policy that fits, says why, and quotes nobody."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

import anonymizer
from anonymizer.cli import app
from anonymizer.pseudonyms import keys
from foundation.console import run
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import places_with, rows

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE TABLE klienci (id integer PRIMARY KEY, imie text NOT NULL, email text UNIQUE, "Nr tel" text,
    c17 varchar(11), urodzony date, dane jsonb, ostatnie_ip inet, uwagi varchar(100));
CREATE TABLE zamowienia (id integer PRIMARY KEY, klient_email text REFERENCES klienci (email), kwota numeric);
"""
ROWS = """
INSERT INTO klienci SELECT n, 'Jan', 'jan' || n || '@firma.pl', '+48 601 000 ' || 100 + n, '44051401359',
    '1944-05-14',
    jsonb_build_object('kontakt', jsonb_build_object('email', 'qwosoba' || n || '@firma.pl'), 'b', n),
    '10.0.0.1', 'Qwrozmowa o sprawie numer ' || n FROM generate_series(1, 50) n;
INSERT INTO zamowienia SELECT n, 'jan' || n || '@firma.pl', n FROM generate_series(1, 50) n;
"""


def test_the_proposal_fits_masks_and_quotes_nobody(make_database: MakeDatabase, tmp_path: Path) -> None:
    source, target = make_database(SCHEMA + ROWS), make_database(SCHEMA)
    text = anonymizer.discover(source).policy("sklep")
    assert text == anonymizer.discover(source).policy("sklep"), "the same every time"
    assert not any(value in text for value in ("firma.pl", "44051401359", "601 000", "qwosoba"))
    (tmp_path / "policy.yaml").write_text(text)
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    assert anonymizer.anonymize(source, target, policy, keys.ephemeral()).verified
    planted = ("firma.pl", "44051401359", "601 000", "qwosoba", "Qwrozmowa", "10.0.0.1")
    assert {value: places_with(target, value) for value in planted} == {value: [] for value in planted}


def test_the_command_writes_a_new_file_and_never_over_one(
    make_database: MakeDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SOURCE", make_database(SCHEMA))
    command = ["discover", "--source-dsn-env", "SOURCE", "--out", str(tmp_path / "policy.yaml"), "--json"]
    assert run(app, command) == 0
    columns = json.loads(capsys.readouterr().out)["columns"]
    assert {"klienci", "zamowienia"} == {column["table"] for column in columns}
    assert run(app, command) == 2


ODD = """
CREATE EXTENSION ltree;
CREATE TABLE a (id int PRIMARY KEY, email varchar(12) NOT NULL UNIQUE,
    email_key text GENERATED ALWAYS AS (lower(email)) STORED UNIQUE);
CREATE TABLE login (id int PRIMARY KEY, email_key text REFERENCES a (email_key), at date);
CREATE TABLE b (id int PRIMARY KEY, branch ltree NOT NULL, photo bytea NOT NULL);
CREATE TABLE f (id int PRIMARY KEY, title text, fulltext tsvector NOT NULL);
CREATE TRIGGER tr BEFORE INSERT OR UPDATE ON f FOR EACH ROW
    EXECUTE FUNCTION tsvector_update_trigger('fulltext', 'pg_catalog.simple', 'title');
CREATE TABLE log (id int PRIMARY KEY, rcpt text, link text, votes jsonb NOT NULL,
    by_key int GENERATED ALWAYS AS (id) STORED UNIQUE);
"""
ODD_ROWS = """
INSERT INTO a SELECT g, 'kh' || lpad(g::text, 3, '0') || '@q.test' FROM generate_series(1, 400) g;
INSERT INTO login SELECT id, email_key, '2025-01-01' FROM a;
INSERT INTO b VALUES (1, 'eu.at', 'qwphoto');
INSERT INTO f VALUES (1, 'Qwacademy dinosaur');
INSERT INTO log SELECT g, 'Jan Kowalski <jan' || g || '@firma.pl>',
    'https://x.pl/reset?email=jan' || g || '%40firma.pl&t=1',
    jsonb_build_object('of', jsonb_build_object('jan' || g || '@firma.pl', 1))
  FROM generate_series(1, 500) g;
"""


def test_what_is_proposed_for_odd_types_and_keys_is_accepted_and_runs(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    source, target = make_database(ODD + ODD_ROWS), make_database(ODD)
    text = anonymizer.discover(source).policy("odd")
    assert "firma.pl" not in text
    assert "branch: keep  # DECIDE" in text
    (tmp_path / "policy.yaml").write_text(text)
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    assert {copy.table.name for copy in anonymizer.check(source, policy, target).copies} == {
        *"abf",
        "log",
        "login",
    }
    assert anonymizer.anonymize(source, target, policy, keys.ephemeral()).verified
    planted = ("firma.pl", "Kowalski", "qwphoto", "qwacademy", "Qwacademy")
    assert {value: places_with(target, value) for value in planted} == {value: [] for value in planted}
    assert rows(target, "SELECT count(*) FROM login JOIN a USING (email_key)") == [(400,)]


@pytest.mark.prove
def test_a_hundred_tables_take_less_than_ten_seconds(make_database: MakeDatabase) -> None:
    columns = "i AS id, 'x' || i || '@y.pl' AS c1, 'some words ' || i AS c2, i * 7 AS c3"
    rows = "generate_series(1, 300) i"
    tables = "".join(f"CREATE TABLE t{n} AS SELECT {columns} FROM {rows};" for n in range(100))  # noqa: S608 - ours
    source = make_database(tables)
    began = time.monotonic()
    found = anonymizer.discover(source)
    assert time.monotonic() - began < 10
    assert sum(finding.kind == "email" for finding in found.findings.values()) == 100
