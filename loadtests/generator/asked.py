"""A request that Locust's own client made within a journey: its clocks, and what was wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic_ns, time_ns

from loadtests.generator.locustfiles.hearing import RequestFailed, nanoseconds, problem_of, status_of
from loadtests.generator.recorder import Recorder

_HOUR = 3600 * 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request of the client: when it began and was answered (monotonic ns), what was wrong with it."""

    series: str
    began: int
    done: int
    problem: RequestFailed | None
    status: int | None = None

    def record(self, recorder: Recorder, due: int) -> None:
        """Its three clocks, in the second in which it was due."""
        times = recorder.times(self.series, due)
        times.dispatch.append(self.began - due)
        times.service.append(self.done - self.began)
        times.response.append(self.done - due)
        wrong = self.problem is not None
        recorder.answers[self.series].add(self.status, wrong=wrong)
        recorder.step(self.series, due, wrong=wrong)


def asked(series: str, event: dict[str, object]) -> Asked:
    """What an event of the client tells. Within a with-block it is fired later than the answer came."""
    value = nanoseconds(event.get("response_time"))
    began, problem = _began(event, value), problem_of(series, event.get("exception"), event.get("response"))
    status = status_of(event.get("response"))
    return Asked(series=series, began=began, done=began + value, problem=problem, status=status)


def _began(event: dict[str, object], value: int) -> int:
    """When it was sent: by the client's wall clock where that makes sense, else by how long it took."""
    now, start = monotonic_ns(), event.get("start_time")
    if isinstance(start, int | float):
        ago = time_ns() - round(start * 1e9)
        if value <= ago < _HOUR:
            return now - ago
    return now - value
