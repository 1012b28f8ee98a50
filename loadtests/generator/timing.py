"""A step on all clocks: from when it was due, attempt by attempt, into the recorder and the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from time import monotonic_ns, time

from loadtests.generator.attempts import INTERRUPTED, Attempts
from loadtests.generator.bench import Bench, BenchEnvironment
from loadtests.generator.drawing import Drawing
from loadtests.generator.http import blanking
from loadtests.generator.replies import Reply, StepFailed, shown
from loadtests.recording.counters import Counters
from loadtests.recording.ledger import Outcome
from loadtests.recording.left_out import ON_START
from loadtests.recording.progress import Exchanged
from loadtests.recording.retries import Meaning, outcome

_SECOND = 1_000_000_000


class Timed(Drawing):
    """What times the steps of an arrival; the next one is due when the last one is done."""

    bench: Bench
    environment: BenchEnvironment
    _due: int
    _arrived: int
    _outside: int
    _first_sent: int
    _thought: int
    _orders: int
    _refused: bool
    _missed: StepFailed | None
    _last: Reply | None
    _step: str = ""

    def _heard(self, step: str, method: str, path: str, attempts: Attempts) -> Reply:
        """A step, timed in an arrival, untimed in on_start. Raises StepFailed: neither 2xx nor expected."""
        self._step = step
        reply = self._timed(step, method, path, attempts) if self._arrival else self._unheard(attempts)
        if not (reply.accepted or reply.refused):
            raise self._miss(step, reply)
        return reply

    def _new_key(self) -> str:
        """RUN-INDEX for what an arrival submits first, RUN-INDEX-2 for what it submits next."""
        key = f"{self.bench.job.run}-{self.arrival.index}"
        self._orders += 1
        return key if self._orders == 1 else f"{key}-{self._orders}"

    def _kept(self, step: str, method: str, path: str, attempts: Attempts, key: str, content: str) -> Reply:
        """A step that is in the ledger before it is sent and when it ends; StepFailed: no refusal, no yes."""
        self._step = step
        self.bench.ledger.intend(key, content)
        reply = self._settled(step, method, path, attempts, key)
        self._refused = self._refused or reply.refused
        if not (reply.accepted or reply.refused):
            raise self._miss(step, reply)
        return reply

    def _miss(self, step: str, reply: Reply) -> StepFailed:
        """What a step raises that was answered so: whoever catches it, the arrival did not end well."""
        failed = reply.failed(f"{self.journey}/{step}")
        if self._arrival:
            self._missed = failed
        return failed

    def _settled(self, step: str, method: str, path: str, attempts: Attempts, key: str) -> Reply:
        reply = INTERRUPTED
        try:
            reply = self._timed(step, method, path, attempts)
        finally:  # also when the greenlet is ended: an intent without an outcome means a broken ledger
            sent = attempts.first_sent > 0
            known = outcome(reply.status, maybe_sent=sent, doubtful=attempts.doubtful)
            reason = "" if known is Outcome.ACKNOWLEDGED else reply.reason
            self.bench.ledger.settle(
                key, known, attempts=attempts.count, reason=reason if sent else f"never sent: {reason}"
            )
        return reply

    def _timed(self, step: str, method: str, path: str, attempts: Attempts) -> Reply:
        """One step on all clocks; one that is interrupted took as long as it did."""
        due, series, began, reply = self._due, f"{self.journey}/{step}", monotonic_ns(), INTERRUPTED
        try:
            reply = self._attempted(step, attempts)
        except BaseException:
            self._miss(step, INTERRUPTED)
            raise
        finally:
            done = self._due = monotonic_ns()
            self._sent(attempts.first_sent)
            self._last = reply
            self._record(series, due, attempts, reply)
            times = self.bench.recorder.times(series, due)
            times.dispatch.append(began - due)
            times.response.append(done - due)
            if attempts.last_sent:
                times.service.append(done - attempts.last_sent)
        if self.environment.listened:
            self._tell_locust(series, method, path, reply, done - due)
        return reply

    def _record(self, series: str, due: int, attempts: Attempts, reply: Reply) -> None:
        """What a step came to, in the second in which it was due."""
        recorder = self.bench.recorder
        recorder.starved += attempts.starved
        counters, answers = recorder.count(series, due), recorder.answers[series]
        counters.done += 1
        for status, wrong in attempts.answers:
            answers.add(status, wrong=wrong)
            counters.attempts += 1
            counters.attempt_errors += wrong
        if reply.meaning is not Meaning.ACCEPTED:
            counters.shed += reply.shed
            counters.refused += reply.refused
            counters.errors += not (reply.refused or reply.shed)

    def _answered(self) -> str:
        """The last answer of the arrival, as people may see it."""
        known = blanking.words([*self._secrets()])
        return "" if self._last is None else shown(self._last, known)

    def _show(self, request: bytes, reply: Reply, milliseconds: float) -> None:
        """Tells of a request and its answer, where the job wants to be shown."""
        known = blanking.words(self._secrets())
        self.bench.tell(
            Exchanged(
                journey=self.journey,
                step=self._step,
                asked=blanking.request(request, known),
                answered=shown(reply, known),
                milliseconds=milliseconds,
            )
        )

    def _secrets(self) -> Iterable[str]:
        """Values that stand in no report."""
        return ()

    def _sent(self, first: int) -> None:
        """The journey's first byte, if it is: what it has thought until then is in no service time."""
        if first and not self._first_sent:
            self._first_sent, self._thought = first, self._outside

    def _attempted(self, step: str, attempts: Attempts) -> Reply:
        number, draws = self.arrival.number, self._draws
        return attempts.made(
            self.bench.job.retry,
            partial(self.bench.recorder.count, self.journey, self._arrived),
            lambda attempt: draws.uniform(number, f"pause/{step}/{attempt}"),
        )

    def _unheard(self, attempts: Attempts) -> Reply:
        """A step of on_start: within the same budget, but in no figure."""
        self.bench.recorder.left_out[ON_START] += 1
        return attempts.made(self.bench.job.retry, Counters, lambda _: 1.0)

    def _tell_locust(self, series: str, method: str, path: str, reply: Reply, response_time: int) -> None:
        """Locust's listeners get the time since the step was due, so that its web UI and our report agree."""
        self.environment.events.request.fire(  # type: ignore[no-untyped-call]
            request_type=method,
            name=series,
            response_time=response_time / 1e6,
            response_length=len(reply.body),
            exception=None if reply.accepted else reply.failed(series),
            context={},
            response=reply,
            start_time=time() - response_time / _SECOND,
            url=path,
        )
