"""The anonymiser's figures: how often discovery is right on labelled schemas, and how long it takes.

`python -m benchmarks.anonymizer [--quick] [--json]` brings up a PostgreSQL of its own; --quick: one round.
"""

from __future__ import annotations

import argparse
import statistics
import time

import psycopg

import anonymizer
from benchmarks.figures import Figure, show
from tests import servers
from tests.anonymizer.discovery.measuring import score

TABLES = 100
COLUMNS = (
    "i AS id, 'Jan ' || i AS name, 'x' || i || '@example.com' AS c1, '44051401359' AS c2, now() AS at, "
    "i * 7 AS amount, 'some words that say little ' || i AS notes, "
    "jsonb_build_object('phone', '601 000 ' || i) AS data"
)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of five")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    show({**accuracy(), **speed(1 if options.quick else 5)}, as_json=options.json)


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


def speed(rounds: int) -> dict[str, Figure]:
    """The median time of `discover` over tables of 1,000 rows and eight columns."""
    with servers.running() as running:
        servers.may_administer(running)
        dsn = _filled(servers.server(running, "database"))
        took = [_seconds(dsn) for _ in range(rounds)]
    return {f"discover {TABLES} tables": Figure(value=statistics.median(took), unit="s", goal=10)}


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
