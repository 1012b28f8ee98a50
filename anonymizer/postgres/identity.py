"""Whether two connections reach one database, by whatever names and ports. Reads no row."""

from __future__ import annotations

import secrets

import psycopg

from foundation.errors import Refused


def refuse_same(source: psycopg.Connection, target: psycopg.Connection) -> None:
    """Raises Refused when both are one database, by whatever names and ports they were reached.

    Advisory locks are per database: what one session holds, another gets only in another database.
    """
    hint = "name another database as the target; the source is only ever read"
    if _standby_of(target, source):
        raise Refused("the source is a standby of the target", hint=hint)
    lock = secrets.randbits(62)
    source.execute("SELECT pg_advisory_lock(%s)", [lock])
    try:
        row = target.execute("SELECT pg_try_advisory_lock(%s)", [lock]).fetchone()
    finally:
        source.execute("SELECT pg_advisory_unlock(%s)", [lock])
    if row and not row[0]:
        raise Refused("the target is the source", hint=hint)
    target.execute("SELECT pg_advisory_unlock(%s)", [lock])


def _standby_of(primary: psycopg.Connection, standby: psycopg.Connection) -> bool:
    """Whether the same database is replicated from one to the other. A promoted copy is its own."""
    row = standby.execute("SELECT pg_is_in_recovery()").fetchone()
    if not row or not row[0]:
        return False
    known, its = _identity(standby), _identity(primary)
    if known is None or its is None:
        what = "the source is a standby, and nothing tells whether the target is its primary"
        raise Refused(what, hint="GRANT EXECUTE ON FUNCTION pg_control_system() to the roles of both sides")
    return known == its


def _identity(connection: psycopg.Connection) -> tuple[object, ...] | None:
    """The cluster and the database; None where the role may not ask."""
    row = connection.execute("SELECT has_function_privilege('pg_control_system()', 'EXECUTE')").fetchone()
    return connection.execute(_IDENTITY).fetchone() if row and row[0] else None


_IDENTITY = """
SELECT system_identifier, d.oid FROM pg_control_system(), pg_database d
 WHERE d.datname = current_database()"""
