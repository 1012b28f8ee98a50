"""The same rows under the same policy and key have one digest: on PostgreSQL, on MariaDB, and in a file."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pytest

import anonymizer
from anonymizer.audit import gathering
from anonymizer.pseudonyms.keys import Key
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.files.people import mask, parquet
from tests.anonymizer.mariadb.server import MariadbServer

pytestmark = pytest.mark.integration

COLUMNS = (
    "id integer PRIMARY KEY, email varchar(90), balance decimal(12, 3), born date, seen {moment}, "
    "active boolean, photo {bytes}, ratio double precision"
)
ROWS = """
INSERT INTO people VALUES
  (1, 'jan@firma.pl', 1.500, '1980-02-03', '2024-06-01 10:00:00.250000', true, {photo}, 0.1),
  (2, '', -7, '1999-12-31', '2024-06-01 10:00:00', false, NULL, 1e20),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"""
POLICY = """
policy: people
version: 1
tables:
  people:
    columns:
      id: keep
      email: {transform: email, class: identifying, domain: person}
      balance: keep
      born: {transform: shift_date, class: sensitive, scope: entity(id), domain: days}
      seen: keep
      active: keep
      photo: keep
      ratio: keep
"""
KEY = Key(bytes(range(32)))


def test_the_same_policy_gives_the_same_digest_on_every_engine(
    mariadb_server: MariadbServer, make_database: MakeDatabase, tmp_path: Path
) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    found = [on_postgres(make_database, tmp_path), on_mariadb(mariadb_server, tmp_path), in_a_file(tmp_path)]
    assert [rows for rows, _ in found] == [3, 3, 3]
    assert len({digest for _, digest in found}) == 1


def on_postgres(make: MakeDatabase, folder: Path) -> tuple[int, str]:
    table = f"CREATE TABLE people ({COLUMNS.format(moment='timestamptz', bytes='bytea')});"
    rows = "SET TimeZone = 'UTC';" + ROWS.format(photo=r"'\x00ff'")
    source, target = make(table + rows), make(table)
    anonymizer.anonymize(source, target, anonymizer.load_policy(folder / "policy.yaml"), KEY)
    return gathering.digests(target, {"people": None})["people"]


def on_mariadb(server: MariadbServer, folder: Path) -> tuple[int, str]:
    names = [f"digest_{uuid4().hex[:8]}" for _ in range(2)]
    for name in names:
        server.run("mysql", f"CREATE DATABASE {name}")
        columns = COLUMNS.format(moment="timestamp(6) NULL", bytes="blob")
        server.run(name, f"CREATE TABLE people ({columns}) ENGINE = InnoDB")
    server.run(names[0], ROWS.format(photo="x'00ff'"))
    source, target = map(server.dsn, names)
    anonymizer.anonymize(source, target, anonymizer.load_policy(folder / "policy.yaml"), KEY)
    found = gathering.digests(target, {"people": None})["people"]
    for name in names:
        server.run("mysql", f"DROP DATABASE {name}")
    return found


def in_a_file(folder: Path) -> tuple[int, str]:
    first = datetime.datetime(2024, 6, 1, 10, 0, 0, 250_000, datetime.UTC)
    people = pa.table({
        "id": pa.array([1, 2, 3], pa.int32()),
        "email": ["jan@firma.pl", "", None],
        "balance": pa.array([Decimal("1.5"), Decimal(-7), None], pa.decimal128(12, 3)),
        "born": [datetime.date(1980, 2, 3), datetime.date(1999, 12, 31), None],
        "seen": pa.array([first, first.replace(microsecond=0), None], pa.timestamp("us", "Europe/Warsaw")),
        "active": [True, False, None],
        "photo": [b"\x00\xff", None, None],
        "ratio": [0.1, 1e20, None],
    })  # fmt: skip
    source = parquet(folder / "people.parquet", people)
    done = mask(folder, source, folder / "masked.parquet", POLICY, digests=True)
    return done.files[0].rows, str(done.files[0].digest)
