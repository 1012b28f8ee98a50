"""What tests get: an environment that stands, by its addresses, connection strings, states and logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from pytest_peakproof.command import Command


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """How this machine reaches a service; `name`: of the database. What a service lacks is None."""

    service: str
    host: str
    port: int
    name: str | None
    user: str | None
    password: str | None = field(repr=False)
    url: str = field(repr=False)


class PeakproofEnv:
    """An environment of Peakproof that stands while the tests run."""

    def __init__(self, name: str, endpoints: Mapping[str, str], command: Command) -> None:
        self.name = name
        self.endpoints = dict(endpoints)
        self._command = command

    def __repr__(self) -> str:
        return f"<PeakproofEnv {self.name}: {', '.join(self.endpoints)}>"

    def url(self, endpoint: str) -> str:
        """Where an endpoint is reached, such as http://127.0.0.1:21000. Raises KeyError."""
        return self.endpoints[endpoint]

    def address(self, endpoint: str) -> tuple[str, int]:
        """The same as host and port. Raises KeyError."""
        where = urlsplit(self.endpoints[endpoint])
        assert where.hostname is not None
        assert where.port is not None
        return where.hostname, where.port

    def credentials(self, service: str) -> Credentials:
        """Host, port, database, user, password and URL of a service. Raises KeyError."""
        return self._credentials[service]

    def connection(self, service: str) -> str:
        """A service's URL with user and password, such as postgresql://USER:PASSWORD@HOST:PORT/NAME."""
        return self._credentials[service].url

    def states(self) -> dict[str, str]:
        """Each node's state: running, done, crashed (137), missing …"""
        nodes = self._command.read("env", "status", self.name)["nodes"]
        assert isinstance(nodes, dict)
        return nodes

    def logs(self, *nodes: str, lines: int = 100) -> str:
        """The ends of these nodes' logs, or of all, in order of time; of several, each line with its node."""
        return self._command.text("env", "logs", self.name, *nodes, "-n", str(lines))

    @cached_property
    def _credentials(self) -> dict[str, Credentials]:
        told = self._command.read("env", "credentials", self.name)["credentials"]
        assert isinstance(told, list)
        names = Credentials.__dataclass_fields__
        return {each["service"]: Credentials(**{key: each[key] for key in names}) for each in told}
