"""Records a locustfile's requests: what Locust's request event tells becomes series and counters."""

from __future__ import annotations

from loadtests import kinds
from loadtests.generator.recorder import Recorder
from loadtests.latency_log import Clock
from loadtests.locustfile import series_of

_MOST_SERIES = 1000  # a file that names no requests makes one for each URL: memory stays bounded
_REST = "others"
_MS = 1_000_000


class RequestFailed(Exception):  # noqa: N818 - says what happened
    """A request that its client or its check called failed. `kind` has no URL: each would be another."""

    def __init__(self, series: str, cause: object, status: object) -> None:
        self.kind = f"{series}: {kinds.of_request(cause, status)}"
        super().__init__(self.kind)
        error = kinds.error_in(cause)
        self.__cause__ = error if isinstance(error, BaseException) else None


class Names:
    """The series of requests, each worked out once."""

    def __init__(self, journey: str) -> None:
        self._journey = journey
        self._known: dict[tuple[str, str], str] = {}

    def series(self, method: object, name: object) -> str:
        """The series of a request by its method and the name that Locust knows it by."""
        asked = (str(method or ""), str(name or ""))
        found = self._known.get(asked)
        if found is None:
            full = len(self._known) >= _MOST_SERIES
            found = f"{self._journey}/{_REST}" if full else series_of(self._journey, *asked)
            if not full:
                self._known[asked] = found
        return found


def nanoseconds(response_time: object) -> int:
    """Locust's milliseconds; a request without a time (it has none to tell) took none."""
    return round(response_time * _MS) if isinstance(response_time, int | float) else 0


def record(recorder: Recorder, journey: str, series: str, due: int, value: int, problem: object) -> None:
    """One request of a locustfile: its time, and whether it failed. `problem` is None or a RequestFailed."""
    recorder.latency(series, Clock.RESPONSE, due, value)
    counters = recorder.count(journey, due)
    counters.attempts += 1
    if isinstance(problem, RequestFailed):
        counters.attempt_errors += 1
        recorder.failure(journey, due, problem)


def problem_of(series: str, exception: object, response: object) -> RequestFailed | None:
    """What was wrong with a request, as its event says; None when it went well."""
    return RequestFailed(series, exception, getattr(response, "status_code", None)) if exception else None
