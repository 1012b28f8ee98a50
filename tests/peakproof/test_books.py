"""The books of a platform, asked in a real database with the platform's own SQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from foundation.errors import InputError, Unavailable
from foundation.secrets import Secret
from peakproof.books import wait
from peakproof.books.by_sql import BySql
from peakproof.conservation import Booked
from tests.peakproof.kiosks import TINY
from tests.servers import Server

pytestmark = pytest.mark.integration

TABLES = TINY / "kiosk" / "app" / "kiosk" / "tables.sql"
QUERY = TINY / "kiosk" / "conservation.sql"
ROWS = """
    INSERT INTO members VALUES (1, 'Ada', 'ada@kiosk.example', 100), (2, 'Tony', 'tony@kiosk.example', 50);
    INSERT INTO shows VALUES (1, 'Tango', 20);
"""
Store = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def dsn(postgres_server: Server) -> str:
    """A kiosk's store of this test's own, with two members and a show."""
    name = f"books_{uuid4().hex[:12]}"
    postgres_server.create_database(name)
    found = postgres_server.dsn(name)
    with psycopg.connect(found) as connection:
        connection.execute(TABLES.read_bytes())
        connection.execute(ROWS)
    return found


@pytest.fixture
def store(dsn: str) -> Iterator[Store]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def book(store: Store, key: str, *, member: int = 1, seats: int = 1, prints: int = 1) -> None:
    row = store.execute(
        "INSERT INTO bookings (client_key, member, show, seats, amount)"
        " VALUES (%s, %s, 1, %s, %s) RETURNING id",
        (key, member, seats, 20 * seats),
    ).fetchone()
    for _ in range(prints):
        store.execute("INSERT INTO prints (booking) VALUES (%s)", row)


def books(dsn: str, query: Path = QUERY) -> BySql:
    return BySql(Secret(dsn), query, "run-")


def written(folder: Path, sql: str) -> Path:
    (folder / "conservation.sql").write_text(sql)
    return folder / "conservation.sql"


def test_every_key_of_the_run_is_one_row(dsn: str, store: Store) -> None:
    book(store, "run-1", seats=2)
    book(store, "run-2", prints=0)
    book(store, "run-3")
    book(store, "run-3")
    book(store, "run-4", member=2, seats=3)
    assert {row.key: (row.copies, row.effects, row.oversold) for row in books(dsn).read()} == {
        "run-1": (1, 1, False),
        "run-2": (1, 0, False),
        "run-3": (2, 2, False),
        "run-4": (1, 1, True),
    }
    assert books(dsn).read()[0] == Booked(
        key="run-1", content="1/1/2", copies=1, effects=1, terminal=True, state="booked", oversold=False
    )


def test_other_runs_and_names_that_merely_look_alike_are_not_in_the_books(dsn: str, store: Store) -> None:
    for key in ("run2-1", "other-1", "runx1"):
        book(store, key)
    assert books(dsn).read() == []


def test_a_percent_sign_in_a_key_is_only_a_percent_sign(dsn: str, store: Store) -> None:
    book(store, "run-%s")
    assert [row.key for row in books(dsn).read()] == ["run-%s"]


def test_the_books_are_complete_at_once_when_nothing_is_missing(dsn: str, store: Store) -> None:
    book(store, "run-1")
    rows, waited = wait(books(dsn), {"run-1"}, 30)
    assert len(rows) == 1
    assert waited < 15


def test_what_was_promised_is_waited_for(dsn: str) -> None:
    def late() -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            book(connection, "run-1")

    clerk = threading.Timer(0.7, late)
    clerk.start()
    try:
        rows, waited = wait(books(dsn), {"run-1"}, 30)
    finally:
        clerk.join()
    assert [row.key for row in rows] == ["run-1"]
    assert 0.5 < waited < 30


def test_the_wait_ends_at_the_deadline_with_what_there_is(dsn: str) -> None:
    started = time.monotonic()
    rows, waited = wait(books(dsn), {"run-1"}, 0.3)
    assert rows == []
    assert 0.3 <= waited <= time.monotonic() - started


def test_a_query_that_lacks_columns_is_told_with_its_file(dsn: str, tmp_path: Path) -> None:
    query = written(tmp_path, "SELECT %(run)s AS key, 1 AS copies")
    with pytest.raises(
        InputError, match="lacks the columns content, effects, terminal, state, oversold"
    ) as raised:
        books(dsn, query).read()
    assert raised.value.where == str(query)


def test_a_query_that_the_database_does_not_understand_is_told_with_its_reason(
    dsn: str, tmp_path: Path
) -> None:
    query = written(tmp_path, "SELECT nothing FROM nowhere WHERE key = %(run)s")
    with pytest.raises(InputError, match='relation "nowhere" does not exist') as raised:
        books(dsn, query).read()
    assert raised.value.where == str(query)


def test_a_query_cannot_change_the_books(dsn: str, store: Store, tmp_path: Path) -> None:
    query = written(tmp_path, "WITH gone AS (DELETE FROM members RETURNING 1) SELECT %(run)s FROM gone")
    with pytest.raises(InputError, match="read-only"):
        books(dsn, query).read()
    assert store.execute("SELECT count(*) FROM members").fetchone() == (2,)


def test_a_database_that_does_not_answer_is_unavailable_and_its_password_stays_secret(dsn: str) -> None:
    nobody = dsn.rpartition("/")[0] + "/no_such_database"
    with pytest.raises(Unavailable, match="does not answer the conservation query") as raised:
        books(nobody).read()
    password = dsn.split(":")[2].partition("@")[0]
    assert password not in f"{raised.value} {raised.value.detail}"
