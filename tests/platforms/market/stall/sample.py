"""Buyers and goods, as many buyers as asked for. The same size and seed always give the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyarrow as pa

VERSION = "1"
COUNTS = "buyers"

FIRST = ("Ada", "Grace", "Edsger", "Barbara", "Donald", "Frances", "Tony", "Radia")
LAST = ("Nowak", "Kowalska", "Lis", "Zając", "Wrona", "Dudek", "Sowa")
GOODS = ("bread", "honey", "butter", "apples", 'it\'s "ham"')
OPENED = datetime(2020, 2, 29, 7, 30, tzinfo=UTC)


def tables(size: int, seed: int) -> Iterator[tuple[str, pa.Table]]:
    """The tables in the order of their foreign keys, for `size` buyers; every seventh is away."""
    numbers = range(1, size + 1)
    buyers = {
        "number": numbers,
        "full_name": [f"{FIRST[n * seed % len(FIRST)]} {LAST[n % len(LAST)]}" for n in numbers],
        "email": [f"buyer{n}@stall.example" for n in numbers],
        "active": [n % 7 != 0 for n in numbers],
        "since": [None if n % 5 == 0 else OPENED + timedelta(days=n, microseconds=n) for n in numbers],
    }
    yield "buyers", pa.table(buyers)
    yield "goods", pa.table({"name": list(GOODS), "price": [100 + 10 * n for n in range(len(GOODS))]})
