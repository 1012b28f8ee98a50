"""Connections to source and target, and what the driver's errors mean for a person. No raw value passes."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from foundation.errors import InputError, PeakproofError, Refused, Unavailable

# Every value travels as text: one spelling of each type on both sides, whatever the roles' settings are.
SESSION = (
    "SET client_encoding = 'UTF8'", "SET TimeZone = 'UTC'", "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'postgres'", "SET extra_float_digits = 1", "SET bytea_output = 'hex'",
    # A policy of row security would hide rows silently; now it is an error instead.
    "SET row_security = off", "SET lock_timeout = '10s'",
    # Whatever the role's own limits are: a piece of a table is read in this time, and waiting is not idling.
    "SET statement_timeout = '4h'", "SET idle_in_transaction_session_timeout = 0",
)  # fmt: skip

_EIGHT = "a run needs up to eight connections to each side; allow the role, the database or the pool as many"
_BY_STATE: dict[str, tuple[type[PeakproofError], str, str]] = {
    "08P01": (Unavailable, "the pool gave no connection", _EIGHT),
    "22021": (
        InputError,
        "a text is no valid UTF-8",
        "correct it at the source, or leave its row out by a filter",
    ),
    "22P05": (
        InputError,
        "a character is not in the server's encoding",
        "make the database with ENCODING 'UTF8'",
    ),
    "25006": (InputError, "the server takes no writes: it is a standby, or read-only", "name a primary"),
    # Ours only read, or write one after the other: nothing but a standby's replay makes them fail like this.
    "40001": (
        Unavailable,
        "the standby cancelled the reading in favour of replication",
        "raise max_standby_streaming_delay on the standby, or read from the primary; then run again",
    ),
    "42501": (InputError, "permission denied", "grant it, or use another role"),
    "53100": (Unavailable, "the server's disk is full", "make room and run again"),
    "55P03": (Unavailable, "a lock could not be had within 10 s", "see who holds it in pg_stat_activity"),
    "57014": (Unavailable, "the server cancelled the work", "run again"),
    "57P01": (Unavailable, "the server ended the connection", "see the server's log, then run again"),
}
_REFUSED_LOGIN = (
    "password authentication failed",
    "does not exist",
    "no pg_hba.conf entry",
    "no password supplied",
    "definition of service",
)
# The server's own limit, a role's or a database's, and a pool's.
_NO_ROOM = ("too many", "remaining connection slots", "query_wait_timeout", "no more connections allowed")


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
        return psycopg.connect(conninfo(dsn), autocommit=True)
    except psycopg.OperationalError as error:
        raise unreachable(str(error), _where(place, role)) from error


def _where(place: Mapping[str, object], role: str) -> str:
    if "service" in place:
        return f"{role}, service {place['service']}"
    server = f"{place.get('host', 'the local socket')}:{place.get('port', 5432)}"
    return f"{role} {place.get('dbname', '')} on {server}"


def unreachable(message: str, where: str) -> PeakproofError:
    """What it means that no connection came about: by libpq's message, which quotes no row."""
    said = _told(message)
    if any(words in said for words in _REFUSED_LOGIN):
        return InputError(said, where=where, hint="check service, user, password and database name")
    if any(words in said for words in _NO_ROOM):
        return Unavailable(said, where=where, hint=_EIGHT)
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


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turns the driver's errors into ours.

    Only names are repeated: the server's DETAIL and CONTEXT lines quote rows. For the same reason the
    driver's error is not kept as the cause: a traceback would print it.
    """
    try:
        yield
    except psycopg.Error as error:
        raise _translated(error, where) from None


def _translated(error: psycopg.Error, where: str) -> PeakproofError:
    diag = error.diag
    named = None if diag.table_name and where.endswith(diag.table_name) else diag.table_name
    place = ".".join(part for part in (named, diag.column_name or _column(diag.context)) if part)
    where = f"{where}, {place}" if place else where
    state = error.sqlstate or ""
    if state == "42501":  # a permission's message names the object and quotes nothing
        return refusal(state, type(error).__name__, where, diag.message_primary)
    if isinstance(error, psycopg.IntegrityError):
        rule = diag.constraint_name or diag.column_name or "a constraint"
        what = f"a masked row breaks {rule} ({type(error).__name__})"
        return InputError(what, where=where, hint="choose a transform that fits the column")
    if state.startswith("22") and state not in _BY_STATE:
        return InputError(
            f"a masked value does not fit ({type(error).__name__})",
            where=where,
            hint="choose a transform that fits the column",
        )
    if isinstance(error, psycopg.OperationalError) and state not in _BY_STATE:
        what = f"the connection was lost ({type(error).__name__}{state and f' {state}'})"
        return Unavailable(what, where=where, hint="see that the server runs and is reached; then run again")
    return refusal(state, type(error).__name__, where)


def _column(context: str | None) -> str | None:
    """The column that COPY was at. What follows its name may be the value."""
    found = re.match(r"COPY [^,]+, line \d+, column ([^:,]+)", context or "")
    return found.group(1) if found else None


def refusal(state: str, kind: str, where: str, said: str | None = None) -> PeakproofError:
    """What a server's refusal means: by its SQLSTATE, its name, and what may be repeated of it."""
    if state in _BY_STATE:
        error, what, hint = _BY_STATE[state]
        return error(said or what, where=where, hint=hint)
    return Unavailable(f"the server refused ({kind} {state})", where=where, hint="see the server's log")
