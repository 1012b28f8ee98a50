"""The conservation query: it tells a lost, doubled, foreign or oversold order from a good one."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

import pytest
from psycopg.rows import dict_row

from tests.platforms.orderhub.acceptance import accept_orders
from tests.platforms.orderhub.conftest import Database
from tests.platforms.orderhub.processes import APP

pytestmark = pytest.mark.integration

QUERY = (APP.parent / "conservation.sql").read_bytes()


def rows(db: Database, run: str = "run-") -> dict[str, Mapping[str, object]]:
    with db.cursor(row_factory=dict_row) as cursor:
        return {str(row["key"]): row for row in cursor.execute(QUERY, {"run": run}).fetchall()}


def book(db: Database, key: str, content: str = "1|PUMP-1x1") -> None:
    db.execute(
        "INSERT INTO erp.bookings (idempotency_key, order_id, customer_id, content, total)"
        " VALUES (%s, %s, 1, %s, 80)",
        [key, uuid4(), content],
    )


def oversold(db: Database) -> list[str]:
    return [key for key, row in rows(db).items() if row["oversold"]]


def test_a_run_without_orders_has_no_rows(db: Database) -> None:
    assert rows(db) == {}


def test_a_good_order_is_there_once_took_effect_once_and_is_at_its_end(db: Database) -> None:
    accept_orders(db, "run", 1)
    book(db, "run-0")
    db.execute("SELECT confirm_order(id, 'ERP-1') FROM orders")
    assert rows(db)["run-0"] == {
        "key": "run-0", "content": "1|PUMP-1x1", "copies": 1, "effects": 1,
        "terminal": True, "state": "confirmed", "oversold": False,
    }  # fmt: skip


def test_content_lists_lines_sorted_by_sku(db: Database) -> None:
    db.execute("SELECT accept_order('run-0', 'd', 2, '{VALVE-2,RARE-3,PUMP-1}', '{3,2,1}', NULL)")
    assert rows(db)["run-0"]["content"] == "2|PUMP-1x1;RARE-3x2;VALVE-2x3"


@pytest.mark.parametrize(
    ("state", "terminal"), [("accepted", False), ("sent_to_erp", False), ("failed", True)]
)
def test_an_order_is_stuck_unless_confirmed_or_failed(db: Database, state: str, terminal: bool) -> None:
    accept_orders(db, "run", 1)
    db.execute(
        "UPDATE orders SET state = %s, failure_reason = CASE WHEN %s THEN 'why' END", [state, terminal]
    )
    row = rows(db)["run-0"]
    assert (row["state"], row["terminal"], row["effects"]) == (state, terminal, 0)


def test_an_order_that_only_the_erp_knows_is_shown(db: Database) -> None:
    book(db, "run-9")
    row = rows(db)["run-9"]
    assert (row["copies"], row["effects"], row["content"], row["terminal"]) == (0, 1, "1|PUMP-1x1", True)


def test_books_that_disagree_show_the_foreign_content(db: Database) -> None:
    accept_orders(db, "run", 1)
    book(db, "run-0", content="1|PUMP-1x2")
    assert rows(db)["run-0"]["content"] == "1|PUMP-1x2"


def test_doubled_orders_and_effects_are_counted(db: Database) -> None:
    accept_orders(db, "run", 1)
    db.execute("ALTER TABLE orders DROP CONSTRAINT orders_idempotency_key_key")
    db.execute("ALTER TABLE erp.bookings DROP CONSTRAINT bookings_idempotency_key_key")
    db.execute(
        "WITH copy AS (INSERT INTO orders (idempotency_key, request_digest, customer_id, total, ship_to_name,"
        " ship_to_email, ship_to_phone, ship_to_address)"
        " SELECT idempotency_key, request_digest, customer_id, total, ship_to_name,"
        " ship_to_email, ship_to_phone, ship_to_address FROM orders RETURNING id)"
        " INSERT INTO order_lines SELECT copy.id, 1, 1, 80 FROM copy"
    )
    book(db, "run-0")
    book(db, "run-0")
    row = rows(db)["run-0"]
    assert (row["copies"], row["effects"], row["content"]) == (2, 2, "1|PUMP-1x1")


def test_only_keys_that_begin_so_belong_to_the_run(db: Database) -> None:
    accept_orders(db, "run", 2)
    accept_orders(db, "rum", 2)
    accept_orders(db, "runs", 2)
    assert sorted(rows(db)) == ["run-0", "run-1"]
    assert rows(db, "r_n-") == rows(db, "r%") == {}


def test_orders_within_limit_and_stock_are_not_oversold(db: Database) -> None:
    accept_orders(db, "run", 10, customer=2)  # exactly the limit
    assert oversold(db) == []


def test_the_orders_beyond_the_credit_limit_are_oversold_and_no_other(db: Database) -> None:
    accept_orders(db, "old", 1, customer=2)  # of no run, but it counts
    accept_orders(db, "run", 6, customer=2)
    accept_orders(db, "run-other", 3, customer=1)
    db.execute("UPDATE customers SET credit_limit = 450, credit_opening = 50 WHERE id = 2")
    assert oversold(db) == ["run-3", "run-4", "run-5"]


def test_the_orders_beyond_the_stock_are_oversold_and_no_other(db: Database) -> None:
    accept_orders(db, "run", 6)
    db.execute("UPDATE stock SET on_hand = 4, available = 0 WHERE product_id = 1")
    assert oversold(db) == ["run-4", "run-5"]


def test_orders_that_gave_back_what_they_held_are_not_oversold(db: Database) -> None:
    accept_orders(db, "run", 6)
    db.execute("SELECT fail_order(id, 'why', true) FROM orders WHERE idempotency_key < 'run-3'")
    db.execute("UPDATE stock SET on_hand = 3, available = 0 WHERE product_id = 1")
    assert oversold(db) == []


def test_the_runs_orders_are_found_by_index(db: Database) -> None:
    accept_orders(db, "run", 3)
    db.execute("SET enable_seqscan = off")
    plan = "\n".join(str(row[0]) for row in db.execute(b"EXPLAIN " + QUERY, {"run": "run-"}).fetchall())
    for index in ("orders_idempotency_key_key", "bookings_idempotency_key_key"):
        assert f"using {index}" in plan or f"Scan on {index}" in plan


def test_a_confirmed_order_without_its_invoice_is_not_at_its_end(db: Database) -> None:
    accept_orders(db, "run", 1)
    db.execute("UPDATE orders SET state = 'confirmed', erp_number = 'ERP-1'")
    row = rows(db)["run-0"]
    assert (row["state"], row["terminal"]) == ("confirmed, not invoiced", False)


def invoice(db: Database) -> int:
    """A confirmed order of one pump, 98.40 gross; its invoice."""
    accept_orders(db, "old", 1)
    db.execute("SELECT confirm_order(id, 'ERP-1') FROM orders")
    found = db.execute("SELECT id FROM invoices").fetchone()
    assert found is not None
    return int(str(found[0]))


def test_payments_and_returns_of_the_run_are_there_once_with_what_they_say(db: Database) -> None:
    number = invoice(db)
    order = str(db.execute("SELECT id FROM orders").fetchone()[0])  # type: ignore[index]
    db.execute("SELECT accept_payment('run-1', 'd', %s, 40.00)", [number])
    db.execute("SELECT request_return('run-2', 'd', %s, 'PUMP-1', 1, 'broken')", [order])
    found = rows(db)
    assert found.keys() == {"run-1", "run-2"}
    assert (found["run-1"]["content"], found["run-2"]["content"]) == (
        f"payment|{number}|40.00",
        f"return|{order}|PUMP-1x1",
    )
    for row in found.values():
        assert (row["copies"], row["effects"], row["terminal"], row["oversold"]) == (1, 1, True, False)


def test_a_payment_that_was_taken_twice_is_doubled(db: Database) -> None:
    number = invoice(db)
    db.execute("SELECT accept_payment('run-1', 'd', %s, 40.00)", [number])
    db.execute("ALTER TABLE payments DROP CONSTRAINT payments_idempotency_key_key")
    db.execute(
        "INSERT INTO payments (idempotency_key, invoice_id, amount, paid_at, payer_name, payer_iban,"
        " transfer_title) SELECT idempotency_key, invoice_id, amount, now(), payer_name, payer_iban,"
        " transfer_title FROM payments"
    )
    assert rows(db)["run-1"]["copies"] == 2


def test_the_payments_beyond_their_invoice_and_no_other_are_oversold(db: Database) -> None:
    number = invoice(db)
    for key in ("old-1", "run-1"):
        db.execute("SELECT accept_payment(%s, 'd', %s, 40.00)", [key, number])
    db.execute("UPDATE invoices SET net = 50, gross = net + vat - net + 50")
    assert oversold(db) == ["run-1"]


def test_the_returns_beyond_what_was_ordered_are_oversold(db: Database) -> None:
    invoice(db)
    for key in ("run-1", "run-2"):
        db.execute(
            "INSERT INTO returns (idempotency_key, order_id, product_id, quantity, reason, contact_name,"
            " contact_email) SELECT %s, order_id, product_id, quantity, 'r', 'n', 'e' FROM order_lines",
            [key],
        )
    assert oversold(db) == ["run-2"]
