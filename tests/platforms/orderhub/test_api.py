"""The API as a client meets it: a real server process on a real database."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest

from tests.platforms.orderhub.conftest import Database
from tests.platforms.orderhub.link import link_to
from tests.platforms.orderhub.processes import Processes, Reply, Running
from tests.platforms.orderhub.servers import DatabaseServer
from tests.platforms.orderhub.waiting import until

pytestmark = pytest.mark.integration

ORDER = {"customer": 1, "lines": [{"sku": "PUMP-1", "quantity": 2}], "note": "please call Anna, 601 101 101"}


@pytest.fixture(scope="module")
def shared(shared_processes: Processes) -> Running:
    """One API for the tests that only ask; each has keys of its own."""
    return shared_processes.start("api")


@pytest.fixture
def key() -> str:
    return uuid4().hex


@pytest.fixture
def api(processes: Processes) -> Running:
    """An API of the test's own."""
    return processes.start("api")


def place(api: Running, key: str, order: object = ORDER) -> Reply:
    return api.post("/orders", order, {"Idempotency-Key": key})


def problem(reply: Reply) -> tuple[int, object]:
    assert reply.headers["Content-Type"] == "application/problem+json"
    body = reply.json()
    assert {"type", "title", "status", "code"} <= body.keys()
    assert body["status"] == reply.status
    return reply.status, body["code"]


def test_an_accepted_order_can_be_read_at_the_address_in_the_reply(shared: Running, key: str) -> None:
    reply = place(shared, key)
    assert reply.status == 201
    body = reply.json()
    assert (body["state"], body["total"]) == ("accepted", "160.00")
    order = shared.get(reply.headers["Location"]).json()
    assert (order["id"], order["state"], order["customer"]) == (body["id"], "accepted", 1)
    assert order["lines"] == [{"sku": "PUMP-1", "quantity": 2, "unit_price": "80.00"}]


def test_the_same_request_again_gets_the_same_reply_marked_as_a_replay(shared: Running, key: str) -> None:
    first, second = place(shared, key), place(shared, key)
    assert (first.status, first.body) == (second.status, second.body)
    assert "Idempotent-Replay" not in first.headers
    assert second.headers["Idempotent-Replay"] == "true"


def test_the_same_key_at_once_makes_one_order_and_replays_it(api: Running, db: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: place(api, "k-1"), range(16)))
    assert Counter(reply.status for reply in replies) == {201: 16}
    assert len({reply.body for reply in replies}) == 1
    assert sum("Idempotent-Replay" not in reply.headers for reply in replies) == 1
    assert db.execute("SELECT count(*) FROM orders").fetchone() == (1,)


def test_the_same_key_with_another_body_is_refused(shared: Running, key: str) -> None:
    place(shared, key)
    assert problem(place(shared, key, {**ORDER, "note": "another"})) == (422, "key-reused")


def test_errors_are_problems_with_a_code(shared: Running) -> None:
    line = {"sku": "PUMP-1", "quantity": 1}
    refused = {
        (400, "idempotency-key-missing"): shared.post("/orders", ORDER),
        (400, "idempotency-key-invalid"): place(shared, "k" * 201),
        (400, "malformed-json"): shared.post("/orders", b"{", {"Idempotency-Key": "k"}),
        (422, "invalid-request"): place(shared, "k", {"customer": 1}),
        (422, "unknown-customer"): place(shared, "k", {"customer": 99, "lines": [line]}),
        (422, "unknown-sku"): place(
            shared, "k", {"customer": 1, "lines": [{"sku": "NONE-9", "quantity": 1}]}
        ),
        (409, "customer-not-active"): place(shared, "k", {"customer": 3, "lines": [line]}),
        (409, "out-of-stock"): place(
            shared, "k", {"customer": 1, "lines": [{"sku": "RARE-3", "quantity": 11}]}
        ),
        (409, "credit-limit"): place(
            shared, "k", {"customer": 2, "lines": [{"sku": "PUMP-1", "quantity": 11}]}
        ),
        (404, "order-not-found"): shared.get(f"/orders/{uuid4()}"),
        (404, "sku-not-found"): shared.get("/products/NONE-9/price?customer=1"),
        (404, "customer-not-found"): shared.get("/products/PUMP-1/price?customer=99"),
        (404, "not-found"): shared.get("/nothing"),
        (405, "method-not-allowed"): shared.request("DELETE", "/products"),
    }
    assert {problem(reply): expected for expected, reply in refused.items()} == {key: key for key in refused}
    for path in ("/orders/7", "/products?limit=0", "/products?after=x", "/products/%00/price?customer=1"):
        assert problem(shared.get(path)) == (422, "invalid-request")


def test_an_error_does_not_repeat_what_was_sent(shared: Running) -> None:
    secret = "Anna-44051401359"
    reply = place(
        shared, "k", {"customer": secret, "lines": [{"sku": secret, "quantity": secret}], "note": [secret]}
    )
    assert reply.status == 422
    assert secret.encode() not in reply.body
    assert secret not in shared.log.read_text()


def test_products_come_in_pages_that_leave_nothing_out(shared: Running) -> None:
    first = shared.get("/products?limit=2").json()
    second = shared.get(f"/products?limit=2&after={first['next']}").json()
    items = [*_items(first), *_items(second)]
    assert [item["sku"] for item in items] == ["PUMP-1", "VALVE-2", "RARE-3"]  # OLD-4 is discontinued
    assert items[1]["list_price"] == "10.50"
    assert second["next"] is None


def _items(page: dict[str, object]) -> list[dict[str, object]]:
    assert isinstance(page["items"], list)
    return page["items"]


@pytest.mark.parametrize(("customer", "price", "source"), [(1, "80.00", "negotiated"), (2, "100.00", "list")])
def test_a_price_is_the_customers_own_or_the_list_price(
    shared: Running, customer: int, price: str, source: str
) -> None:
    found = shared.get(f"/products/PUMP-1/price?customer={customer}").json()
    assert (found["price"], found["source"], found["currency"]) == (price, source, "PLN")


def test_the_openapi_description_covers_every_route_and_its_errors(shared: Running) -> None:
    paths = shared.get("/openapi.json").json()["paths"]
    assert isinstance(paths, dict)
    assert set(paths) == {
        "/products", "/products/{sku}/price", "/orders", "/orders/{order_id}",
            "/customers/{customer}/invoices", "/invoices/{number}", "/payments", "/payments/{number}",
            "/returns", "/returns/{number}",
        "/health/live", "/health/ready",
    }  # fmt: skip
    for operations in paths.values():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]
    assert "application/json" in paths["/orders"]["post"]["responses"]["201"]["content"]


def test_every_log_line_about_an_order_carries_its_key(shared: Running, key: str) -> None:
    place(shared, key)
    place(shared, f"{key}-2", {**ORDER, "customer": 99})
    found = [(line["message"], line["idempotency_key"]) for line in shared.lines("order")[-2:]]
    assert found == [("order accepted", key), ("order unknown-customer", f"{key}-2")]
    assert "601 101 101" not in shared.log.read_text()


def test_orders_taken_while_the_database_restarts_are_known_or_in_doubt(
    processes: Processes, postgres_server: DatabaseServer, db: Database
) -> None:
    with link_to(postgres_server.host, postgres_server.port) as link:
        api = processes.start("api", DATABASE_HOST="127.0.0.1", DATABASE_PORT=link.port)
        link.cut()
        away = place(api, "k-1")
        assert problem(away)[0] == 503
        assert away.headers["Retry-After"] == "1"
        assert api.get("/health/live").status == 200
        assert api.get("/health/ready").status == 503
        link.mend()
        until(lambda: place(api, "k-1").status == 201, "orders are taken again")
    assert db.execute("SELECT count(*) FROM orders").fetchone() == (1,)


def test_connections_ended_by_the_server_cost_no_order(api: Running, db: Database) -> None:
    db.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert place(api, "k-1").status == 201


def test_a_saturated_database_is_told_as_such_and_nothing_was_done(
    processes: Processes, postgres_server: DatabaseServer, database: str, db: Database
) -> None:
    api = processes.start("api", DATABASE_LOCK_TIMEOUT=0.2)
    with psycopg.connect(postgres_server.dsn(database)) as blocker:
        blocker.execute("SELECT * FROM stock WHERE product_id = 1 FOR UPDATE")
        reply = place(api, "k-1")
    assert problem(reply) == (503, "database-saturated")
    assert reply.headers["Retry-After"] == "1"
    assert db.execute("SELECT count(*) FROM orders").fetchone() == (0,)


def test_sigterm_lets_the_request_in_hand_finish(
    processes: Processes, postgres_server: DatabaseServer, database: str, db: Database
) -> None:
    api = processes.start("api")
    waiting = (
        b"SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with ThreadPoolExecutor(2) as threads:
        with psycopg.connect(postgres_server.dsn(database)) as blocker:
            blocker.execute("SELECT * FROM stock WHERE product_id = 1 FOR UPDATE")
            reply = threads.submit(place, api, "k-1")
            until(lambda: db.execute(waiting).fetchone(), "the order waits for the row")
            stopped = threads.submit(api.stop)
        assert reply.result(timeout=10).status == 201
        assert stopped.result(timeout=10) == 0


def test_a_wrong_setting_ends_the_process_with_one_line(processes: Processes) -> None:
    api = processes.launch("api", DATABASE_PORT="many")
    assert api.popen.wait(timeout=10) == 2
    assert api.log.read_text() == "orderhub api: ORDERHUB_DATABASE_PORT='many' is not a int\n"


def test_replies_are_json_to_the_byte(shared: Running) -> None:
    for path in ("/products", "/products/PUMP-1/price?customer=1"):
        reply = shared.get(path)
        assert reply.headers["Content-Type"] == "application/json"
        json.loads(reply.body)
