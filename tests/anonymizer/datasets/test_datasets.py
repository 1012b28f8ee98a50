"""A dataset leaves production masked, signed and encrypted, and comes in only as it was published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from psycopg import sql

from anonymizer.audit import signing
from anonymizer.cli import app
from anonymizer.datasets import sealing
from anonymizer.postgres import progress
from anonymizer.postgres.connections import session
from anonymizer.postgres.deferring import defer
from anonymizer.pseudonyms import keys
from foundation.console import run
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, do, rows

pytestmark = pytest.mark.integration

SCHEMA = """CREATE TABLE firms (id bigint PRIMARY KEY, nip text);
CREATE TABLE people
    (id bigserial PRIMARY KEY, firm bigint REFERENCES firms, email text, note text, at timestamptz);"""
ROWS = """INSERT INTO firms SELECT n, '52' || 10000000 + n FROM generate_series(1, 20) n;
INSERT INTO people (firm, email, note, at) SELECT 1 + n % 20, 'jan' || n || '@firma.pl', '"a", \\b
' || n, now() FROM generate_series(1, 500) n;
INSERT INTO people (firm, email, note) VALUES (NULL, NULL, '');"""
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
      at: keep
"""


class Zones:
    """A production zone with source and scratch, an environment's target, and everybody's keys."""

    def __init__(self, make: MakeDatabase, folder: Path) -> None:
        self.source, self.scratch, self.target = make(SCHEMA + ROWS), make(SCHEMA), make(SCHEMA)
        self.folder, self.dataset = folder, folder / "small.dataset"
        (folder / "policy.yaml").write_text(POLICY)
        keys.create(folder / "key.hex")
        signing.create(folder / "audit.pem")
        sealing.create(folder / "qa.age")

    def publish(self, *more: str) -> int:
        places = [
            "--source",
            self.source,
            "--scratch",
            self.scratch,
            "--policy",
            str(self.folder / "policy.yaml"),
        ]
        keys_ = ["--key-file", str(self.folder / "key.hex"), "--sign", str(self.folder / "audit.pem")]
        to = ["--recipient", str(self.folder / "qa.age.pub"), "--out", str(self.dataset)]
        return run(app, ["publish", *places, *keys_, *to, *more])

    def load(self, *more: str, identity: str = "qa.age", signer: str = "audit.pem.pub") -> int:
        who = ["--identity", str(self.folder / identity), "--signer", str(self.folder / signer)]
        return run(app, ["load", str(self.dataset), "--target", self.target, *who, *more])


@pytest.fixture
def zones(make_database: MakeDatabase, tmp_path: Path) -> Zones:
    return Zones(make_database, tmp_path)


EVERYTHING = "SELECT p.*, f.nip FROM people p LEFT JOIN firms f ON f.id = p.firm ORDER BY p.id"


def test_what_was_published_is_what_is_loaded_and_nothing_else_can_read_it(zones: Zones) -> None:
    assert (zones.publish(), zones.load()) == (0, 0)
    assert rows(zones.target, EVERYTHING) == rows(zones.scratch, EVERYTHING)
    assert len(rows(zones.target, EVERYTHING)) == 501
    assert ask(zones.target, "SELECT nextval('people_id_seq')") == 502
    assert ask(zones.target, "SELECT (document->>'verified')::bool FROM peakproof.receipt") is True
    assert not any(word in zones.dataset.read_bytes() for word in (b"manifest", b"people", b".example"))
    left = [path.name for path in zones.folder.iterdir() if path.name.startswith(("small", "."))]
    assert left == ["small.dataset"]


def test_a_dataset_that_is_for_somebody_else_or_damaged_is_refused(
    zones: Zones, capsys: pytest.CaptureFixture[str]
) -> None:
    zones.publish()
    sealing.create(zones.folder / "other.age")
    assert zones.load(identity="other.age") == 2
    assert "cannot be opened with this identity" in capsys.readouterr().err
    content = bytearray(zones.dataset.read_bytes())
    content[-40] ^= 1
    zones.dataset.write_bytes(content)
    assert zones.load() == 2
    assert "is damaged" in capsys.readouterr().err
    assert ask(zones.target, "SELECT count(*) FROM people") == 0


def test_a_dataset_by_another_signer_is_refused(zones: Zones, capsys: pytest.CaptureFixture[str]) -> None:
    zones.publish()
    signing.create(zones.folder / "other.pem")
    assert zones.load(signer="other.pem.pub") == 5
    assert "not signed by that key" in capsys.readouterr().err


def test_a_full_target_is_refused_unless_its_rows_are_replaced(zones: Zones) -> None:
    zones.publish()
    do(zones.target, "INSERT INTO firms VALUES (7, 'old')")
    assert zones.load() == 5
    assert zones.load("--replace") == 0
    assert ask(zones.target, "SELECT count(*) FROM firms WHERE nip = 'old'") == 0


def test_a_target_of_another_schema_is_told_all_that_is_missing(
    zones: Zones, capsys: pytest.CaptureFixture[str]
) -> None:
    zones.publish()
    do(zones.target, "ALTER TABLE people DROP COLUMN note; ALTER TABLE firms ADD COLUMN size int")
    assert zones.load() == 2
    told = capsys.readouterr().err
    assert "the target has no column note" in told
    assert "the dataset has no column size" in told


def test_a_target_that_changes_rows_stays_marked_incomplete(
    zones: Zones, capsys: pytest.CaptureFixture[str]
) -> None:
    zones.publish()
    do(zones.target, "ALTER TABLE people ALTER at TYPE timestamptz(0)")
    assert zones.load() == 5
    assert "holds other rows than the dataset: people" in capsys.readouterr().err
    assert ask(zones.target, "SELECT (document->>'complete')::bool FROM peakproof.receipt") is False


def test_what_a_run_that_was_cut_short_took_away_is_given_back(zones: Zones) -> None:
    zones.publish()
    with session(zones.target, "target") as target, target.transaction():
        target.execute("CREATE SCHEMA peakproof")
        progress.begin(target, [])
        defer(target, [sql.Identifier("firms"), sql.Identifier("people")])
        target.execute("INSERT INTO firms VALUES (7, 'half')")
    assert ask(zones.target, INDEXES) == 0
    assert zones.load() == 5
    assert zones.load("--replace") == 0
    assert (ask(zones.target, INDEXES), ask(zones.target, "SELECT count(*) FROM firms")) == (2, 20)


INDEXES = "SELECT count(*) FROM pg_indexes WHERE tablename IN ('firms', 'people')"


def test_nothing_is_published_when_the_audit_does_not_pass(
    zones: Zones, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = POLICY.replace(
        "{transform: scramble, class: identifying}", "{transform: keep, class: identifying}"
    )
    (zones.folder / "policy.yaml").write_text(kept)
    assert zones.publish() == 5
    assert "the audit did not pass: nothing was published" in capsys.readouterr().err
    assert not zones.dataset.exists()


def test_a_folder_gets_a_file_named_by_policy_and_time(
    zones: Zones, capsys: pytest.CaptureFixture[str]
) -> None:
    zones.dataset = zones.folder
    assert zones.publish("--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["file"]).name.startswith("small-20")
    assert (told["rows"], told["bytes"]) == (521, Path(told["file"]).stat().st_size)
