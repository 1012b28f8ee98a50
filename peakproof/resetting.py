"""Takes back what a run left in the platform's database, with the SQL of its own folder, between trials."""

from __future__ import annotations

from pathlib import Path

import psycopg

from foundation.errors import InputError, Unavailable
from foundation.secrets import Secret


def reset(dsn: Secret, query: Path, run: str) -> None:
    """Runs the platform's reset for a run's keys, then clears away what it deleted.

    Without the latter each trial would find larger tables than the one before.
    Raises InputError, Unavailable.
    """
    try:
        with psycopg.connect(dsn.reveal(), connect_timeout=10) as connection:
            # Several statements with a parameter: the client puts it in.
            psycopg.ClientCursor(connection).execute(query.read_bytes(), {"run": run})
        with psycopg.connect(dsn.reveal(), connect_timeout=10, autocommit=True) as connection:
            connection.execute("SET client_min_messages = error")  # of tables that are the server's own
            connection.execute("VACUUM (ANALYZE)")
    except psycopg.OperationalError as error:
        raise Unavailable(
            "the platform's database does not answer", detail=str(error).splitlines()
        ) from error
    except psycopg.Error as error:
        raise InputError(
            f"the platform's reset fails: {error}", where=str(query), hint="correct it"
        ) from error
