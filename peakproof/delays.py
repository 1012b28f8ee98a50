"""Asks the platform's books how long its orders took, with the SQL of its own folder. Reads only."""

from __future__ import annotations

from pathlib import Path

from foundation.errors import InputError
from foundation.secrets import Secret
from peakproof import databases
from peakproof.asynchronous import Delay
from peakproof.databases import Query

_COLUMNS = ("key", "started", "nanoseconds")
_SECOND = 1_000_000_000


def read(dsn: Secret, query: Path, run: str, started_at: int) -> tuple[Delay, ...]:
    """One delay an order of the run. `started_at`: when the load began, ns since the epoch.

    Raises InputError when the query is wrong, Unavailable when nobody answers.
    """
    asked = Query.of_file(query, "the query of a delay")
    answer = databases.of(dsn).ask(asked, {"run": run})
    absent = [column for column in _COLUMNS if column not in answer.columns]
    if absent:
        raise InputError(f"{asked.what} lacks the columns {', '.join(absent)}", where=asked.where)
    found = answer.by_name()
    return tuple(delay(row["started"], row["nanoseconds"], started_at) for row in found)


def delay(started: object, nanoseconds: object, load_started: int) -> Delay:
    """A row as a delay; nanoseconds None: not there yet."""
    took = None if nanoseconds is None else max(int(str(nanoseconds)), 0) / _SECOND
    return Delay(at=(int(str(started)) - load_started) / _SECOND, seconds=took)
