"""The anonymiser's figures: how often discovery is right, how long it takes, and what verify costs.

`python -m benchmarks.anonymizer [--quick] [--json]` brings up a PostgreSQL of its own; --quick: one round.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import psycopg

import anonymizer
from benchmarks import copying, files, subset, verifying
from benchmarks.figures import Figure, show
from tests import servers
from tests.anonymizer.discovery.measuring import score
from tests.anonymizer.redaction.measuring import HELD_OUT, measured

TABLES = 100
COLUMNS = (
    "i AS id, 'Jan ' || i AS name, 'x' || i || '@example.com' AS c1, '44051401359' AS c2, now() AS at, "
    "i * 7 AS amount, 'some words that say little ' || i AS notes, "
    "jsonb_build_object('phone', '601 000 ' || i) AS data"
)

ROWS = 200_000
TABLE = (
    "CREATE TABLE people (id integer PRIMARY KEY, first_name text, last_name text, email text, phone text, "
    "pesel text, nip text, iban text, note text, balance numeric, born date)"
)
PEOPLE = """
INSERT INTO people SELECT n, 'Anna' || n % 300, 'Nowacka' || n % 5000, 'anna' || n || '@firma.pl',
       (600000000 + n * 7)::text, (44051401350 + n * 13)::text, (5260251000 + n)::text,
       'PL611090101400000' || (71219812874 + n * 17), 'rozmowa z klientem nr ' || n, n,
       date '1980-01-01' + n % 9000
  FROM generate_series(1, {rows}) AS n"""
POLICY = """
policy: people
version: 1
tables:
  people:
    columns:
      id: keep
      first_name: {transform: first_name, class: common, scope: entity(email), domain: person}
      last_name: {transform: last_name, class: common, scope: entity(email), domain: person}
      email: {transform: email, class: identifying, domain: person}
      phone: {transform: phone, class: identifying}
      pesel: {transform: pesel, class: identifying, scope: entity(email), domain: person}
      nip: {transform: nip, class: identifying}
      iban: {transform: iban, class: identifying}
      note: {transform: regenerate, class: free}
      balance: keep
      born: keep
"""


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of five")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    rounds = 1 if options.quick else 5
    on_files = files.figures(ROWS if options.quick else 5 * ROWS, rounds, POLICY)
    size = ROWS if options.quick else 10 * ROWS
    proved, copied = verifying.figures(size, rounds), copying.figures(size, rounds)
    part = subset.figures(ROWS if options.quick else 50 * ROWS, rounds)
    discovery = {**accuracy(), **speed(rounds), **deep(ROWS if options.quick else 5 * ROWS, rounds)}
    show({**discovery, **redaction(), **proved, **copied, **part, **on_files}, as_json=options.json)


def accuracy() -> dict[str, Figure]:
    """Precision and recall over the half of the corpus that nothing was made for."""
    measured = score("held-out")
    wrong = "; ".join(measured.wrong)
    return {
        "discovery precision (held-out)": Figure(
            value=measured.precision, unit="", goal=0.95, sense="at least", reason=wrong
        ),
        "discovery recall (held-out)": Figure(
            value=measured.recall, unit="", goal=0.98, sense="at least", reason=wrong
        ),
    }


def redaction() -> dict[str, Figure]:
    """How much of what is labelled as personal goes from free text whose rows name their persons."""
    found = measured(HELD_OUT)
    missed = "still there: " + ", ".join(found.missed)
    kept = f"other words kept: {found.kept:.3f}"
    return {
        "redact recall (held-out)": Figure(
            value=found.recall, unit="", goal=0.95, sense="at least", reason=f"{missed}; {kept}"
        )
    }


def speed(rounds: int) -> dict[str, Figure]:
    """The median time of `discover` over tables of 1,000 rows and eight columns."""
    with servers.running() as running:
        servers.may_administer(running)
        dsn = _filled(servers.server(running, "database"))
        took = [_seconds(dsn) for _ in range(rounds)]
    return {f"discover {TABLES} tables": Figure(value=statistics.median(took), unit="s", goal=10)}


def deep(rows: int, rounds: int) -> dict[str, Figure]:
    """`discover --deep` against a read of the same rows (COPY of every column, thrown away)."""
    with servers.running() as running:
        servers.may_administer(running)
        source = _people(servers.server(running, "database"), "deep")
        with psycopg.connect(source, autocommit=True) as connection:
            connection.execute(PEOPLE.format(rows=rows).encode())
            connection.execute("ANALYZE people")
        pairs = [
            (_timed(lambda: _drain(source)), _timed(lambda: anonymizer.discover(source, deep=True)))
            for _ in range(rounds)
        ]
    read, took = (statistics.median(column) for column in zip(*pairs, strict=True))
    return {
        f"discover --deep {rows:,} rows, times a full read": Figure(
            value=took / read, unit="x", goal=2, reason=f"deep {took:.2f} s, read {read:.2f} s"
        )
    }


def _drain(source: str) -> None:
    with psycopg.connect(source) as reader, reader.cursor().copy("COPY people TO STDOUT") as out:
        for _ in out:
            pass


def _people(server: servers.Server, name: str) -> str:
    server.create_database(name)
    with psycopg.connect(server.dsn(name), autocommit=True) as connection:
        connection.execute(TABLE.encode())
    return server.dsn(name)


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _filled(server: servers.Server) -> str:
    server.create_database("wide")
    with psycopg.connect(server.dsn("wide"), autocommit=True) as connection:
        for number in range(TABLES):
            statement = f"CREATE TABLE t{number} AS SELECT {COLUMNS} FROM generate_series(1, 1000) i"  # noqa: S608 - ours
            connection.execute(statement.encode())
    return server.dsn("wide")


def _seconds(dsn: str) -> float:
    began = time.monotonic()
    anonymizer.discover(dsn).policy("wide")
    return time.monotonic() - began


if __name__ == "__main__":
    main()
