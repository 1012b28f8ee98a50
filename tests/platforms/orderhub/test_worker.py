"""The fulfilment worker: every order comes to its end, and takes effect in the ERP once."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from tests.platforms.orderhub.acceptance import accept_orders, bookings, states
from tests.platforms.orderhub.broker import MOST_ATTEMPTS, Broker, Letter
from tests.platforms.orderhub.conftest import Database
from tests.platforms.orderhub.link import link_to
from tests.platforms.orderhub.processes import Processes, Running
from tests.platforms.orderhub.servers import DatabaseServer
from tests.platforms.orderhub.waiting import until

pytestmark = pytest.mark.integration

# Few attempts: every attempt has its delay queue, and a quorum queue is not declared in no time.
QUICK = {"ERP_ATTEMPTS": 3, "ERP_BACKOFF_BASE": 0.05, "ERP_BACKOFF_CAP": 0.2}


def start_worker(platform: Processes, erp: Running, **variables: object) -> Running:
    return platform.start("worker", **{"ERP_URL": f"http://127.0.0.1:{erp.port}", **QUICK, **variables})


def deliver(db: Database, broker: Broker, number: int) -> list[str]:
    """Accepts orders and publishes them as a relay does; the worker has declared the queue."""
    keys = accept_orders(db, "k", number)
    broker.put("fulfilment", *(letter_of(db, key) for key in keys))
    return keys


def letter_of(db: Database, key: str) -> Letter:
    row = db.execute("SELECT payload::text FROM outbox WHERE idempotency_key = %s", [key]).fetchone()
    assert row is not None
    return Letter(headers={"idempotency-key": key}, body=str(row[0]).encode())


def test_an_accepted_order_is_confirmed_and_every_process_logs_its_key(
    platform: Processes, db: Database
) -> None:
    erp = platform.start("erp")
    running = [platform.start("api"), platform.start("relay"), start_worker(platform, erp), erp]
    order = {"customer": 1, "lines": [{"sku": "VALVE-2", "quantity": 1}, {"sku": "PUMP-1", "quantity": 2}]}
    placed = running[0].post("/orders", order, {"Idempotency-Key": "k-1"}).json()
    until(lambda: states(db) == {"confirmed": 1}, "the order is confirmed")
    seen = running[0].get(f"/orders/{placed['id']}").json()
    assert seen["state"] == "confirmed"
    assert str(seen["erp_number"]).startswith("ERP-")
    assert bookings(db) == {"k-1": 0}
    for process in running:
        about = process.lines("order ")
        assert about, process.name
        assert {line["idempotency_key"] for line in about} == {"k-1"}


def test_a_message_that_comes_again_has_no_second_effect(
    platform: Processes, broker: Broker, db: Database
) -> None:
    worker = start_worker(platform, platform.start("erp"))
    keys = deliver(db, broker, 5)
    until(lambda: states(db) == {"confirmed": 5}, "the orders are confirmed")
    broker.put("fulfilment", *(letter_of(db, key) for key in keys))
    until(lambda: len(worker.lines("order already confirmed")) == 5, "the messages were recognised")
    assert bookings(db) == dict.fromkeys(keys, 0)
    assert states(db) == {"confirmed": 5}


def test_messages_for_one_order_at_once_have_one_effect(
    platform: Processes, broker: Broker, db: Database
) -> None:
    worker = start_worker(platform, platform.start("erp", SIMULATOR_LATENCY=0.2))
    (key,) = deliver(db, broker, 1)
    broker.put("fulfilment", *[letter_of(db, key)] * 9)
    until(
        lambda: len([*worker.lines("order confirmed"), *worker.lines("order already")]) == 10, "all are done"
    )
    assert list(bookings(db)) == [key]


def test_a_worker_that_is_killed_leaves_no_order_behind_and_none_doubled(
    platform: Processes, broker: Broker, db: Database
) -> None:
    erp = platform.start("erp", SIMULATOR_LATENCY=0.2)
    first = start_worker(platform, erp)
    keys = deliver(db, broker, 40)
    until(lambda: len(bookings(db)) >= 5, "some orders are booked")
    first.kill()
    assert states(db) != {"confirmed": 40}
    start_worker(platform, erp)
    until(lambda: states(db) == {"confirmed": 40}, "all orders are confirmed")
    assert sorted(bookings(db)) == sorted(keys)


def test_replies_that_get_lost_are_asked_for_again(platform: Processes, broker: Broker, db: Database) -> None:
    erp = platform.start("erp", SIMULATOR_LOST_REPLY_RATE=0.3)
    start_worker(platform, erp, ERP_ATTEMPTS=10)
    keys = deliver(db, broker, 20)
    until(lambda: states(db) == {"confirmed": 20}, "all orders are confirmed")
    assert sorted(bookings(db)) == sorted(keys)
    assert sum(bookings(db).values()) == len(erp.lines("simulated loss"))


def test_an_erp_that_stays_silent_ends_in_a_dead_letter_with_the_reason(
    platform: Processes, broker: Broker, db: Database
) -> None:
    worker = start_worker(platform, platform.start("erp", SIMULATOR_FAILURE_RATE=1))
    deliver(db, broker, 1)
    until(lambda: broker.length("fulfilment.dead") == 1, "the dead letter is there")
    reason = "no answer from the ERP in 3 attempts: HTTP 503"
    (letter,) = broker.take("fulfilment.dead")
    assert letter.headers["x-reason"] == reason
    assert letter.headers["idempotency-key"] == "k-0"
    assert letter.body == letter_of(db, "k-0").body
    # It may have been booked all the same: what it holds stays held.
    found = db.execute("SELECT state, failure_reason, reserved FROM orders").fetchall()
    assert found == [("failed", reason, True)]
    assert [line["attempt"] for line in worker.lines("order will be sent again")] == [1, 2]


def test_an_order_the_erp_rejects_fails_at_once_and_gives_back_what_it_held(
    platform: Processes, broker: Broker, db: Database
) -> None:
    db.execute(
        "INSERT INTO erp.bookings (idempotency_key, order_id, customer_id, content, total)"
        " VALUES ('k-0', %s, 2, 'another order', 1)",
        [uuid4()],
    )
    start_worker(platform, platform.start("erp"))
    deliver(db, broker, 1)
    until(lambda: broker.length("fulfilment.dead") == 1, "the dead letter is there")
    found = db.execute("SELECT state, failure_reason, reserved FROM orders").fetchall()
    assert found == [("failed", "rejected by the ERP: HTTP 422: key-reused", False)]
    assert db.execute("SELECT credit_used FROM customers WHERE credit_used <> 0").fetchall() == []
    assert db.execute("SELECT 1 FROM stock WHERE available <> on_hand").fetchall() == []


def test_a_message_that_is_no_order_is_laid_aside_with_the_reason(
    platform: Processes, broker: Broker
) -> None:
    unknown = str(uuid4())
    reasons = {
        b"\xff": "unreadable message: JSONDecodeError",
        b"[]": "unreadable message: TypeError",
        b'{"order_id": 7}': "unreadable message: AttributeError",
        json.dumps({"order_id": unknown}).encode(): f"no such order: {unknown}",
    }
    platform.start("worker", **QUICK)
    broker.put("fulfilment", *(Letter(headers={}, body=body) for body in reasons))
    until(lambda: broker.length("fulfilment.dead") == len(reasons), "the dead letters are there")
    found = {letter.body: letter.headers["x-reason"] for letter in broker.take("fulfilment.dead")}
    assert found == reasons


def test_an_erp_that_is_away_for_a_while_only_delays(
    platform: Processes, broker: Broker, db: Database
) -> None:
    erp = platform.start("erp")
    with link_to("127.0.0.1", erp.port) as link:
        link.cut()
        worker = start_worker(
            platform, erp, ERP_URL=f"http://127.0.0.1:{link.port}", ERP_ATTEMPTS=MOST_ATTEMPTS
        )
        deliver(db, broker, 5)
        until(lambda: len(worker.lines("order will be sent again")) >= 10, "attempts fail")
        link.mend()
        until(lambda: states(db) == {"confirmed": 5}, "all orders are confirmed")


def test_a_message_is_held_while_the_database_is_away(
    platform: Processes, broker: Broker, db: Database, postgres_server: DatabaseServer
) -> None:
    erp = platform.start("erp", SIMULATOR_LATENCY=0.5)
    with link_to(postgres_server.host, postgres_server.port) as link:
        worker = start_worker(platform, erp, DATABASE_HOST="127.0.0.1", DATABASE_PORT=link.port)
        deliver(db, broker, 5)
        until(lambda: states(db) == {"sent_to_erp": 5}, "the orders are on their way")
        link.cut()
        until(lambda: worker.lines("database away"), "the worker notices")
        link.mend()
        until(lambda: states(db) == {"confirmed": 5}, "all orders are confirmed")
    assert set(bookings(db).values()) == {0}  # held, not sent again


def test_sigterm_finishes_the_orders_in_hand(platform: Processes, broker: Broker, db: Database) -> None:
    worker = start_worker(platform, platform.start("erp", SIMULATOR_LATENCY=0.5))
    deliver(db, broker, 5)
    until(lambda: states(db) == {"sent_to_erp": 5}, "the orders are on their way")
    assert worker.stop() == 0
    assert states(db) == {"confirmed": 5}
    assert broker.length("fulfilment") == 0
