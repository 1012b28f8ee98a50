"""Why a server lets nobody in, by its SQLSTATE. libpq shows only the words, in the server's language.

So it is asked once more, by a libpq that was told to say the SQLSTATE.
"""

from __future__ import annotations

import ctypes
import re
import select
import time
from functools import cache
from pathlib import Path

from psycopg import pq
from psycopg.pq.abc import PGconn

# PQERRORS_SQLSTATE of libpq-fe.h: severity and SQLSTATE, nothing else. Since PostgreSQL 12.
_SQLSTATE = 3
_SECONDS = 10.0


def wrong(state: str | None) -> bool:
    """Whether what was given cannot work: user, password, database, or what they may."""
    return state is not None and (state.startswith("28") or state in ("3D000", "42501", "42704"))


def full(state: str | None) -> bool:
    """Whether nobody more is let in just now."""
    return state == "53300"


def state(conninfo: str) -> str | None:
    """The SQLSTATE with which a server refuses; None where none answers, or it lets us in after all."""
    library = _library()
    if library is None:
        return None
    connection = pq.PGconn.connect_start(conninfo.encode())
    try:
        library.PQsetErrorVerbosity(ctypes.c_void_p(getattr(connection, "pgconn_ptr", None)), _SQLSTATE)
        _tried(connection)
        found = re.search(rb"\b([0-9A-Z]{5})\s*$", connection.error_message)
        return found[1].decode() if found and connection.status == pq.ConnStatus.BAD else None
    finally:
        connection.finish()


def _tried(connection: PGconn) -> None:
    """Goes on with the connection until it stands or does not."""
    deadline, polled = time.monotonic() + _SECONDS, pq.PollingStatus.WRITING
    while polled in (pq.PollingStatus.READING, pq.PollingStatus.WRITING) and time.monotonic() < deadline:
        if connection.status == pq.ConnStatus.BAD:
            return
        reads = [connection.socket] if polled == pq.PollingStatus.READING else []
        writes = [connection.socket] if polled == pq.PollingStatus.WRITING else []
        select.select(reads, writes, [], max(0.0, deadline - time.monotonic()))
        polled = pq.PollingStatus(connection.connect_poll())


@cache
def _library() -> ctypes.CDLL | None:
    """The libpq that this process has loaded already: the driver's own."""
    maps = Path("/proc/self/maps")
    lines = maps.read_text().splitlines() if maps.exists() else []
    found = next((line.split()[-1] for line in lines if re.search(r"/libpq[^/]*\.so[^/]*$", line)), None)
    return ctypes.CDLL(found) if found else None
