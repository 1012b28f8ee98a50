"""Brings a database to this image's schema: numbered SQL files, each once, in order."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg

log = logging.getLogger(__name__)

LOCK = 0x6F726465726875  # "orderhu": one runner at a time, whoever else uses advisory locks
BOOKS = """CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"""


class MigrationRefused(Exception):  # noqa: N818 - says what happened
    """The files and the database do not agree; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Migration:
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return sha256(self.sql.encode()).hexdigest()


def load(folder: Path) -> list[Migration]:
    """The folder's migrations in order. Raises MigrationRefused when there is none."""
    found = [Migration(name=path.name, sql=path.read_text()) for path in sorted(folder.glob("[0-9]*_*.sql"))]
    if not found:
        raise MigrationRefused(f"no migrations in {folder}")
    return found


def pending(wanted: list[Migration], applied: dict[str, str]) -> list[Migration]:
    """What is still to apply; `applied` maps name to checksum. Raises MigrationRefused. Pure.

    A database that is ahead (names this image does not know) is fine: an older image still has to start.
    """
    for migration in wanted:
        if applied.get(migration.name, migration.checksum) != migration.checksum:
            raise MigrationRefused(
                f"{migration.name} was changed after it had been applied: restore the file "
                "and put the change into a new migration"
            )
    missing = [migration for migration in wanted if migration.name not in applied]
    known = [migration.name for migration in wanted if migration.name in applied]
    if missing and known and missing[0].name < known[-1]:
        raise MigrationRefused(
            f"{missing[0].name} comes before {known[-1]}, which is already applied: "
            "give the new migration a later number"
        )
    return missing


def migrate(conninfo: str, folder: Path) -> list[str]:
    """Applies what is missing, a transaction each, and returns the names. Two at once take turns."""
    wanted = load(folder)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        # Waiting for another runner and building an index may take longer than a request may.
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET lock_timeout = 0")
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        connection.execute(BOOKS)
        rows = connection.execute("SELECT name, checksum FROM schema_migrations").fetchall()
        applied = {str(name): str(checksum) for name, checksum in rows}
        todo = pending(wanted, applied)
        for migration in todo:
            _apply(connection, migration)
    names = [migration.name for migration in todo]
    log.info("schema is up to date", extra={"data": {"applied": names, "known": len(wanted)}})
    return names


def _apply(connection: psycopg.Connection[tuple[object, ...]], migration: Migration) -> None:
    with connection.transaction():
        connection.execute(migration.sql.encode())
        connection.execute(
            "INSERT INTO schema_migrations (name, checksum) VALUES (%s, %s)",
            [migration.name, migration.checksum],
        )
