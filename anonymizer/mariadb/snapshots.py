"""One consistent view of a database on MariaDB or MySQL; connections cannot share it. Never writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from anonymizer.mariadb.connections import Session, session


@contextmanager
def reading(dsn: str, role: str = "source") -> Iterator[Session]:
    """Its transactional tables as of now, for everything that reads them."""
    with session(dsn, role) as reader:
        reader.do("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.do("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        yield reader
