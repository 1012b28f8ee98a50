"""Which engine a DSN is for. Connects to nothing and repeats nothing of a DSN, which may hold a password."""

from __future__ import annotations

from foundation.errors import InputError

_MARIADB = ("mysql://", "mariadb://")


def is_mariadb(source: str, target: str | None = None) -> bool:
    """Whether both are on MariaDB or MySQL. Raises InputError where only one is."""
    kinds = {dsn.startswith(_MARIADB) for dsn in (source, target) if dsn is not None}
    if len(kinds) > 1:
        hint = "copy to the engine that the data came from"
        raise InputError("source and target are databases of different engines", hint=hint)
    return kinds == {True}
