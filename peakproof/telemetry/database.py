"""Asks the platform's database who works, who waits, and for the platform's own gauges. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from environments.platform import Platform
from foundation.errors import InputError, PeakproofError
from foundation.secrets import Secret
from peakproof import databases
from peakproof.databases import Query, Watching
from peakproof.telemetry.samples import Sessions


class DatabaseWatch:
    """A connection for as long as a load runs, made anew when a fault has cut it.

    `nodes`: address -> node, for a server that tells its sessions by where they come from.
    """

    def __init__(self, dsn: Secret, platform: Platform, nodes: Mapping[str, str] | None = None) -> None:
        self._database = databases.of(dsn)
        self._nodes = nodes or {}
        self._gauges = {
            str(name): Query.of_key(platform, "gauges", name, text, f"the gauge {name!r}")
            for name, text in platform.written.gauges.items()
        }
        self._connection: Watching | None = None

    def check(self) -> None:
        """Asks every gauge once. Raises InputError where one is wrong, Unavailable."""
        for query in self._gauges.values():
            self._gauge(query)

    def look(self) -> tuple[Sessions | None, dict[str, float]]:
        """Sessions and gauges now; none while the database is away."""
        try:
            sessions = self._connected().sessions()
            return self._named(sessions), {name: self._gauge(query) for name, query in self._gauges.items()}
        except PeakproofError:
            self.close()
            return None, {}

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _named(self, sessions: Sessions) -> Sessions:
        return replace(sessions, open=self._by_node(sessions.open), busy=self._by_node(sessions.busy))

    def _by_node(self, counts: Mapping[str, int]) -> Counter[str]:
        """With nodes in place of their addresses, of which one may have several."""
        found: Counter[str] = Counter()
        for who, count in counts.items():
            found[self._nodes.get(who, who)] += count
        return found

    def _gauge(self, query: Query) -> float:
        found = self._connected().first(query)
        try:
            return 0.0 if found is None else max(float(str(found)), 0.0)
        except ValueError:
            what = f"{query.what} fails: {found!r} is no number of seconds"
            raise InputError(what, where=query.where, hint="correct the SQL") from None

    def _connected(self) -> Watching:
        if self._connection is None:
            self._connection = self._database.watching()
        return self._connection
