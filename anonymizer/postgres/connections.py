"""Connections to source and target: the same settings on both, whatever roles and databases have."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from anonymizer.postgres import logins
from anonymizer.postgres.refusals import EIGHT, SIDE, translated
from foundation.errors import InputError, PeakproofError, Refused, Unavailable

_Answer = TypeVar("_Answer")

# Every value travels as text: one spelling of each type on both sides, whatever the roles' settings are.
SESSION = (
    "SET client_encoding = 'UTF8'", "SET TimeZone = 'UTC'", "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'postgres'", "SET extra_float_digits = 1", "SET bytea_output = 'hex'",
    "SET lc_monetary = 'C'", "SET array_nulls = on", "SET xmloption = content",
    # Ours write one after the other, and each sees what the one before has left.
    "SET default_transaction_isolation = 'read committed'",
    # A policy of row security would hide rows silently; now it is an error instead.
    "SET row_security = off", "SET lock_timeout = '10s'",
    # Whatever the role's own limits are: a piece of a table is read in this time, and waiting is not idling.
    "SET statement_timeout = '4h'", "SET idle_in_transaction_session_timeout = 0",
    # Not every version has these.
    "SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('idle_session_timeout', "
    "'transaction_timeout')",
)  # fmt: skip

# What libpq itself says, and poolers, who know no language but English; a server is told by its SQLSTATE.
_REFUSED_LOGIN = (
    "password authentication failed",
    "does not exist",
    "no pg_hba.conf entry",
    "no password supplied",
    "definition of service",
)
_NO_ROOM = ("too many", "remaining connection slots", "query_wait_timeout", "no more connections allowed")


class _Sided(psycopg.Connection):
    """A connection whose errors say whose they are."""

    side = ""

    def wait(self, gen: PQGen[_Answer], interval: float = 0.1, timeout: float | None = None) -> _Answer:
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.Error as error:
            setattr(error, SIDE, self.side)
            raise


@contextmanager
def session(dsn: str, role: str) -> Iterator[psycopg.Connection]:
    """A connection in autocommit mode; `role` ("source", "target") is how errors call it.

    Raises InputError (a DSN or login that cannot work), Unavailable (nobody answers), and what
    `translated` says.
    """
    # What it warns of quotes the server, which may quote a row; what matters of it is raised as well.
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    with translated(role), connect(dsn, role) as connection:
        for setting in SESSION:
            connection.execute(setting)
        _refuse_pooling(connection, dsn, role)
        yield connection


def _refuse_pooling(connection: psycopg.Connection, dsn: str, role: str) -> None:
    """Raises Refused where a pooler gives each transaction another server process: no snapshot is kept there.

    A pooler shows by a process number of its own; one that pools sessions keeps ours while another works,
    and one that pools statements allows no transaction.
    """
    mine = _process(connection)
    if mine == connection.info.backend_pid:
        return
    hint = "connect to the server itself, or to a pool in session mode"
    try:
        with connect(dsn, role) as other, other.transaction():
            if _process(other) == mine or _process(connection) != mine:
                raise Refused(f"the {role} is reached through a pool of transactions", hint=hint)
    except errors.ProtocolViolation as error:
        if "statement pooling" not in (error.diag.message_primary or ""):
            raise
        raise Refused(f"the {role} is reached through a pool of statements", hint=hint) from None


def _process(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def connect(dsn: str, role: str) -> psycopg.Connection:
    """A new connection in autocommit mode."""
    try:
        place = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        # The text is not repeated: it may hold a password.
        raise InputError(f"the {role} is not a connection string", hint=_EXAMPLE) from None
    try:
        connection = _Sided.connect(conninfo(dsn), autocommit=True)
    except psycopg.OperationalError as error:
        raise unreachable(str(error), _where(place, role), logins.state(conninfo(dsn))) from error
    connection.side = role
    return connection


def _where(place: Mapping[str, object], role: str) -> str:
    if "service" in place:
        return f"{role}, service {place['service']}"
    server = f"{place.get('host', 'the local socket')}:{place.get('port', 5432)}"
    return f"{role} {place.get('dbname', '')} on {server}"


def unreachable(message: str, where: str, state: str | None = None) -> PeakproofError:
    """What it means that no connection came about: by the server's SQLSTATE, where it gave one.

    libpq's message quotes no row.
    """
    said = _told(message)
    if logins.wrong(state) or any(words in said for words in _REFUSED_LOGIN):
        return InputError(said, where=where, hint="check service, user, password and database name")
    if logins.full(state) or any(words in said for words in _NO_ROOM):
        return Unavailable(said, where=where, hint=EIGHT)
    return Unavailable(said, where=where, hint="check host and port, and that the server runs")


def conninfo(dsn: str) -> str:
    """The connection string with our name in it. A server that fell silent is given up after a minute."""
    return make_conninfo(
        dsn, application_name="peakproof anonymize", connect_timeout=10, keepalives_idle=20,
        keepalives_interval=10, keepalives_count=4, tcp_user_timeout=60_000,
    )  # fmt: skip


def _told(message: str) -> str:
    """The line of libpq's message that says why: the server's FATAL, or the end of "… failed: why"."""
    lines = [line.strip() for line in message.splitlines() if "failed:" in line or "FATAL:" in line]
    last = lines[-1] if lines else message.strip().splitlines()[0]
    return last.rpartition("failed: ")[2].rpartition("FATAL:")[2].strip()


_EXAMPLE = 'write postgresql://user@host:5432/database, "host=… dbname=…", or service=NAME'
