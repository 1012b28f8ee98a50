"""The edge to a platform's database: what the driver's errors mean for whoever wrote the platform's SQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.rows import DictRow, dict_row

from foundation.errors import InputError, Unavailable
from foundation.secrets import Secret


@contextmanager
def explained(what: str, query: Path) -> Iterator[None]:
    """Raises InputError when the SQL of `query` is wrong, Unavailable when nobody answers it."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"the platform's database does not answer {what}",
            hint="see `peakproof env logs` of the database",
            detail=str(error).splitlines(),
        ) from error
    except psycopg.Error as error:
        raise InputError(f"{what} fails: {error}", where=str(query), hint="correct the SQL") from error


def answers(dsn: Secret, query: Path, run: str, what: str) -> list[DictRow]:
    """The rows of a platform's query for the keys of a run, read only. Raises as `explained`."""
    with (
        explained(what, query),
        psycopg.connect(dsn.reveal(), row_factory=dict_row, connect_timeout=10) as connection,
    ):
        connection.read_only = True
        return connection.execute(query.read_bytes(), {"run": run}).fetchall()
