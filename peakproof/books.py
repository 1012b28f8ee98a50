"""Asks the platform what became of a run's orders, with the SQL of its own folder. Reads only."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from foundation.errors import InputError, Unavailable
from foundation.secrets import Secret
from peakproof.conservation import Booked, missing

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
        try:
            with psycopg.connect(self._dsn.reveal(), row_factory=dict_row, connect_timeout=10) as connection:
                connection.read_only = True
                rows = connection.execute(self._query.read_bytes(), {"run": self._run}).fetchall()
        except psycopg.OperationalError as error:
            raise Unavailable(
                "the platform's database does not answer the conservation query",
                hint="see `peakproof env logs` of the database",
                detail=str(error).splitlines(),
            ) from error
        except psycopg.Error as error:
            raise InputError(
                f"the conservation query fails: {error}", where=str(self._query), hint="correct the SQL"
            ) from error
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
