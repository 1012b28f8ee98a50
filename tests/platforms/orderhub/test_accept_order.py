"""Accepting orders in the database: one transaction, and what holds when many come at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from tests.platforms.orderhub.conftest import Database
from tests.platforms.orderhub.servers import DatabaseServer

pytestmark = pytest.mark.integration

ACCEPT = "SELECT outcome, id, total, subject FROM accept_order(%s, %s, %s, %s, %s, %s)"
Line = tuple[str, int]


def accept(db: Database, key: str, customer: int, *lines: Line, digest: str = "d") -> tuple[object, ...]:
    skus, quantities = [sku for sku, _ in lines], [quantity for _, quantity in lines]
    row = db.execute(ACCEPT, [key, digest, customer, skus, quantities, None]).fetchone()
    assert row is not None
    return row


def count(db: Database, table: str) -> object:
    row = db.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return row[0]


def value(db: Database, statement: bytes) -> object:
    row = db.execute(statement).fetchone()
    assert row is not None
    return row[0]


@contextmanager
def clients(server: DatabaseServer, database: str, *, number: int) -> Iterator[list[Database]]:
    opened = [psycopg.connect(server.dsn(database), autocommit=True) for _ in range(number)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


def test_an_accepted_order_has_its_lines_its_reservation_and_its_message(db: Database) -> None:
    outcome, order, total, _ = accept(db, "k", 1, ("VALVE-2", 2), ("PUMP-1", 3))
    assert (outcome, str(total)) == ("accepted", "261.00")  # the pump at the negotiated 80
    assert count(db, "order_lines") == 2
    assert value(db, b"SELECT credit_used::text FROM customers WHERE id = 1") == "261.00"
    assert value(db, b"SELECT available FROM stock WHERE product_id = 1") == 99_997
    message = value(db, b"SELECT payload FROM outbox WHERE sent_at IS NULL")
    assert isinstance(message, dict)
    assert message["order_id"] == str(order)
    assert message["lines"] == [
        {"sku": "PUMP-1", "quantity": 3, "unit_price": "80.00"},
        {"sku": "VALVE-2", "quantity": 2, "unit_price": "10.50"},
    ]


def test_an_order_keeps_a_copy_of_whom_it_goes_to(db: Database) -> None:
    accept(db, "k", 1, ("PUMP-1", 1))
    row = db.execute(
        "SELECT ship_to_name, ship_to_email, ship_to_address, contact_snapshot ->> 'last_name' FROM orders"
    ).fetchone()
    assert row == ("Magazyn Alfa", "anna.zajac@alfa.example", "Długa 7, 31-147 Kraków", "Zając")


def test_a_customer_without_contact_or_address_can_order(db: Database) -> None:
    assert accept(db, "k", 2, ("PUMP-1", 1))[0] == "accepted"
    assert value(db, b"SELECT ship_to_name FROM orders") == "Beta S.A."


@pytest.mark.parametrize(
    ("customer", "lines", "outcome", "subject"),
    [
        (99, [("PUMP-1", 1)], "unknown-customer", "99"),
        (3, [("PUMP-1", 1)], "customer-not-active", "blocked"),
        (1, [("PUMP-1", 1), ("NONE-9", 1)], "unknown-sku", "NONE-9"),
        (1, [("OLD-4", 1)], "unknown-sku", "OLD-4"),
        (1, [("PUMP-1", 1), ("RARE-3", 11)], "out-of-stock", "RARE-3"),
        (2, [("PUMP-1", 11)], "credit-limit", "2"),
        (2, [("PUMP-1", 10_000), ("VALVE-2", 10_000)], "credit-limit", "2"),
    ],
)
def test_a_refused_order_leaves_nothing_behind(
    db: Database, customer: int, lines: list[Line], outcome: str, subject: str
) -> None:
    assert accept(db, "k", customer, *lines) == (outcome, None, None, subject)
    assert [count(db, table) for table in ("orders", "order_lines", "outbox")] == [0, 0, 0]
    assert value(db, b"SELECT sum(credit_used)::text FROM customers") == "0.00"
    assert value(db, b"SELECT count(*) FROM stock WHERE available <> on_hand") == 0


def test_a_refusal_does_not_use_up_the_key(db: Database) -> None:
    assert accept(db, "k", 1, ("RARE-3", 11))[0] == "out-of-stock"
    assert accept(db, "k", 1, ("RARE-3", 10))[0] == "accepted"


def test_the_same_key_replays_the_first_reply_or_refuses_another_request(db: Database) -> None:
    first = accept(db, "k", 1, ("PUMP-1", 1))
    assert accept(db, "k", 1, ("PUMP-1", 1)) == ("replayed", *first[1:])
    assert accept(db, "k", 1, ("PUMP-1", 2), digest="other")[0] == "key-reused"
    assert count(db, "orders") == 1


def test_stock_is_never_oversold_however_many_come_at_once(
    db: Database, postgres_server: DatabaseServer, database: str
) -> None:
    with clients(postgres_server, database, number=8) as many, ThreadPoolExecutor(8) as threads:
        outcomes = Counter(
            threads.map(lambda n: accept(many[n % 8], f"k-{n}", 1, ("RARE-3", 1))[0], range(40))
        )
    assert outcomes == {"accepted": 10, "out-of-stock": 30}
    assert value(db, b"SELECT available FROM stock WHERE product_id = 3") == 0
    assert value(db, b"SELECT credit_used::text FROM customers WHERE id = 1") == "10.00"


def test_the_credit_limit_holds_however_many_come_at_once(
    db: Database, postgres_server: DatabaseServer, database: str
) -> None:
    with clients(postgres_server, database, number=8) as many, ThreadPoolExecutor(8) as threads:
        outcomes = Counter(
            threads.map(lambda n: accept(many[n % 8], f"k-{n}", 2, ("PUMP-1", 1))[0], range(40))
        )
    assert outcomes == {"accepted": 10, "credit-limit": 30}
    assert value(db, b"SELECT credit_used::text FROM customers WHERE id = 2") == "1000.00"


def test_orders_for_the_same_products_in_any_order_do_not_deadlock(
    db: Database, postgres_server: DatabaseServer, database: str
) -> None:
    db.execute("UPDATE customers SET credit_limit = 1000000")  # two of them: one row alone would be a queue
    forth, back = [("PUMP-1", 1), ("VALVE-2", 1)], [("VALVE-2", 1), ("PUMP-1", 1)]
    with clients(postgres_server, database, number=8) as many, ThreadPoolExecutor(8) as threads:
        for client in many:  # plans that take the lines as they come: only our own sorting can save us
            client.execute("SET enable_hashjoin = off")
            client.execute("SET enable_mergejoin = off")
            client.execute("SET enable_seqscan = off")
        outcomes = Counter(
            threads.map(
                lambda n: accept(many[n % 8], f"k-{n}", n % 2 + 1, *(forth, back)[n % 2])[0], range(200)
            )
        )
    assert outcomes == {"accepted": 200}  # a deadlock would have raised


def test_the_same_key_at_once_makes_one_order(
    db: Database, postgres_server: DatabaseServer, database: str
) -> None:
    with clients(postgres_server, database, number=8) as many, ThreadPoolExecutor(8) as threads:
        for key in range(20):
            rows = list(threads.map(lambda c, k=key: accept(c, f"k-{k}", 1, ("PUMP-1", 1)), many))
            assert Counter(row[0] for row in rows) == {"accepted": 1, "replayed": 7}
            assert len({row[1] for row in rows}) == 1
    assert count(db, "orders") == count(db, "outbox") == 20


def test_a_second_request_waits_for_the_first_and_takes_its_place_when_it_fails(
    db: Database, postgres_server: DatabaseServer, database: str
) -> None:
    with (
        clients(postgres_server, database, number=1) as (other,),
        ThreadPoolExecutor(1) as thread,
        db.transaction(force_rollback=True),
    ):
        assert accept(db, "k", 1, ("PUMP-1", 1))[0] == "accepted"
        second = thread.submit(accept, other, "k", 1, ("PUMP-1", 1))
    assert second.result(timeout=10)[0] == "accepted"
    assert count(db, "orders") == 1


@pytest.mark.parametrize(
    ("release", "credit", "available"), [(True, "0.00", 100_000), (False, "160.00", 99_998)]
)
def test_a_failed_order_gives_back_what_it_held_only_when_told_to(
    db: Database, release: bool, credit: str, available: int
) -> None:
    order = accept(db, "k", 1, ("PUMP-1", 2))[1]
    for first in (True, False):  # the second time nothing happens
        row = db.execute("SELECT fail_order(%s, 'why', %s)", [order, release]).fetchone()
        assert row == (first,)
    assert db.execute("SELECT state, failure_reason FROM orders").fetchall() == [("failed", "why")]
    assert value(db, b"SELECT credit_used::text FROM customers WHERE id = 1") == credit
    assert value(db, b"SELECT available FROM stock WHERE product_id = 1") == available
