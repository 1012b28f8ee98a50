"""The reset between trials: what a run left is gone, what it held is free, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import InputError
from foundation.secrets import Secret
from peakproof import resetting
from tests.platforms.orderhub.acceptance import accept_orders
from tests.platforms.orderhub.conftest import Database
from tests.platforms.orderhub.processes import APP
from tests.platforms.orderhub.servers import DatabaseServer
from tests.platforms.orderhub.test_conservation import book, rows

pytestmark = pytest.mark.integration

TABLES = ("orders", "order_lines", "outbox", "invoices", "payments", "returns", "erp.bookings")


def counted(db: Database) -> dict[str, object]:
    found = {name: db.execute(f"SELECT count(*) FROM {name}".encode()).fetchone() for name in TABLES}  # noqa: S608
    held = "SELECT sum(credit_used), (SELECT sum(on_hand - available) FROM stock) FROM customers"
    return {**found, "held": db.execute(held).fetchone()}


def trade(db: Database, prefix: str) -> None:
    """Three orders of which one is confirmed, half paid and comes back, and one fails."""
    accept_orders(db, prefix, 3)
    book(db, f"{prefix}-0")
    db.execute("SELECT confirm_order(id, 'ERP-1') FROM orders WHERE idempotency_key = %s", [f"{prefix}-0"])
    db.execute("SELECT fail_order(id, 'why', true) FROM orders WHERE idempotency_key = %s", [f"{prefix}-1"])
    db.execute("SELECT accept_payment(%s, 'd', max(id), 40) FROM invoices", [f"{prefix}-4"])
    db.execute(
        "SELECT request_return(%s, 'd', id, 'PUMP-1', 1, 'r') FROM orders WHERE idempotency_key = %s",
        [f"{prefix}-5", f"{prefix}-0"],
    )


def test_a_reset_takes_back_what_the_run_left_and_nothing_else(
    db: Database, postgres_server: DatabaseServer, database: str
) -> None:
    trade(db, "old")
    before = counted(db)
    trade(db, "run")
    assert counted(db) != before
    resetting.reset(Secret(postgres_server.dsn(database)), APP.parent / "reset.sql", "run-")
    assert counted(db) == before
    assert rows(db) == {}
    trade(db, "run")  # the keys may be used again


def test_a_reset_that_is_wrong_changes_nothing_and_is_told_with_its_file(
    db: Database, postgres_server: DatabaseServer, database: str, tmp_path: Path
) -> None:
    trade(db, "run")
    before = counted(db)
    broken = tmp_path / "reset.sql"
    broken.write_text("DELETE FROM returns WHERE idempotency_key >= %(run)s; DELETE FROM nowhere")
    with pytest.raises(InputError, match="the platform's reset fails") as refused:
        resetting.reset(Secret(postgres_server.dsn(database)), broken, "run-")
    assert refused.value.where == str(broken)
    assert counted(db) == before
