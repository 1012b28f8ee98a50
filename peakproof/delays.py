"""Asks the platform's books how long its orders took, with the SQL of its own folder. Reads only."""

from __future__ import annotations

from pathlib import Path

from foundation.errors import InputError
from foundation.secrets import Secret
from peakproof.asynchronous import Delay
from peakproof.platform_sql import answers

_COLUMNS = ("key", "started", "nanoseconds")
_SECOND = 1_000_000_000


def read(dsn: Secret, query: Path, run: str, started_at: int) -> tuple[Delay, ...]:
    """One delay an order of the run. `started_at`: when the load began, ns since the epoch.

    Raises InputError when the query is wrong, Unavailable when nobody answers.
    """
    rows = answers(dsn, query, run, "the query of a delay")
    absent = [column for column in _COLUMNS if rows and column not in rows[0]]
    if absent:
        raise InputError(f"the query of a delay lacks the columns {', '.join(absent)}", where=str(query))
    return tuple(delay(row["started"], row["nanoseconds"], started_at) for row in rows)


def delay(started: int, nanoseconds: int | None, load_started: int) -> Delay:
    """A row as a delay; nanoseconds None: not there yet."""
    took = None if nanoseconds is None else max(int(nanoseconds), 0) / _SECOND
    return Delay(at=(int(started) - load_started) / _SECOND, seconds=took)
