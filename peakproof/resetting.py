"""Takes back what a run left in the platform's database, with the SQL of its own folder, between trials."""

from __future__ import annotations

from pathlib import Path

import psycopg

from foundation.secrets import Secret
from peakproof.platform_sql import explained


def reset(dsn: Secret, query: Path, run: str) -> None:
    """Runs the platform's reset for a run's keys, then clears away what it deleted.

    Without the latter each trial would find larger tables than the one before.
    Raises InputError, Unavailable.
    """
    with explained("the platform's reset", query):
        with psycopg.connect(dsn.reveal(), connect_timeout=10) as connection:
            # Several statements with a parameter: the client puts it in.
            psycopg.ClientCursor(connection).execute(query.read_bytes(), {"run": run})
        with psycopg.connect(dsn.reveal(), connect_timeout=10, autocommit=True) as connection:
            connection.execute("SET client_min_messages = error")  # of tables that are the server's own
            connection.execute("VACUUM (ANALYZE)")
