"""Every text that `pg_dump` writes beside the rows is searched, and a finding names its object."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

import anonymizer
from anonymizer.postgres.connections import connect
from anonymizer.proof.catalogue import catalogue
from anonymizer.pseudonyms.keys import Key
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, do

pytestmark = pytest.mark.integration

SCHEMA = (
    "CREATE TABLE c (id int PRIMARY KEY, email text, v int);"
    "CREATE TABLE parts (id int) PARTITION BY LIST ((id::text));"
)
ROWS = "INSERT INTO c SELECT g, format('jan.kowalski%s@firma.pl', g), g % 3 FROM generate_series(100, 200) g"
POLICY = """
policy: x
version: 1
tables:
  c: {columns: {id: keep, v: keep, email: {transform: email, class: identifying}}}
  parts: skip
"""
# Where somebody writes an address, {}, and what the finding calls the place.
PLACES = {
    "CREATE INDEX of_some ON c (id) WHERE email = '{}'": "index public.of_some",
    "CREATE INDEX of_case ON c ((CASE WHEN email = '{}' THEN 1 ELSE 2 END))": "index public.of_case",
    "CREATE POLICY p ON c USING (email <> '{}')": "policy p on public.c",
    "CREATE POLICY w ON c FOR INSERT WITH CHECK (email <> '{}')": "policy w on public.c",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN /* {} */ RETURN NEW; END'":
        "function public.f()",
    "CREATE TRIGGER t BEFORE UPDATE ON c FOR EACH ROW EXECUTE FUNCTION f('{}')": "trigger t on public.c",
    "CREATE TRIGGER w BEFORE UPDATE ON c FOR EACH ROW WHEN (NEW.email = '{}') EXECUTE FUNCTION f()":
        "trigger w on public.c",
    "CREATE RULE r AS ON UPDATE TO c WHERE NEW.email = '{}' DO INSTEAD NOTHING": "rule r on public.c",
    "CREATE PUBLICATION pb FOR TABLE c WHERE (email = '{}')":
        "publication relation public.c in publication pb",
    "CREATE STATISTICS st ON (email = '{}'), v FROM c": "statistics object public.st",
    "CREATE DOMAIN d AS text DEFAULT '{}'": "the default of type public.d",
    "CREATE DOMAIN dc AS text CHECK (VALUE <> '{}')": "domain constraint dc_check on public.dc",
    "CREATE FUNCTION ff(a text DEFAULT '{}') RETURNS text LANGUAGE sql AS 'SELECT a'":
        "function public.ff(pg_catalog.text)",
    "CREATE FUNCTION fs() RETURNS text LANGUAGE sql SET search_path = '{}' AS 'SELECT 1::text'":
        "function public.fs()",
    "CREATE AGGREGATE ag(text) (SFUNC = textcat, STYPE = text, INITCOND = '{}')":
        "aggregate public.ag(pg_catalog.text)",
    "CREATE FOREIGN DATA WRAPPER fw OPTIONS (helpdesk '{}')": "foreign-data wrapper fw",
    "CREATE SERVER s FOREIGN DATA WRAPPER fw OPTIONS (host '{}')": "server s",
    "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user '{}')": "user mapping public on server s",
    "CREATE FOREIGN TABLE ft (a text OPTIONS (x 'b')) SERVER s OPTIONS (y '{}')":
        "the options of foreign table public.ft",
    "ALTER FOREIGN TABLE ft ALTER a OPTIONS (ADD z '{}')": "the options of foreign table column public.ft.a",
    "CREATE TYPE e AS ENUM ('{}')": "a label of type public.e",
    "CREATE VIEW vw AS SELECT id FROM c WHERE email = '{}'": "view public.vw",
    "CREATE MATERIALIZED VIEW mv AS SELECT id FROM c WHERE email = '{}'": "materialized view public.mv",
    "CREATE TABLE part PARTITION OF parts FOR VALUES IN ('{}')": "the bound of table public.part",
    "CREATE TABLE keyed (a text) PARTITION BY LIST ((coalesce(a, '{}')))":
        "the partitions of table public.keyed",
    "ALTER TABLE c ADD CONSTRAINT ck CHECK (email <> '{}')": "table constraint ck on public.c",
    "ALTER TABLE c ALTER v SET DEFAULT length('{}')": "default value for public.c.v",
    "COMMENT ON COLUMN c.v IS 'ask {}'": "the comment on table column public.c.v",
    "COMMENT ON SCHEMA public IS 'ask {}'": "the comment on schema public",
    "COMMENT ON INDEX c_pkey IS 'ask {}'": "the comment on index public.c_pkey",
}  # fmt: skip
NAMES = (
    'CREATE TABLE "{}" (id int)',
    'ALTER TABLE parts ADD "{}" int',
    'CREATE SCHEMA "{}"',
    "CREATE FUNCTION \"{}\"() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    'ALTER TABLE parts ADD CONSTRAINT "{}" CHECK (id > 0)',
    'CREATE SEQUENCE "{}"',
)


@pytest.fixture
def databases(make_database: MakeDatabase, tmp_path: Path) -> tuple[str, str, Path]:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    source, target = make_database(SCHEMA + ROWS), make_database(SCHEMA)
    receipt = anonymizer.anonymize(source, target, anonymizer.load_policy(file), Key(bytes(range(32))))
    assert receipt.verified, receipt.findings
    return source, target, file


def test_an_address_in_any_object_is_found_and_the_object_named(databases: tuple[str, str, Path]) -> None:
    source, target, file = databases
    for number, statement in enumerate(PLACES, 100):
        do(target, statement.format(f"jan.kowalski{number}@firma.pl"))
    name = ask(target, "SELECT current_database()")
    do(target, f"ALTER DATABASE {name} SET app.owner = 'jan.kowalski199@firma.pl'")
    faults = anonymizer.verify(source, target, anonymizer.load_policy(file)).faults
    found = {fault.split(": ")[0] for fault in faults}
    assert set(PLACES.values()) - found == set()
    # What names another's text repeats it: a statistics object that of its table's, nothing else.
    assert found - set(PLACES.values()) == {f"the settings of database {name}"}
    assert all("1 originals (person) stand there" in fault for fault in faults)


def test_a_name_that_is_an_original_is_found_and_not_repeated(databases: tuple[str, str, Path]) -> None:
    source, target, file = databases
    for number, statement in enumerate(NAMES, 100):
        do(target, statement.format(f"jan.kowalski{number}@firma.pl"))
    faults = anonymizer.verify(source, target, anonymizer.load_policy(file)).faults
    of_names = [fault for fault in faults if fault.startswith("the name of ")]
    assert len(of_names) == len(NAMES)
    assert not any("kowalski" in fault for fault in faults)


def test_a_masked_value_in_statistics_of_an_index_or_of_several_columns_is_no_finding(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    """A pool's names are also somebody's: the statistics of a masked column repeat them."""
    schema = "CREATE TABLE n (id int PRIMARY KEY, name text, v int);"
    rows = "INSERT INTO n SELECT g, 'Jan Nowak', g % 3 FROM generate_series(1, 300) g"
    (tmp_path / "policy.yaml").write_text(
        "{policy: x, version: 1, tables: {n: {columns: {id: keep, v: keep, "
        "name: {transform: full_name, class: identifying, scope: entity(id)}}}}}"
    )
    source, target = make_database(schema + rows), make_database(schema)
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    anonymizer.anonymize(source, target, policy, Key(bytes(range(32))))
    do(target, "UPDATE n SET name = 'Jan Nowak' WHERE id IN (7, 8) AND false")
    do(target, "CREATE INDEX ON n (lower(name)); CREATE STATISTICS s (mcv) ON name, v FROM n; ANALYZE n")
    assert anonymizer.verify(source, target, policy).passes
    with connect(target, "target") as connection:
        places = [place for place in catalogue(connection) if "(statistics" in place]
    assert "n.v (statistics)" in places
    assert any(place.startswith("n (statistics of ") for place in places)


def test_the_catalogue_of_an_empty_database_is_read_by_a_role_that_owns_nothing(
    make_database: MakeDatabase,
) -> None:
    dsn = make_database("CREATE ROLE nobody_at_all NOLOGIN")
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("SET ROLE nobody_at_all")
            assert not any(place.startswith("the comment on database") for place in catalogue(connection))
            connection.execute(sql.SQL("RESET ROLE"))
    finally:
        do(dsn, "DROP ROLE nobody_at_all")
