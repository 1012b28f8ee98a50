"""What a test needs of a server: the shape of the fixtures postgres_server and rabbitmq_server."""

from __future__ import annotations

from typing import Protocol


class Server(Protocol):
    """Where it is and how to log in. Throw-away, so the password is plain."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...


class DatabaseServer(Server, Protocol):
    def dsn(self, database: str) -> str:
        """A connection string for one of its databases."""
        ...
