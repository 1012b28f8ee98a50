"""Records a locustfile's requests: what Locust's request event tells becomes series and counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loadtests.generator.recorder import Recorder
from loadtests.planning.locustfile import series_of
from loadtests.recording import kinds
from loadtests.recording.latency_log import Clock

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


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an event tells of a request: how long it took in ns, its status if it has one, what was wrong."""

    series: str
    value: int
    status: int | None
    problem: RequestFailed | None

    def record(self, recorder: Recorder, journey: str, due: int) -> None:
        """Its time and whether it failed, in the second in which it was due."""
        recorder.latency(self.series, Clock.RESPONSE, due, self.value)
        recorder.answers[self.series].add(self.status, wrong=self.problem is not None)
        recorder.step(self.series, due, wrong=self.problem is not None)
        counters = recorder.count(journey, due)
        counters.attempts += 1
        if self.problem is not None:
            counters.attempt_errors += 1
            recorder.failure(journey, due, self.problem)


def told(series: str, event: Mapping[str, object]) -> Told:
    """What Locust's request event tells."""
    return Told(
        series=series,
        value=nanoseconds(event.get("response_time")),
        status=status_of(event.get("response")),
        problem=problem_of(series, event.get("exception"), event.get("response")),
    )


def status_of(response: object) -> int | None:
    """The status of an answer; None where there was none, or it has none."""
    found = getattr(response, "status_code", None)
    return found if isinstance(found, int) and found > 0 else None


def problem_of(series: str, exception: object, response: object) -> RequestFailed | None:
    """What was wrong with a request, as its event says; None when it went well."""
    return RequestFailed(series, exception, status_of(response)) if exception else None
