"""Invoices, payments and returns: as functions of the database, and as a client of the API meets them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest

from tests.platforms.orderhub.acceptance import accept_orders
from tests.platforms.orderhub.conftest import Database
from tests.platforms.orderhub.processes import Processes, Reply, Running
from tests.platforms.orderhub.servers import DatabaseServer

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def shared(shared_processes: Processes) -> Running:
    return shared_processes.start("api")


@pytest.fixture
def bought(postgres_server: DatabaseServer, shared_database: str) -> dict[str, object]:
    """A confirmed order of two pumps at 80.00 in the shared database, and its invoice."""
    key = uuid4().hex
    with psycopg.connect(postgres_server.dsn(shared_database), autocommit=True) as connection:
        connection.execute("SELECT accept_order(%s, 'd', 1, '{PUMP-1}', '{2}', NULL)", [key])
        row = connection.execute(
            "SELECT id, confirm_order(id, 'ERP-7') FROM orders WHERE idempotency_key = %s", [key]
        ).fetchone()
        assert row is not None
        number = connection.execute("SELECT id FROM invoices WHERE order_id = %s", [row[0]]).fetchone()
    assert number is not None
    return {"order": str(row[0]), "invoice": number[0]}


def send(api: Running, path: str, body: object, key: str | None = None) -> Reply:
    return api.post(path, body, {"Idempotency-Key": key or uuid4().hex})


def goods(bought: dict[str, object], quantity: int = 1) -> dict[str, object]:
    return {"order": bought["order"], "sku": "PUMP-1", "quantity": quantity, "reason": "broken"}


def code(reply: Reply) -> tuple[int, object]:
    return reply.status, reply.json()["code"]


def test_confirming_an_order_writes_one_invoice_with_its_tax(db: Database) -> None:
    accept_orders(db, "k", 1)
    assert db.execute("SELECT confirm_order(id, 'ERP-1') FROM orders").fetchone() == (True,)
    assert db.execute("SELECT confirm_order(id, 'ERP-2') FROM orders").fetchone() == (False,)
    found = db.execute(
        "SELECT net::text, vat::text, gross::text, buyer_name, buyer_address, due_on - issued_on, erp_number"
        " FROM invoices i JOIN orders o ON o.id = i.order_id"
    ).fetchall()
    assert found == [("80.00", "18.40", "98.40", "Alfa sp. z o.o.", "Prosta 1, 00-001 Warszawa", 14, "ERP-1")]


def test_an_invoice_says_what_is_open_and_a_payment_lessens_it(
    shared: Running, bought: dict[str, object]
) -> None:
    place = f"/invoices/{bought['invoice']}"
    before = shared.get(place).json()
    assert (before["order"], before["gross"], before["open"]) == (bought["order"], "196.80", "196.80")
    reply = send(shared, "/payments", {"invoice": bought["invoice"], "amount": "96.80"})
    assert (reply.status, reply.json()["state"], reply.json()["amount"]) == (201, "received", "96.80")
    assert shared.get(place).json()["open"] == "100.00"
    assert shared.get(reply.headers["Location"]).json()["invoice"] == bought["invoice"]


def test_a_customers_invoices_are_listed_the_newest_first(shared: Running, bought: dict[str, object]) -> None:
    items = shared.get("/customers/1/invoices?limit=1").json()["items"]
    assert isinstance(items, list)
    assert [item["id"] for item in items] == [bought["invoice"]]
    assert shared.get("/customers/99/invoices").json() == {"items": []}


@pytest.mark.parametrize("path", ["/payments", "/returns"])
def test_the_same_key_replays_the_reply_or_refuses_another_request(
    shared: Running, bought: dict[str, object], path: str
) -> None:
    key = uuid4().hex
    body, other = (
        ({"invoice": bought["invoice"], "amount": "10.00"}, {"invoice": bought["invoice"], "amount": "11.00"})
        if path == "/payments"
        else (goods(bought), goods(bought, 2))
    )
    first, again = send(shared, path, body, key), send(shared, path, body, key)
    assert (first.status, first.body) == (again.status, again.body)
    assert ("Idempotent-Replay" in first.headers, again.headers["Idempotent-Replay"]) == (False, "true")
    assert code(send(shared, path, other, key)) == (422, "key-reused")


def test_a_payment_that_settles_the_invoice_is_replayed_and_not_taken_for_a_second_one(
    shared: Running, bought: dict[str, object]
) -> None:
    key, body = uuid4().hex, {"invoice": bought["invoice"], "amount": "196.80"}
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: send(shared, "/payments", body, key), range(8)))
    assert Counter(reply.status for reply in replies) == {201: 8}
    assert code(send(shared, "/payments", {**body, "amount": "0.01"})) == (409, "overpaid")


def test_payments_at_once_never_exceed_the_invoice(shared: Running, bought: dict[str, object]) -> None:
    body = {"invoice": bought["invoice"], "amount": "40.00"}
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: send(shared, "/payments", body), range(8)))
    assert Counter(reply.status for reply in replies) == {201: 4, 409: 4}


def test_goods_come_back_at_most_once(shared: Running, bought: dict[str, object]) -> None:
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: send(shared, "/returns", goods(bought)), range(6)))
    assert Counter(reply.status for reply in replies) == {201: 2, 409: 4}
    taken = next(reply for reply in replies if reply.status == 201)
    found = shared.get(taken.headers["Location"]).json()
    assert (found["order"], found["sku"], found["state"]) == (bought["order"], "PUMP-1", "requested")


def test_errors_are_problems_with_a_code(shared: Running, bought: dict[str, object]) -> None:
    key = uuid4().hex
    placed = send(shared, "/orders", {"customer": 1, "lines": [{"sku": "PUMP-1", "quantity": 1}]}, key).json()
    refused = {
        (404, "invoice-not-found"): shared.get("/invoices/999999"),
        (404, "payment-not-found"): shared.get("/payments/999999"),
        (404, "return-not-found"): shared.get("/returns/999999"),
        (400, "idempotency-key-missing"): shared.post("/payments", {"invoice": 1, "amount": "1.00"}),
        (422, "invalid-request"): send(shared, "/payments", {"invoice": 1, "amount": "1.001"}),
        (422, "unknown-invoice"): send(shared, "/payments", {"invoice": 999999, "amount": "1.00"}),
        (422, "unknown-line"): send(shared, "/returns", {**goods(bought), "sku": "VALVE-2"}),
        (409, "not-confirmed"): send(shared, "/returns", {**goods(bought), "order": placed["id"]}),
        (409, "more-than-ordered"): send(shared, "/returns", goods(bought, 3)),
    }
    assert {code(reply): expected for expected, reply in refused.items()} == {key: key for key in refused}
