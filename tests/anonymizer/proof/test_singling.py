"""People of a real database: counted, attacked, and what a policy enforces of them decides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import anonymizer
from anonymizer.cli import app
from anonymizer.pseudonyms.keys import Key
from foundation.console import run
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import do

pytestmark = pytest.mark.integration

TABLE = "CREATE TABLE people (id integer PRIMARY KEY, town text, job text, born date, pay integer);"
ROWS = """
INSERT INTO people SELECT n, 'town' || n % 4, 'job' || n / 50, DATE '1980-01-01' + n, 1000 + 7 * n
  FROM generate_series(0, 99) AS n;
INSERT INTO people VALUES (100, 'Hel', 'job1', NULL, NULL);"""
POLICY = """
policy: small
version: 1
enforce: {k: 2, l: 2, linkage: 0.1}
tables:
  people:
    people: {quasi: [town, pay], sensitive: job}
    columns:
      id: keep
      town: {transform: generalise, class: sensitive, options: {prefix: 1}}
      job: keep
      born: {transform: shift_date, class: sensitive, scope: entity(id)}
      pay: {transform: generalise, class: sensitive, options: {band: 1000}}
"""
COMMAND = ["risk", "--target-dsn-env", "PLACE", "--table", "people", "--sensitive", "job", "--by"]


@pytest.fixture
def place(make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch) -> str:
    made = make_database(TABLE + ROWS)
    monkeypatch.setenv("PLACE", made)
    return made


@pytest.mark.usefixtures("place")
def test_the_command_fails_where_too_few_share_what_they_have(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(app, [*COMMAND, "town", "--enforce", "5"]) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "1 of 101 persons singled out" in told
    assert "1 of 101 persons are in a group of fewer than 5 by town (k is 1)" in told
    assert run(app, [*COMMAND, "town"]) == 0
    assert run(app, [*COMMAND, "job", "--enforce", "5"]) == 0
    assert run(app, [*COMMAND, "job", "--diversity", "2"]) == 1
    assert run(app, [*COMMAND, "twon"]) == 2


def test_with_a_source_persons_are_looked_for(
    place: str, make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    moved = "UPDATE people SET pay = pay + 2, born = born + 700, town = 'x' || town"
    monkeypatch.setenv("MOVED", make_database(TABLE + ROWS + moved))
    command = [
        "risk",
        "--target-dsn-env",
        "MOVED",
        "--source-dsn-env",
        "PLACE",
        "--json",
        "--table",
        "people",
    ]
    assert run(app, [*command, "--by", "pay", "--linkage", "0.5"]) == 1
    by_pay = json.loads(capsys.readouterr().out)["linkage"]
    assert (by_pay["attacks"], by_pay["singled_out"], by_pay["success"]) == (101, 101, 1.0)
    assert run(app, [*command, "--by", "town", "--linkage", "0.5"]) == 0
    by_town = json.loads(capsys.readouterr().out)["linkage"]
    assert by_town["links"] == pytest.approx(1.0), "no town is what it was: nothing better than a guess"
    assert run(app, ["risk", "--target", place, "--table", "people", "--by", "pay", "--linkage", "0.5"]) == 1


def test_a_run_fails_and_the_receipt_says_so_where_people_do_not_hide(
    place: str, make_database: MakeDatabase, tmp_path: Path
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    target, policy = make_database(TABLE), anonymizer.load_policy(file)
    receipt = anonymizer.anonymize(place, target, policy, Key(bytes(range(32))))
    assert receipt.verified is False
    assert receipt.findings == (
        "people: 1 of 101 persons are in a group of fewer than 2 by town + pay (k is 1)",
        "people: persons who share town + pay have 1 different values of job, not 2 (l)",
    )
    for dsn in (place, target):
        do(dsn, "DELETE FROM people WHERE id = 100")
    seen = anonymizer.verify(place, target, policy)
    assert seen.passes
    [exposed] = json.loads(json.dumps(seen.to_dict()))["exposures"]
    assert exposed["linkage"]["success"] == pytest.approx(0.01)
    assert exposed["linkage"]["attacks"] == 100
