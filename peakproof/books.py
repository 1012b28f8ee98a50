"""Asks the platform what became of a run's orders, with the SQL of its own folder. Reads only."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path

from foundation.errors import InputError
from foundation.secrets import Secret
from peakproof.conservation import Booked, missing
from peakproof.platform_sql import answers

_PAUSE = 0.5
_COLUMNS = ("key", "content", "copies", "effects", "terminal", "state", "oversold")


class Books:
    """The platform's books through its conservation query; `run` is the prefix of the run's keys."""

    def __init__(self, dsn: Secret, query: Path, run: str) -> None:
        self._dsn = dsn
        self._query = query
        self._run = run

    def read(self) -> list[Booked]:
        """One row a key. Raises InputError when the query is wrong, Unavailable when nobody answers."""
        rows = answers(self._dsn, self._query, self._run, "the conservation query")
        return [self._booked(row) for row in rows]

    def wait(self, promised: Collection[str], seconds: float) -> tuple[list[Booked], float]:
        """The books once every promised order has come to its end, or after `seconds`; and what it took."""
        started = time.monotonic()
        while True:
            rows = self.read()
            waited = time.monotonic() - started
            if not missing(promised, rows) or waited >= seconds:
                return rows, waited
            time.sleep(min(_PAUSE, seconds - waited))

    def _booked(self, row: dict[str, object]) -> Booked:
        absent = [column for column in _COLUMNS if column not in row]
        if absent:
            raise InputError(
                f"the conservation query lacks the columns {', '.join(absent)}", where=str(self._query)
            )
        return Booked(**{column: row[column] for column in _COLUMNS})  # type: ignore[arg-type]
