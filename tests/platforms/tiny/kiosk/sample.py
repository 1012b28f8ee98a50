"""Members and shows, as many members as asked for. The same size and seed always give the same rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

VERSION = "1"
COUNTS = "members"

FIRST = ("Ada", "Grace", "Edsger", "Barbara", "Donald", "Frances", "Tony", "Radia")
LAST = ("Nowak", "Kowalska", "Lis", "Zając", "Wrona", "Dudek", "Sowa")
TITLES = ("Hamlet", "Kordian", "Wesele", "Tango", "Balladyna")
CREDIT = 120
"""What two or three bookings come to: some members are refused, and some are not."""


def tables(size: int, seed: int) -> Iterator[tuple[str, pa.Table]]:
    """The tables in the order of their foreign keys, for `size` members."""
    random = np.random.default_rng(seed)
    first, last = random.integers(len(FIRST), size=size), random.integers(len(LAST), size=size)
    names = [f"{FIRST[one]} {LAST[other]}" for one, other in zip(first, last, strict=True)]
    yield (
        "members",
        pa.table(
            {
                "number": range(1, size + 1),
                "full_name": names,
                "email": [f"member{number}@kiosk.example" for number in range(size)],
                "credit": [CREDIT] * size,
            }
        ),
    )
    prices = [20 + 5 * number for number in range(len(TITLES))]
    yield "shows", pa.table({"number": range(1, len(TITLES) + 1), "title": TITLES, "price": prices})
