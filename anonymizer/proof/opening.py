"""Opens a database as one side of a check, whatever engine it is, in one snapshot. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from anonymizer.engines import is_mariadb
from anonymizer.policies.schema import Schema
from anonymizer.proof.terms import Telling


@contextmanager
def opened(dsn: str, role: Literal["source", "target"]) -> Iterator[tuple[Telling, Schema]]:
    """The side and its schema, for as long as the block lasts. Raises InputError, Unavailable."""
    if is_mariadb(dsn):
        from anonymizer.mariadb.schema import read_schema as described
        from anonymizer.mariadb.side import MariadbSide
        from anonymizer.mariadb.snapshots import reading

        with reading(dsn, role) as session:
            yield MariadbSide(session=session), described(session).schema
        return
    from anonymizer.policies.schema import read_schema
    from anonymizer.postgres import contents
    from anonymizer.proof.side import PostgresqlSide

    with contents.opened(dsn, role) as (connection, reader):
        yield PostgresqlSide(reader=reader, role=role), read_schema(connection)
