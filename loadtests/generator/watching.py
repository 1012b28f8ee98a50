"""Locust's web UI beside a load: it shows what the load's processes were told, and can end it, no more.

Served on loopback while the load runs. It starts nothing: a run is one load, and is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import gevent
from flask import Response, jsonify, request
from gevent import pywsgi
from locust.env import Environment
from locust.runners import STATE_RUNNING, LocalRunner
from locust.stats import RequestStats, StatsEntry, StatsEntryDict, StatsError, StatsErrorDict, stats_history

from foundation.errors import Unavailable
from loadtests.recording.progress import Progress, Statistics

LOOPBACK = "127.0.0.1"
_SINGLE = "this run is judged when it ends: start the next one on the command line"
_REFUSED = ("/swarm", "/stats/reset", "/user")
# What Locust keeps by whole numbers, which JSON makes text of.
_BY_NUMBER = ("response_times", "num_reqs_per_sec", "num_fail_per_sec")


class Told:
    """Locust's statistics of one process, handed on piece by piece: what came since the last time."""

    def __init__(self) -> None:
        self._stats = RequestStats(use_response_times_cache=False)

    def request(
        self,
        request_type: str,
        name: str,
        response_time: float,
        response_length: int,
        exception: Exception | None = None,
        **_: object,
    ) -> None:
        """A listener of Locust's request event."""
        self._stats.log_request(request_type, name, cast("int", response_time), response_length)
        if exception:
            self._stats.log_error(request_type, name, exception)

    def since(self) -> Statistics:
        """What came since the last call, as Locust's own workers report it to their master."""
        errors, entries = self._stats.serialize_errors(), self._stats.serialize_stats()
        self._stats.errors = {}
        return Statistics(
            stats=[_plain(entry) for entry in entries],
            stats_total=_plain(self._stats.total.get_stripped_report()),
            errors={key: dict(error) for key, error in errors.items()},
        )


class WatchedRunner(LocalRunner):
    """What the web UI takes for its runner."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.in_flight = 0
        self.end: Callable[[], None] | None = None

    @property
    def user_count(self) -> int:
        return self.in_flight

    def start(self, *_: object, **__: object) -> None:
        """Nothing: the load has its own start."""

    def stop(self) -> None:
        """The stop button: ends the load."""
        if self.end is not None:
            self.end()


class Watch:
    """All processes' statistics as one, for the web UI."""

    def __init__(self, host: str, name: str, end: Callable[[], None]) -> None:
        self.environment = Environment(host=host, locustfile=name)
        self._runner = self.environment._create_runner(WatchedRunner)
        self._runner.end = end
        self._runner.update_state(STATE_RUNNING)

    def hear(self, event: object) -> None:
        """Takes what a process says."""
        if isinstance(event, Statistics):
            self._add(event)
        elif isinstance(event, Progress):
            self._runner.in_flight = event.in_flight
            for _ in range(event.turned_away):
                self.environment.stats.log_request("", "arrivals", cast("int", None), 0)
                self.environment.stats.log_error("", "arrivals", "turned away: the pool was full")

    def _add(self, told: Statistics) -> None:
        """As Locust's master does with a worker's report."""
        stats = self.environment.stats
        for entry in told.stats:
            known = _by_number(entry)
            stats.get(known["name"], known["method"]).extend(StatsEntry.unserialize(known, stats))
        for key, error in told.errors.items():
            if key in stats.errors:
                stats.errors[key].occurrences += int(str(error["occurrences"]))
            else:
                stats.errors[key] = StatsError.unserialize(cast("StatsErrorDict", error))
        stats.total.extend(StatsEntry.unserialize(_by_number(told.stats_total), stats))


@contextmanager
def served(environment: Environment, port: int) -> Iterator[str]:
    """Serves the web UI of an environment while the block runs; gives its URL. Raises Unavailable."""
    ui = environment.create_web_ui(host=LOOPBACK, port=port, delayed_start=True)
    assert ui.app is not None
    ui.app.debug = False
    ui.app.before_request(_refused)
    server = pywsgi.WSGIServer((LOOPBACK, port), ui.app, log=None)
    try:
        server.start()
    except (OSError, OverflowError) as error:
        what = f"port {port} cannot be used: {error}"
        raise Unavailable(what, where="--web", hint="name another") from error
    history = gevent.spawn(stats_history, environment.runner)
    try:
        yield f"http://{LOOPBACK}:{server.server_port}"
    finally:
        history.kill()
        server.stop(timeout=1)


def _refused() -> Response | None:
    """An answer to what would make another load of this one; None for all else."""
    host = request.host.rpartition(":")[0]
    if host not in (LOOPBACK, "localhost"):  # another name for this machine is somebody else's page
        return Response("no such host\n", status=403)
    if request.method == "POST" and request.path.startswith(_REFUSED):
        return jsonify({"success": False, "message": _SINGLE})
    return None


def _plain(entry: StatsEntryDict) -> dict[str, object]:
    return {name: dict(value) if isinstance(value, dict) else value for name, value in entry.items()}


def _by_number(entry: dict[str, object]) -> StatsEntryDict:
    found = {
        name: {int(key): count for key, count in value.items()}
        if name in _BY_NUMBER and isinstance(value, dict)
        else value
        for name, value in entry.items()
    }
    return cast("StatsEntryDict", found)
