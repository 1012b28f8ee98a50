"""A database is refused unless it holds the receipt of a complete and verified run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from foundation import receipts
from foundation.errors import Refused
from foundation.receipts import Receipt
from tests.servers import Server

pytestmark = pytest.mark.integration

RECEIPT = Receipt(
    policy="shop 1", policy_hash="ab", schema="cd", key="ef", started="2026-11-01T00:00:00+00:00",
    finished="2026-11-01T00:01:00+00:00", tables={"people": 3}, complete=True, verified=True,
)  # fmt: skip


@pytest.fixture
def connection(postgres_server: Server) -> Iterator[psycopg.Connection]:
    name = f"receipts_{uuid4().hex[:12]}"
    postgres_server.create_database(name)
    with psycopg.connect(postgres_server.dsn(name), autocommit=True) as one:
        yield one
    with psycopg.connect(postgres_server.dsn("postgres"), autocommit=True) as administration:
        administration.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def test_what_is_stored_is_read(connection: psycopg.Connection) -> None:
    receipts.store(connection, RECEIPT)
    assert receipts.read(connection) == RECEIPT == receipts.require(connection)


def test_there_is_one_receipt_the_last(connection: psycopg.Connection) -> None:
    receipts.store(connection, replace(RECEIPT, complete=False, tables={}))
    receipts.store(connection, RECEIPT)
    row = connection.execute("SELECT count(*) FROM peakproof.receipt").fetchone()
    assert row == (1,)
    assert receipts.read(connection) == RECEIPT


def test_a_database_without_a_receipt_is_refused(connection: psycopg.Connection) -> None:
    assert receipts.read(connection) is None
    with pytest.raises(Refused, match="has no receipt"):
        receipts.require(connection)


@pytest.mark.parametrize(
    ("receipt", "why"),
    [
        (replace(RECEIPT, complete=False), "was not finished"),
        (replace(RECEIPT, verified=None), "did not pass"),
        (replace(RECEIPT, verified=False, findings=("people.email: 1 of 3",)), "did not pass"),
    ],
)
def test_an_incomplete_or_unverified_database_is_refused(
    connection: psycopg.Connection, receipt: Receipt, why: str
) -> None:
    receipts.store(connection, receipt)
    with pytest.raises(Refused, match=why) as refused:
        receipts.require(connection)
    assert refused.value.detail == receipt.findings
    assert refused.value.hint
