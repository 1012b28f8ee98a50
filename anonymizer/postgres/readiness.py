"""What a target itself would stop a run with: read-only by default, event triggers. Looked at beforehand."""

from __future__ import annotations

from collections.abc import Collection

import psycopg

from anonymizer.policies.schema import Table
from anonymizer.postgres.refusals import translated
from foundation.errors import InputError


def refuse_unready(target: psycopg.Connection, tables: Collection[Table]) -> None:
    """Raises InputError: what must be changed in the target before a run. Leaves nothing there."""
    with translated("target"):
        _refuse_read_only(target)
        _refuse_event_triggers(target, tables)


def _refuse_read_only(target: psycopg.Connection) -> None:
    row = target.execute(_READ_ONLY).fetchone()
    if row is None:
        return
    source, database, role = row
    known = {"database": f"DATABASE {database}", "user": f"ROLE {role}"}
    how = f"ALTER {known[source]} RESET" if source in known else "reset"
    raise InputError(
        f"the target is read-only by default, by its {source}",
        where="target",
        hint=f"if it may be written: {how} default_transaction_read_only",
    )


def _refuse_event_triggers(target: psycopg.Connection, tables: Collection[Table]) -> None:
    """Where somebody listens: tries what a run says, on a table of its own, and takes it back."""
    names = [name for (name,) in target.execute(_EVENT_TRIGGERS).fetchall()]
    if not names:
        return
    before = {(table.schema, table.relation) for table in tables}
    what, hint = None, f"ALTER EVENT TRIGGER {names[0]} DISABLE in the target while the run lasts"
    try:
        with target.transaction(force_rollback=True):
            for statement in _SAID:
                target.execute(statement)
            written = [
                f"{schema}.{name}" for schema, name in target.execute(_WRITTEN) if (schema, name) in before
            ]
        if written:
            what = f"event triggers of the target ({', '.join(names)}) write into {', '.join(written)}"
    except psycopg.Error as error:
        if target.broken or error.sqlstate == "42501":
            raise
        what = (
            f"an event trigger of the target refuses what a run does ({', '.join(names)}; {error.sqlstate})"
        )
    if what is not None:
        raise InputError(what, where="target", hint=hint)


_READ_ONLY = """
SELECT source, quote_ident(current_database()), quote_ident(current_user)
  FROM pg_settings
 WHERE name = 'default_transaction_read_only' AND setting = 'on' AND NOT pg_is_in_recovery()"""
_EVENT_TRIGGERS = (
    "SELECT quote_ident(evtname) FROM pg_event_trigger WHERE evtenabled IN ('O', 'A') ORDER BY 1"
)
# One of each kind that a run says.
_SAID = (
    "CREATE SCHEMA IF NOT EXISTS peakproof",
    "CREATE TABLE peakproof.tried (id integer PRIMARY KEY, of integer REFERENCES peakproof.tried)",
    "ALTER TABLE peakproof.tried DROP CONSTRAINT tried_of_fkey",
    "ALTER TABLE peakproof.tried DISABLE TRIGGER USER",
    "CREATE INDEX tried_of ON peakproof.tried (of)",
    "DROP INDEX peakproof.tried_of",
    "DROP TABLE peakproof.tried",
)
_WRITTEN = """
SELECT schemaname, relname FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"""
