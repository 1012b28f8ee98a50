"""Sample data on MariaDB: loaded whole or not at all, truths and moments as the server reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

import anonymizer
from foundation.errors import InputError, Refused
from tests.anonymizer.mariadb.conftest import Make
from tests.anonymizer.mariadb.server import MariadbServer

pytestmark = pytest.mark.integration

GENERATOR = """
from datetime import UTC, datetime

import pyarrow as pa

VERSION = "1"
MOMENT = datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC)


def tables(size, seed):
    texts = [None, "", *[f"n,{seed} 'quoted' \\\\ \\"twice\\""] * (size - 2)]
    yield "parent", pa.table({
        "id": range(1, size + 1), "name": texts, "active": [n % 2 == 0 for n in range(size)],
        "since": [MOMENT] * size,
    })
    yield "child", pa.table({"parent": [1, 2]})
    yield "nothing", pa.table({"id": pa.array([], pa.int64())})
"""
SCHEMA = """
CREATE TABLE parent (
    id integer AUTO_INCREMENT PRIMARY KEY, name varchar(100), active boolean NOT NULL, since timestamp(6) NULL
);
CREATE TABLE child (parent integer, FOREIGN KEY (parent) REFERENCES parent (id));
CREATE TABLE nothing (id integer PRIMARY KEY);
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "sample.py").write_text(GENERATOR)
    return tmp_path / "shop" / "sample.py"


def test_a_sample_is_loaded_with_null_empty_truths_moments_and_counters(
    module: Path, tmp_path: Path, make: Make, mariadb_server: MariadbServer
) -> None:
    name = make(SCHEMA)
    dsn = mariadb_server.dsn(name)
    loaded = anonymizer.load_sample(module, 4, 7, dsn, tmp_path / "cache")
    assert loaded == {"parent": 4, "child": 2, "nothing": 0}
    text = "n,7 'quoted' \\ \"twice\""
    found = mariadb_server.rows(name, "SELECT name, active FROM parent ORDER BY id")
    assert found == [(None, 1), ("", 0), (text, 1), (text, 0)]
    moments = mariadb_server.rows(name, "SELECT DISTINCT CAST(since AS CHAR) FROM parent")
    assert moments == [("2026-02-28 23:59:59.123456",)]
    mariadb_server.run(name, "INSERT INTO parent (active) VALUES (true)")
    assert mariadb_server.rows(name, "SELECT MAX(id) FROM parent") == [(5,)]
    with pytest.raises(Refused, match="not empty: parent"):
        anonymizer.load_sample(module, 4, 7, dsn, tmp_path / "cache")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[1, 2]", "[1, 99]", "1 rows of .* would refer to nothing"),
        ('"child", pa.table({"parent"', '"child", pa.table({"aunt"', "the table has no column aunt"),
        ('yield "child"', 'yield "cousin"', "there is no such table"),
        ("[MOMENT] * size", '["soon"] * size', "does not fit"),
    ],
)
def test_a_sample_that_does_not_fit_leaves_nothing(
    module: Path, tmp_path: Path, make: Make, mariadb_server: MariadbServer, old: str, new: str, told: str
) -> None:
    module.write_text(GENERATOR.replace(old, new))
    name = make(SCHEMA)
    with pytest.raises(InputError, match=told):
        anonymizer.load_sample(module, 4, 7, mariadb_server.dsn(name), tmp_path / "cache")
    assert mariadb_server.rows(name, "SELECT COUNT(*) FROM parent") == [(0,)]


def test_a_receipt_is_read_from_the_database_itself(make: Make, mariadb_server: MariadbServer) -> None:
    assert anonymizer.receipt(mariadb_server.dsn(make(SCHEMA))) is None
