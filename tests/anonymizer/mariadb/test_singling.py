"""People of a MariaDB: counted, attacked, and what a policy enforces of them decides, as on PostgreSQL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import anonymizer
from anonymizer.cli import app
from anonymizer.pseudonyms.keys import Key
from foundation.console import run
from tests.anonymizer.mariadb.conftest import Make
from tests.anonymizer.mariadb.server import MariadbServer

pytestmark = pytest.mark.integration

KEY = Key(bytes(range(32)))
TABLE = "CREATE TABLE people (id int PRIMARY KEY, town varchar(20), job text, born date, pay int);\n"
ROWS = """
INSERT INTO people SELECT seq, concat('town', seq % 4), concat('job', seq DIV 50),
    date_add('1980-01-01', INTERVAL seq DAY), 1000 + 7 * seq FROM seq_0_to_99;
INSERT INTO people VALUES (100, 'Hel', 'job1', NULL, NULL);
"""
POLICY = """
policy: small
version: 1
enforce: {k: 2, l: 2, linkage: 0.1}
tables:
  people:
    people: {quasi: [town, pay, born], sensitive: job}
    columns:
      id: {transform: integer_key, class: identifying}
      town: {transform: generalise, class: sensitive, options: {prefix: 1}}
      job: keep
      born: {transform: generalise, class: sensitive, options: {to: decade}}
      pay: {transform: generalise, class: sensitive, options: {band: 1000}}
"""


def test_a_run_fails_and_the_receipt_says_so_where_people_do_not_hide(
    mariadb_server: MariadbServer, make: Make, tmp_path: Path
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    names = make(TABLE + ROWS), make(TABLE)
    source, target = map(mariadb_server.dsn, names)
    policy = anonymizer.load_policy(file)
    receipt = anonymizer.anonymize(source, target, policy, KEY)
    assert receipt.verified is False
    assert receipt.findings == (
        "people: 1 of 101 persons are in a group of fewer than 2 by town + pay + born (k is 1)",
        "people: persons who share town + pay + born have 1 different values of job, not 2 (l)",
    )
    mariadb_server.run(names[0], "DELETE FROM people WHERE id = 100")
    mariadb_server.run(names[1], "DELETE FROM people WHERE pay IS NULL")
    seen = anonymizer.verify(source, target, policy, KEY)
    assert seen.passes
    [exposed] = json.loads(json.dumps(seen.to_dict()))["exposures"]
    assert (exposed["linkage"]["attacks"], exposed["linkage"]["success"]) == (100, pytest.approx(0.01))
    assert exposed["risk"]["k"] == 100
    assert {one.column: one.distance > 0.9 for one in seen.distances} == {
        "people.town": True, "people.job": False, "people.born": True, "people.pay": True,
    }  # fmt: skip


def test_the_command_counts_and_attacks(
    mariadb_server: MariadbServer, make: Make, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("SOURCE", mariadb_server.dsn(make(TABLE + ROWS)))
    moved = "UPDATE people SET pay = pay + 2, town = concat('x', town)"
    monkeypatch.setenv("TARGET", mariadb_server.dsn(make(TABLE + ROWS + moved)))
    command = ["risk", "--target-dsn-env", "TARGET", "--table", "people"]
    assert run(app, [*command, "--by", "town", "--enforce", "5"]) == 1
    assert "1 of 101 persons singled out" in " ".join(capsys.readouterr().err.split())
    attack = [*command, "--source-dsn-env", "SOURCE", "--json", "--linkage", "0.5", "--by"]
    assert run(app, [*attack, "pay"]) == 1
    by_pay = json.loads(capsys.readouterr().out)["linkage"]
    assert (by_pay["attacks"], by_pay["singled_out"], by_pay["success"]) == (101, 101, 1.0)
    assert run(app, [*attack, "town"]) == 0
    assert run(app, [*command, "--by", "twon"]) == 2
