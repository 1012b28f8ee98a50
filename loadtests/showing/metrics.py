"""Metrics of a running load for Prometheus, on a loopback port. Judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from foundation.errors import Unavailable
from loadtests.recording.progress import Event, Progress

CONTENT = "text/plain; version=0.0.4; charset=utf-8"
# Name, help, and what of a second's progress it adds up.
_COUNTERS: tuple[tuple[str, str, Callable[[Progress], int]], ...] = (
    ("arrivals_wanted", "Arrivals that were due.", lambda now: now.wanted),
    ("arrivals_sent", "Arrivals that were sent.", lambda now: now.reached),
    ("arrivals_turned_away", "Arrivals above the pool.", lambda now: now.turned_away),
    ("journey_errors", "Journeys that failed for good.", lambda now: now.errors),
    ("journeys_shed", "Journeys that the platform had no room for.", lambda now: now.shed),
    ("attempt_errors", "Requests without a usable answer.", lambda now: now.attempt_errors),
)


@dataclass
class Metrics:
    """What a load came to so far."""

    run: str
    _totals: dict[str, int] = field(default_factory=lambda: {name: 0 for name, _, _ in _COUNTERS})
    _latest: Progress | None = None

    def hear(self, event: Event) -> None:
        """Takes what the generator says of a second."""
        if isinstance(event, Progress):
            self._totals = {name: self._totals[name] + of(event) for name, _, of in _COUNTERS}
            self._latest = event

    def text(self) -> str:
        """Everything in Prometheus' text format."""
        lines = []
        for name, told, _ in _COUNTERS:
            lines += _metric(self.run, f"{name}_total", told, "counter", {"": self._totals[name]})
        if (now := self._latest) is not None:
            lines += _metric(self.run, "journeys_running", "In flight.", "gauge", {"": now.in_flight})
            lines += _metric(self.run, "load_seconds", "Since the load began.", "gauge", {"": now.second})
            lines += self._times(now)
        return "".join(f"{line}\n" for line in lines)

    def _times(self, now: Progress) -> list[str]:
        """What is not known yet is left out: 0 would be a fast answer."""
        known = {"0.5": now.p50_ms, "0.99": now.p99_ms}
        times = {f',quantile="{q}"': value / 1e3 for q, value in known.items() if value is not None}
        told = "Response time of main journeys that ended in the last second, or that wait for longer."
        return _metric(self.run, "response_seconds", told, "gauge", times) if times else []


@contextmanager
def served(port: int, metrics: Metrics) -> Iterator[int]:
    """Serves them at http://127.0.0.1:PORT/metrics while the block runs; gives the port, which 0 leaves open.

    Raises Unavailable when the port is taken or may not be used.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == "/metrics"
            body = metrics.text().encode() if known else b"see /metrics\n"
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", CONTENT)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # the library's own name
            """The terminal is for the load."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except (OSError, OverflowError) as error:
        what = f"port {port} cannot be used: {error}"
        raise Unavailable(what, where="--metrics", hint="name another") from error
    with server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def _metric(run: str, name: str, told: str, kind: str, values: Mapping[str, float]) -> list[str]:
    full = f"peakproof_{name}"
    samples = [f'{full}{{run="{run}"{labels}}} {value}' for labels, value in values.items()]
    return [f"# HELP {full} {told}", f"# TYPE {full} {kind}", *samples]
