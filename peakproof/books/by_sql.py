"""The platform's books by SQL: its conservation query, asked of its database."""

from __future__ import annotations

from pathlib import Path

from foundation.secrets import Secret
from peakproof import databases
from peakproof.books.rows import booked, refuse_lacking
from peakproof.conservation import Booked
from peakproof.databases import Query


class BySql:
    """`run`: the prefix of the run's keys."""

    def __init__(self, dsn: Secret, query: Path, run: str) -> None:
        self._database = databases.of(dsn)
        self._query = Query.of_file(query, "the conservation query")
        self._run = run

    def read(self) -> list[Booked]:
        """One row a key. Raises InputError when the query is wrong, Unavailable when nobody answers."""
        answer = self._database.ask(self._query, {"run": self._run})
        refuse_lacking(answer.columns, self._query.what, self._query.where)
        return booked(answer.by_name(), self._query.what, self._query.where)
