"""Every type of MariaDB arrives exactly as it was, and what only this engine has holds."""

from __future__ import annotations

from pathlib import Path

import pytest

import anonymizer
from anonymizer.pseudonyms.keys import Key
from tests.anonymizer.mariadb.conftest import Make
from tests.anonymizer.mariadb.server import MariadbServer

pytestmark = pytest.mark.integration

KEY = Key(bytes(range(32)))
TYPES = {
    "tiny": ("tinyint unsigned", "255"),
    "small": ("smallint", "-32768"),
    "middle": ("mediumint unsigned", "16777215"),
    "whole": ("int unsigned", "4294967295"),
    "large": ("bigint unsigned", "18446744073709551615"),
    "exact": ("decimal(65, 30)", "-12345678901234567890123456789012345.000000000000000000000000000001"),
    "rough": ("float", "1.17549e-38"),
    "rougher": ("double", "-1.7976931348623157e308"),
    "truth": ("boolean", "7"),
    "bits": ("bit(64)", "18446744073709551615"),
    "never": ("date", "'0000-00-00'"),
    "partly": ("date", "'2024-02-00'"),
    "moment": ("datetime(6)", "'9999-12-31 23:59:59.999999'"),
    "second": ("datetime", "'2024-02-29 00:00:00'"),
    "stamp": ("timestamp(3) NULL", "'2024-03-31 02:30:00.125'"),
    "span": ("time(2)", "'-838:59:58.99'"),
    "year": ("year", "1901"),
    "padded": ("char(6)", "'ab'"),
    "spaces": ("varchar(9)", "'ab  '"),
    "emoji": ("text CHARACTER SET utf8mb4", "'zażółć 😀 \\\\ '' \" , \n\t\r\n'"),
    "latin": ("varchar(20) CHARACTER SET latin1", "'Müller café'"),
    "latin2": ("varchar(20) CHARACTER SET latin2", "'Łódź'"),
    "binary5": ("binary(5)", "x'0001'"),
    "blob1": ("mediumblob", "x'00ff5c2c220a'"),
    "label": ("enum('Nowy', 'it''s', 'a,b') CHARACTER SET utf8mb4", "'a,b'"),
    "several": ("set('a', 'b''c', 'd')", "'a,b''c'"),
    "doc": ("json", '\'{"a": [1, "ż\\\\u0001"]}\''),
    "named": ("uuid", "'6ccd780c-baba-1026-9564-5b8c656024db'"),
    "four": ("inet4", "'10.1.2.3'"),
    "six": ("inet6", "'2001:db8::ff00:42:8329'"),
    "place": ("point", "ST_PointFromText('POINT(1.5 -2)')"),
    "unseen": ("int INVISIBLE", "5"),
    "empty": ("varchar(3) NOT NULL", "''"),
    "nothing": ("int", "NULL"),
}
COLUMNS = ", ".join(f"`{name}` {kind}" for name, (kind, _) in TYPES.items())
TABLE = """
CREATE TABLE kinds (id int AUTO_INCREMENT PRIMARY KEY, :columns, made int AS (large % 7) VIRTUAL,
    kept int AS (tiny + 1) PERSISTENT) DEFAULT CHARACTER SET utf8mb4;
CREATE VIEW seen AS SELECT id, spaces FROM kinds;
CREATE TABLE history (id int PRIMARY KEY, what varchar(10)) WITH SYSTEM VERSIONING;
CREATE SEQUENCE numbers START WITH 1;
CREATE TABLE numbered (id bigint PRIMARY KEY DEFAULT nextval(numbers), what int);
""".replace(":columns", COLUMNS)
NAMES = ", ".join(f"`{name}`" for name in TYPES)
VALUES = ", ".join(value for _, value in TYPES.values())
ROWS = """
SET sql_mode = 'ALLOW_INVALID_DATES,NO_BACKSLASH_ESCAPES';
SET NAMES utf8mb4;
INSERT INTO kinds (id, :names) VALUES (7, :values);
INSERT INTO kinds (id, empty) VALUES (8, '');
INSERT INTO history VALUES (1, 'once');
UPDATE history SET what = 'now';
INSERT INTO numbered (what) VALUES (10), (11), (12);
""".replace(":names", NAMES).replace(":values", VALUES)


def kept(tables: dict[str, list[str]]) -> str:
    written = "policy: all\nversion: 1\ntables:\n"
    for table, columns in tables.items():
        written += f"  {table}:\n    columns:\n" + "".join(f"      {name}: keep\n" for name in columns)
    return written


def copied(
    server: MariadbServer, make: Make, file: Path, policy: str, schema: str, rows: str
) -> tuple[str, str]:
    file.write_text(policy)
    source, target = make(schema + rows), make(schema)
    chosen = anonymizer.load_policy(file)
    assert anonymizer.anonymize(server.dsn(source), server.dsn(target), chosen, KEY).verified
    return source, target


def test_every_type_arrives_as_it_was(mariadb_server: MariadbServer, make: Make, tmp_path: Path) -> None:
    tables = {"kinds": ["id", *TYPES], "history": ["id", "what"], "numbered": ["id", "what"]}
    source, target = copied(mariadb_server, make, tmp_path / "p.yaml", kept(tables), TABLE, ROWS)
    for query in (
        f"SELECT id, {NAMES}, made, kept FROM kinds ORDER BY id",  # noqa: S608 - ours
        f"SELECT {', '.join(f'HEX(`{name}`)' for name in TYPES)} FROM kinds ORDER BY id",  # noqa: S608 - ours
        "SELECT * FROM seen ORDER BY id", "SELECT * FROM history", "SELECT * FROM numbered ORDER BY id",
    ):  # fmt: skip
        there = mariadb_server.rows(target, query)
        assert there == mariadb_server.rows(source, query)
        assert there
    mariadb_server.run(
        target, "INSERT INTO numbered (what) VALUES (13);\nINSERT INTO kinds (empty) VALUES ('x')"
    )
    assert mariadb_server.rows(target, "SELECT max(id) FROM numbered") == [(4,)]
    assert mariadb_server.rows(target, "SELECT max(id) FROM kinds") == [(9,)]


CASES = "CREATE TABLE cases (mail varchar(90) COLLATE utf8mb4_general_ci PRIMARY KEY, note varchar(9));\n"
CASE_ROWS = (
    "INSERT INTO cases SELECT concat(if(seq % 2, 'Jan', 'jAN'), seq, '@X.pl'), 'x ' FROM seq_1_to_3000;\n"
)


def test_pseudonyms_are_unique_whatever_the_case_and_trailing_spaces_stay(
    mariadb_server: MariadbServer, make: Make, tmp_path: Path
) -> None:
    rule = "{transform: email, class: identifying, options: {unique: true}}"
    policy = kept({"cases": ["note"]}) + f"      mail: {rule}\n"
    _, target = copied(mariadb_server, make, tmp_path / "p.yaml", policy, CASES, CASE_ROWS)
    counted = "SELECT count(*), count(DISTINCT mail), sum(length(note)) FROM cases"
    assert mariadb_server.rows(target, counted) == [(3000, 3000, 6000)]


KEYS = """
CREATE TABLE a (id mediumint unsigned AUTO_INCREMENT PRIMARY KEY, what varchar(9));
CREATE TABLE b (id int unsigned AUTO_INCREMENT PRIMARY KEY, a mediumint unsigned,
    FOREIGN KEY (a) REFERENCES a (id) ON DELETE CASCADE);
CREATE TABLE c (id tinyint PRIMARY KEY, b int unsigned, FOREIGN KEY (b) REFERENCES b (id));
"""
KEY_ROWS = """
INSERT INTO a SELECT seq, 'x' FROM seq_1_to_500;
INSERT INTO b SELECT seq, seq FROM seq_1_to_500;
INSERT INTO c SELECT seq, seq FROM seq_1_to_9;
"""
KEY_POLICY = """
policy: keys
version: 1
tables:
  a: {columns: {id: {transform: integer_key, class: identifying}, what: keep}}
  b: {columns: {id: {transform: integer_key, class: identifying}, a: inherit}}
  c: {columns: {id: {transform: integer_key, class: identifying}, b: inherit}}
"""


def test_masked_keys_fit_integers_of_every_width_and_leave_room_for_new_ones(
    mariadb_server: MariadbServer, make: Make, tmp_path: Path
) -> None:
    _, target = copied(mariadb_server, make, tmp_path / "p.yaml", KEY_POLICY, KEYS, KEY_ROWS)
    assert mariadb_server.rows(
        target, "SELECT count(*) FROM c JOIN b ON b.id = c.b JOIN a ON a.id = b.a"
    ) == [(9,)]
    assert mariadb_server.rows(target, "SELECT count(*) FROM a WHERE id <= 500") == [(0,)]
    mariadb_server.run(
        target, "INSERT INTO a (what) VALUES ('new');\nINSERT INTO b (a) SELECT max(id) FROM a"
    )
    assert mariadb_server.rows(
        target, "SELECT what FROM b JOIN a ON a.id = b.a ORDER BY b.id DESC LIMIT 1"
    ) == [("new",)]
