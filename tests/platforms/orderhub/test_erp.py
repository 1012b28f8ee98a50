"""The ERP simulator: books of its own, each order once, and failures when asked for."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from tests.platforms.orderhub.acceptance import bookings
from tests.platforms.orderhub.conftest import Database
from tests.platforms.orderhub.link import link_to
from tests.platforms.orderhub.processes import Processes, Reply, Running
from tests.platforms.orderhub.servers import DatabaseServer

pytestmark = pytest.mark.integration

MESSAGE = {
    "order_id": str(uuid4()),
    "customer": 7,
    "total": "12.50",
    "lines": [{"sku": "VALVE-2", "quantity": 1, "unit_price": "10.50"}, {"sku": "PUMP-1", "quantity": 2}],
    "ship_to": {"name": "Anna Zając", "phone": None},
}


def send(erp: Running, key: str, message: object = MESSAGE) -> Reply:
    return erp.post("/orders", message, {"Idempotency-Key": key})


def test_an_order_is_booked_once_and_a_repeated_delivery_is_answered_as_such(
    processes: Processes, db: Database
) -> None:
    erp = processes.start("erp")
    first, second = send(erp, "k-1"), send(erp, "k-1")
    assert (first.status, second.status) == (201, 200)
    assert first.json()["number"] == second.json()["number"]
    assert bookings(db) == {"k-1": 1}
    row = db.execute("SELECT content, customer_id, total::text FROM erp.bookings").fetchone()
    assert row == ("7|PUMP-1x2;VALVE-2x1", 7, "12.50")
    assert [line["idempotency_key"] for line in erp.lines("order booked")] == ["k-1", "k-1"]


def test_another_order_under_the_same_key_is_rejected(processes: Processes, db: Database) -> None:
    erp = processes.start("erp")
    send(erp, "k-1")
    reply = send(erp, "k-1", {**MESSAGE, "customer": 8})
    assert (reply.status, reply.json()["code"]) == (422, "key-reused")
    assert bookings(db) == {"k-1": 0}


def test_what_is_no_order_is_rejected(processes: Processes, db: Database) -> None:
    erp = processes.start("erp")
    for wrong in (
        {},
        {**MESSAGE, "order_id": "seven"},
        {**MESSAGE, "total": "much"},
        {**MESSAGE, "lines": 1},
    ):
        assert send(erp, "k-1", wrong).status == 422
    assert erp.post("/orders", MESSAGE).status == 400
    assert bookings(db) == {}


def test_a_failure_books_nothing_and_a_lost_reply_books(processes: Processes, db: Database) -> None:
    assert send(processes.start("erp", SIMULATOR_FAILURE_RATE=1), "failure").status == 503
    assert send(processes.start("erp", SIMULATOR_LOST_REPLY_RATE=1), "lost").status == 503
    assert bookings(db) == {"lost": 0}


def test_latency_is_added_to_every_call(processes: Processes) -> None:
    erp = processes.start("erp", SIMULATOR_LATENCY=0.3)
    started = time.monotonic()
    assert send(erp, "k-1").status == 201
    assert time.monotonic() - started >= 0.3


def test_without_its_database_it_is_alive_but_not_ready(
    processes: Processes, postgres_server: DatabaseServer
) -> None:
    with link_to(postgres_server.host, postgres_server.port) as link:
        erp = processes.start("erp", DATABASE_HOST="127.0.0.1", DATABASE_PORT=link.port)
        link.cut()
        assert send(erp, "k-1").status == 503
        assert (erp.get("/health/live").status, erp.get("/health/ready").status) == (200, 503)
