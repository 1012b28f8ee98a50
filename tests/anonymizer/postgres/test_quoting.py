"""A PostgreSQL target that refuses a kept value: it is told without that value, also with --verbose."""

from __future__ import annotations

from pathlib import Path

import pytest

from anonymizer.cli import app
from foundation.console import VERBOSE, run
from foundation.errors import ExitCode
from tests.anonymizer.conftest import MakeDatabase

pytestmark = pytest.mark.integration

SCHEMA = "CREATE TABLE people (id int PRIMARY KEY, mail text, day text)"
ROWS = ";INSERT INTO people VALUES (1, 'qwanna@firma.pl', 'qwday'), (2, 'qwanna@firma.pl', 'qwday')"
POLICY = """
policy: p
version: 1
format: 2
tables: {people: {columns: {id: keep, mail: keep, day: keep}}}
"""
REFUSING = {
    "a unique index": "CREATE UNIQUE INDEX ON people (mail)",
    "a check": "ALTER TABLE people ADD CHECK (mail = '')",
    "an index over an expression": "CREATE INDEX ON people ((day::int))",
}  # fmt: skip


@pytest.mark.parametrize("refusing", REFUSING)
def test_no_value_is_told(
    refusing: str,
    make_database: MakeDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SOURCE", make_database(SCHEMA + ROWS))
    monkeypatch.setenv("TARGET", make_database(f"{SCHEMA};{REFUSING[refusing]}"))
    monkeypatch.setenv(VERBOSE, "1")
    (tmp_path / "policy.yaml").write_text(POLICY)
    places = ["--source-dsn-env", "SOURCE", "--target-dsn-env", "TARGET", "--ephemeral-key"]
    code = run(app, ["run", "--policy", str(tmp_path / "policy.yaml"), *places])
    said = "".join(capsys.readouterr())
    assert code == ExitCode.INPUT, said
    assert "people" in said
    assert "qw" not in said
