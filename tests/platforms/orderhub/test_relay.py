"""The outbox relay: what is committed is published, and marked sent once the broker has confirmed it."""

from __future__ import annotations

import json

import pytest

from tests.platforms.orderhub.acceptance import accept_orders, unsent
from tests.platforms.orderhub.broker import Broker
from tests.platforms.orderhub.conftest import Database
from tests.platforms.orderhub.link import link_to
from tests.platforms.orderhub.processes import Processes
from tests.platforms.orderhub.servers import DatabaseServer, Server
from tests.platforms.orderhub.waiting import until

pytestmark = pytest.mark.integration


def published(broker: Broker) -> list[str]:
    return sorted(str(letter.headers["idempotency-key"]) for letter in broker.take("fulfilment"))


def test_an_accepted_order_is_published_with_its_key_and_marked(
    platform: Processes, broker: Broker, db: Database
) -> None:
    relay = platform.start("relay")
    accept_orders(db, "k", 1)
    until(lambda: unsent(db) == 0, "the outbox is empty")
    (letter,) = broker.take("fulfilment")
    assert (letter.headers["idempotency-key"], letter.headers["x-attempt"]) == ("k-0", 1)
    assert json.loads(letter.body)["lines"] == [{"sku": "PUMP-1", "quantity": 1, "unit_price": "80.00"}]
    assert [line["idempotency_key"] for line in relay.lines("order published")] == ["k-0"]


def test_a_new_order_wakes_the_relay_before_its_next_look(platform: Processes, db: Database) -> None:
    platform.start("relay", RELAY_POLL=60)
    accept_orders(db, "k", 1)
    until(lambda: unsent(db) == 0, "the outbox is empty", seconds=10)


def test_an_order_whose_wake_up_was_lost_is_found(platform: Processes, broker: Broker, db: Database) -> None:
    accept_orders(db, "k", 3)  # nobody listens yet
    platform.start("relay", RELAY_POLL=60)
    until(lambda: unsent(db) == 0, "the outbox is empty", seconds=10)
    assert published(broker) == ["k-0", "k-1", "k-2"]


def test_two_relays_share_the_outbox_and_publish_each_order_once(
    platform: Processes, broker: Broker, db: Database
) -> None:
    keys = accept_orders(db, "k", 200)
    relays = [platform.start("relay", RELAY_BATCH=5) for _ in range(2)]
    keys += accept_orders(db, "more", 200)
    until(lambda: unsent(db) == 0, "the outbox is empty")
    assert published(broker) == sorted(keys)
    assert sum(len(relay.lines("order published")) for relay in relays) == len(keys)


def test_a_broker_that_goes_and_comes_back_loses_nothing(
    platform: Processes, broker: Broker, db: Database, rabbitmq_server: Server
) -> None:
    with link_to(rabbitmq_server.host, rabbitmq_server.port) as link:
        relay = platform.start("relay", BROKER_HOST="127.0.0.1", BROKER_PORT=link.port, RELAY_BATCH=10)
        keys = accept_orders(db, "before", 100)
        link.cut()  # amid the batches
        keys += accept_orders(db, "away", 50)
        until(lambda: not relay.ready_file.exists(), "the relay is not ready")
        assert unsent(db) >= 50
        link.mend()
        until(lambda: unsent(db) == 0, "the outbox is empty")
        until(relay.is_ready, "the relay is ready again")
    assert set(published(broker)) == set(keys)


def test_a_database_that_goes_and_comes_back_loses_nothing(
    platform: Processes, broker: Broker, db: Database, postgres_server: DatabaseServer
) -> None:
    with link_to(postgres_server.host, postgres_server.port) as link:
        platform.start("relay", DATABASE_HOST="127.0.0.1", DATABASE_PORT=link.port, RELAY_BATCH=10)
        keys = accept_orders(db, "before", 100)
        link.cut()
        keys += accept_orders(db, "away", 50)
        link.mend()
        until(lambda: unsent(db) == 0, "the outbox is empty")
    assert set(published(broker)) == set(keys)


def test_a_relay_that_is_killed_leaves_its_work_to_the_next(
    platform: Processes, broker: Broker, db: Database
) -> None:
    first = platform.start("relay", RELAY_BATCH=5)
    keys = accept_orders(db, "k", 100)
    first.kill()
    platform.start("relay")
    until(lambda: unsent(db) == 0, "the outbox is empty")
    assert set(published(broker)) == set(keys)


def test_sigterm_ends_the_relay_and_its_readiness(platform: Processes) -> None:
    relay = platform.start("relay")
    assert relay.stop() == 0
    assert not relay.ready_file.exists()
    assert relay.lines("stopped")
