"""The preview shows what masks make, the same as a run would write, and never a source value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import anonymizer
from anonymizer.cli import app
from anonymizer.pseudonyms.keys import Key
from foundation.console import run
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import rows

pytestmark = pytest.mark.integration

SCHEMA = "CREATE TABLE people (id integer PRIMARY KEY, email text, city text, fax text, data jsonb); "
ROWS = """INSERT INTO people SELECT n, 'jan' || n || '@firma.pl', 'keptcity', 'droppedfax',
    jsonb_build_object('size', 'keptsize', 'phone', '601 000 ' || 100 + n, 'other', 'otherword',
    'gone', 'goneword', 'none', null)
    FROM generate_series(1, 9) n;"""
POLICY = """
policy: small
version: 1
tables:
  people:
    columns:
      id: keep
      email: {transform: email, class: identifying}
      city: keep
      fax: drop
      data:
        transform: json
        class: free
        others: keep
        paths: {$.size: keep, $.gone: drop, $.phone: {transform: phone, class: identifying}}
"""
KEY = Key(bytes(range(32)))


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path / "policy.yaml"


def test_only_masked_values_are_shown(
    make_database: MakeDatabase,
    policy: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SOURCE", make_database(SCHEMA + ROWS))
    command = ["preview", "--source-dsn-env", "SOURCE", "--policy", str(policy), "--ephemeral-key"]
    assert run(app, command) == 0
    assert run(app, [*command, "--rows", "2", "--json"]) == 0
    said = capsys.readouterr()
    for value in ("firma.pl", "keptcity", "droppedfax", "keptsize", "otherword", "goneword", "601 000"):
        assert value not in said.out + said.err
    assert ".example" in said.out
    assert "@" in said.err
    [table] = json.loads(said.out)["tables"]
    assert (table["columns"], len(table["rows"])) == (["email", "data"], 2)
    shown = json.loads(table["rows"][0][1])
    assert shown.pop("phone").startswith("+48 ")
    assert shown == {"size": "(kept)", "other": "(kept)", "gone": None, "none": None}, "kept is not dropped"


def test_the_preview_is_what_a_run_writes(make_database: MakeDatabase, policy: Path) -> None:
    source, target = make_database(SCHEMA + ROWS), make_database(SCHEMA)
    chosen = anonymizer.load_policy(policy)
    [shown] = anonymizer.preview(source, chosen, KEY, rows=100)
    anonymizer.anonymize(source, target, chosen, KEY)
    written = [email for (email,) in rows(target, "SELECT email FROM people ORDER BY id")]
    assert [row[0] for row in shown.rows] == written


def test_a_table_without_rows_is_shown_as_empty(make_database: MakeDatabase, policy: Path) -> None:
    [shown] = anonymizer.preview(make_database(SCHEMA), anonymizer.load_policy(policy), KEY)
    assert (shown.table, list(shown.rows)) == ("people", [])
