"""Asks the platform what became of a run's orders, the way that its folder says. Reads only."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Protocol

from peakproof.conservation import Booked, missing

_PAUSE = 0.5


class Books(Protocol):
    """The platform's books of one run."""

    def read(self) -> list[Booked]:
        """One row a key. Raises InputError where the question or the answer is wrong, Unavailable."""
        ...


def wait(books: Books, promised: Collection[str], seconds: float) -> tuple[list[Booked], float]:
    """The books once every promised order has come to its end, or after `seconds`; and what it took.

    Books that take long to read are read the less often: the platform is still at work.
    """
    started = time.monotonic()
    while True:
        asked = time.monotonic()
        rows = books.read()
        now = time.monotonic()
        if not missing(promised, rows) or now - started >= seconds:
            return rows, now - started
        time.sleep(min(max(_PAUSE, now - asked), seconds - (now - started)))
