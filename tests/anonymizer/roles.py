"""Roles that are no superusers and have only what they are given: those of a managed PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.anonymizer.databases import do


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role that may log in."""

    name: str

    def of(self, dsn: str) -> str:
        """The same database, as this role."""
        return make_conninfo(dsn, user=self.name, password=self.name)


@contextmanager
def plain(dsn: str, name: str) -> Iterator[Role]:
    """A new role that may do what PUBLIC may, and is told from others by the database it is made for."""
    role = Role(name=f"{name}_{conninfo_to_dict(dsn)['dbname']}")
    do(dsn, f"CREATE ROLE {role.name} LOGIN PASSWORD '{role.name}'")
    try:
        yield role
    finally:
        do(dsn, f"DROP OWNED BY {role.name} CASCADE")
        do(dsn, f"ALTER DATABASE {conninfo_to_dict(dsn)['dbname']} OWNER TO CURRENT_USER")
        do(dsn, f"DROP ROLE {role.name}")
