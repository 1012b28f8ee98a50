"""A platform's own database, asked with its owner's SQL. Its connection string says which engine it is on.

`of` gives what any stage needs; `postgres` and `mariadb` each do it and do not know each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from environments.platform import Platform
from foundation.secrets import Secret
from peakproof.telemetry.samples import Sessions

APPLICATION = "peakproof-telemetry"
"""What our own sessions are called where a server asks for names."""
PATIENCE = 2
"""Seconds that a gauge may take: it is asked every second."""
LETTERS = 100
"""Of a statement that are kept."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """SQL of a platform. `what` it is and `where` it stands are for messages."""

    text: bytes
    what: str
    where: str

    @classmethod
    def of_file(cls, path: Path, what: str) -> Query:
        """The whole content of a file."""
        return cls(text=path.read_bytes(), what=what, where=str(path))

    @classmethod
    def of_key(cls, platform: Platform, key: str, name: str, text: str, what: str) -> Query:
        """What stands in platform.yaml itself, under a name below a key."""
        return cls(text=text.encode(), what=what, where=platform.document.where((key, name)))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The rows of a query, with the names of their columns."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]

    def by_name(self) -> list[dict[str, object]]:
        """Each row as column -> value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Watching(Protocol):
    """A connection for looks at a server. Raises InputError where a query is wrong, Unavailable."""

    def sessions(self) -> Sessions:
        """Who is connected, by application or else by address, who works, who waits for a lock."""
        ...

    def first(self, query: Query) -> object:
        """The first value of the first row; None where there is none."""
        ...

    def close(self) -> None: ...


class Database(Protocol):
    """Raises InputError where SQL is wrong, Unavailable where nobody answers."""

    def ask(self, query: Query, values: Mapping[str, str] | None = None) -> Answer:
        """All rows, read only. Without `values` no % in the query means anything."""
        ...

    def change(self, script: Query, values: Mapping[str, str]) -> None:
        """Runs statements, all of them or none, then lets the server tidy up after them."""
        ...

    def watching(self) -> Watching:
        """A connection, from now until it is closed."""
        ...


def of(dsn: Secret) -> Database:
    """The database that a connection string leads to. Connects to nothing yet."""
    # What an engine brings along is imported when it is used.
    if dsn.reveal().startswith(("mysql://", "mariadb://")):
        from peakproof.databases.mariadb import Mariadb

        return Mariadb(dsn)
    from peakproof.databases.postgres import Postgres

    return Postgres(dsn)
