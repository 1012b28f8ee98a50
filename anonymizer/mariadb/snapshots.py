"""One consistent view of a source on MariaDB or MySQL. Never writes, and cannot be shared by connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from anonymizer.mariadb.connections import Session, session


@contextmanager
def reading(dsn: str) -> Iterator[Session]:
    """The source's transactional tables as of now, for everything that reads them."""
    with session(dsn, "source") as reader:
        reader.do("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.do("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        yield reader
