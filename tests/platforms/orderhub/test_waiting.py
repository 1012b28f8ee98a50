"""What happens behind the API, asked in SQL: how long orders take to the ERP, and what waits on the way."""

from __future__ import annotations

import pytest
from psycopg.rows import dict_row

from tests.platforms.orderhub.acceptance import accept_orders
from tests.platforms.orderhub.conftest import Database
from tests.platforms.orderhub.processes import APP
from tests.platforms.orderhub.test_conservation import book
from tests.platforms.orderhub.test_platform import PLATFORM

pytestmark = pytest.mark.integration

DELAY = (APP.parent / PLATFORM["delays"]["accepted->erp"]).read_bytes()


def gauge(db: Database, name: str) -> float | None:
    row = db.execute(PLATFORM["gauges"][name].encode()).fetchone()
    return None if row is None else float(str(row[0]))


def test_a_booked_order_has_its_delay_and_another_has_none(db: Database) -> None:
    accept_orders(db, "run", 3)
    book(db, "run-0")
    db.execute("UPDATE erp.bookings SET booked_at = (SELECT min(placed_at) FROM orders) + interval '2.5 s'")
    db.execute("UPDATE orders SET state = 'failed', failure_reason = 'why' WHERE idempotency_key = 'run-2'")
    with db.cursor(row_factory=dict_row) as cursor:
        rows = {row["key"]: row for row in cursor.execute(DELAY, {"run": "run-"}).fetchall()}
    assert rows.keys() == {"run-0", "run-1"}
    assert (rows["run-0"]["nanoseconds"], rows["run-1"]["nanoseconds"]) == (2_500_000_000, None)
    assert rows["run-0"]["started"] > 1_700_000_000_000_000_000


def test_nothing_waits_where_there_is_no_order(db: Database) -> None:
    assert (gauge(db, "outbox lag"), gauge(db, "queue age")) == (None, None)


def test_an_order_waits_in_the_outbox_then_in_the_queue_then_no_more(db: Database) -> None:
    accept_orders(db, "run", 2)
    db.execute("UPDATE outbox SET created_at = now() - interval '7 s' WHERE idempotency_key = 'run-0'")
    assert gauge(db, "outbox lag") == pytest.approx(7, abs=1)
    assert gauge(db, "queue age") is None
    db.execute("UPDATE outbox SET sent_at = now() - interval '3 s'")
    assert gauge(db, "outbox lag") is None
    assert gauge(db, "queue age") == pytest.approx(3, abs=1)
    db.execute("UPDATE orders SET state = 'sent_to_erp'")
    assert gauge(db, "queue age") is None


def test_the_oldest_is_found_by_index_however_many_orders_there_are(db: Database) -> None:
    accept_orders(db, "run", 3)
    db.execute("SET enable_seqscan = off")
    for name, index in (("outbox lag", "outbox_unsent"), ("queue age", "orders_waiting")):
        plan = db.execute(b"EXPLAIN " + PLATFORM["gauges"][name].encode()).fetchall()
        assert index in "\n".join(str(row[0]) for row in plan)
