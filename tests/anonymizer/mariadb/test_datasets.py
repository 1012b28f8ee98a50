"""A dataset of a MariaDB: audited, signed, sealed, loaded only as it was published, into its own engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from anonymizer.audit import signing
from anonymizer.cli import app
from anonymizer.datasets import sealing
from anonymizer.mariadb import receipts
from anonymizer.mariadb.connections import session
from anonymizer.pseudonyms import keys
from foundation.console import run
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.mariadb.conftest import Make
from tests.anonymizer.mariadb.server import MariadbServer

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE TABLE firms (id bigint PRIMARY KEY, nip varchar(20));
CREATE TABLE people (id bigint AUTO_INCREMENT PRIMARY KEY, firm bigint, email varchar(120), note text,
    photo varbinary(20), flags bit(9), mood enum('a', 'b'), at datetime(3), day date,
    FOREIGN KEY (firm) REFERENCES firms (id));
CREATE TABLE nobody (id int PRIMARY KEY);
"""
ROWS = """
INSERT INTO firms SELECT seq, concat('52', 10000000 + seq) FROM seq_1_to_20;
INSERT INTO people (firm, email, note, photo, flags, mood, at, day)
    SELECT 1 + seq % 20, concat('jan', seq, '@firma.pl'), concat('"a", \\\\b\n', seq), unhex('00ff2c22'),
    257, 'b', '2024-02-29 23:59:59.125', '0000-00-00' FROM seq_1_to_500;
INSERT INTO people (firm, email, note) VALUES (NULL, NULL, '');
"""
POLICY = """
policy: small
version: 4
tables:
  firms: {columns: {id: keep, nip: {transform: scramble, class: identifying}}}
  people:
    columns:
      id: keep
      firm: keep
      email: {transform: email, class: identifying, domain: person, options: {unique: true}}
      note: keep
      photo: keep
      flags: keep
      mood: keep
      at: keep
      day: keep
  nobody: {columns: {id: keep}}
"""
EVERYTHING = "SELECT p.*, f.nip FROM people p LEFT JOIN firms f ON f.id = p.firm ORDER BY p.id"


class Zones:
    """A production zone with source and scratch, an environment's target, and everybody's keys."""

    def __init__(self, server: MariadbServer, make: Make, folder: Path) -> None:
        lenient = "SET sql_mode = '';\n"
        self.server, self.folder = server, folder
        self.source, self.scratch, self.target = make(SCHEMA + lenient + ROWS), make(SCHEMA), make(SCHEMA)
        (folder / "policy.yaml").write_text(POLICY)
        keys.create(folder / "key.hex")
        signing.create(folder / "audit.pem")
        sealing.create(folder / "qa.age")

    @property
    def _masking(self) -> list[str]:
        return [
            "--source", self.server.dsn(self.source), "--policy", str(self.folder / "policy.yaml"),
            "--key-file", str(self.folder / "key.hex"), "--sign", str(self.folder / "audit.pem"),
        ]  # fmt: skip

    def publish(self) -> int:
        to = ["--recipient", str(self.folder / "qa.age.pub"), "--out", str(self.folder / "small.dataset")]
        return run(app, ["publish", *self._masking, "--scratch", self.server.dsn(self.scratch), *to])

    def load(self, target: str, *more: str) -> int:
        who = ["--identity", str(self.folder / "qa.age"), "--signer", str(self.folder / "audit.pem.pub")]
        return run(app, ["load", str(self.folder / "small.dataset"), "--target", target, *who, *more])

    def audit(self) -> int:
        to = ["--target", self.server.dsn(self.scratch), "--out", str(self.folder / "audit")]
        return run(app, ["audit", "report", *self._masking, *to])

    def audited(self, target: str) -> int:
        file = str(self.folder / "audit" / "audit.json")
        return run(app, ["audit", "verify", file, "--target", self.server.dsn(target)])


@pytest.fixture
def zones(mariadb_server: MariadbServer, make: Make, tmp_path: Path) -> Zones:
    return Zones(mariadb_server, make, tmp_path)


def test_what_was_published_is_what_is_loaded(
    zones: Zones, make_database: MakeDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    server = zones.server
    assert (zones.publish(), zones.load(server.dsn(zones.target))) == (0, 0)
    assert server.rows(zones.target, EVERYTHING) == server.rows(zones.scratch, EVERYTHING)
    assert len(server.rows(zones.target, EVERYTHING)) == 501
    server.run(zones.target, "INSERT INTO people (note) VALUES ('new')")
    counted = "SELECT max(id) - (SELECT max(id) FROM people WHERE note <> 'new') FROM people"
    assert server.rows(zones.target, counted) == [(1,)]
    with session(server.dsn(zones.target), "target") as opened:
        assert receipts.require(opened).verified
    assert zones.load(server.dsn(zones.target)) == 5
    assert zones.load(server.dsn(zones.target), "--replace") == 0
    assert zones.load(make_database("")) == 2
    assert "was published from a database of another engine (mariadb)" in capsys.readouterr().err


def test_a_load_that_breaks_leaves_nothing_and_a_database_that_everybody_refuses(
    zones: Zones, capsys: pytest.CaptureFixture[str]
) -> None:
    zones.publish()
    zones.server.run(zones.target, "ALTER TABLE people ADD CONSTRAINT few CHECK (firm < 10)")
    assert zones.load(zones.server.dsn(zones.target)) == 2
    assert "breaks a constraint" in capsys.readouterr().err
    assert zones.server.rows(zones.target, "SELECT count(*) FROM firms") == [(0,)]
    receipt = "SELECT json_value(document, '$.complete') FROM peakproof_receipt"
    assert zones.server.rows(zones.target, receipt) == [("0",)]


def test_the_audit_says_what_was_done_and_notices_what_was_changed_since(zones: Zones) -> None:
    zones.publish()
    assert zones.audit() == 0
    document = json.loads((zones.folder / "audit" / "audit.json").read_text())
    assert {table["name"]: table["rows"] for table in document["tables"]} == {
        "firms": 20, "people": 501, "nobody": 0,
    }  # fmt: skip
    assert "firma.pl" not in str(document)
    assert zones.audited(zones.scratch) == 0
    zones.server.run(zones.scratch, "UPDATE people SET day = '2020-02-02' WHERE id = 1")
    assert zones.audited(zones.scratch) == 1
