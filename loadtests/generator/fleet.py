"""Several generator processes on this machine as one: the same schedule, one start, one voice on stdout."""

from __future__ import annotations

import signal
from collections import defaultdict
from pathlib import Path
from time import time_ns

import gevent
from gevent.queue import Queue

from foundation.errors import ExitCode, RunInvalid
from loadtests.generator.child import Child
from loadtests.generator.control import say, web_note
from loadtests.generator.limits import go_first
from loadtests.generator.watching import Watch, served
from loadtests.planning.job import Job
from loadtests.recording.progress import Event, Failed, Finished, Note, Progress, Ready, Started, parse

_LEAD = 0.5  # seconds from the last process being ready to the first instant of the load


class Fleet:
    """The processes of one job. What they say comes in one queue; None is the end of one of them."""

    def __init__(self, path: Path, job: Job) -> None:
        go_first()
        self._job = job
        self._said: Queue = Queue()
        self._workers: list[Child] = []
        self._ended = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):  # before there is a process to leave
            gevent.signal_handler(number, self.end)
        for worker in range(job.processes):
            self._add(Child(path, worker))

    def _add(self, worker: Child) -> None:
        self._workers.append(worker)
        gevent.spawn(self._listen, worker)
        if self._ended:
            worker.end()

    def run(self) -> ExitCode:
        """Starts all at once when all are ready; tells what they do; the first failure's exit code, or OK."""
        if self._job.web is None:
            return self._listened(None)
        watch = Watch(self._job.target, self._job.main, self.end)
        with served(watch.environment, self._job.web) as url:
            say(web_note(url))
            return self._listened(watch)

    def _listened(self, watch: Watch | None) -> ExitCode:
        ended, together = 0, Together(len(self._workers))
        while ended < len(self._workers):
            event = self._said.get()
            if event is None:
                ended += 1
            elif isinstance(event, Failed):
                self.end()
                say(event)
                return ExitCode(event.exit_code)
            elif isinstance(event, Ready) and together.ready(event):
                self._start()
            elif (sum_of_all := together.told(event)) is not None:
                say(sum_of_all)
                if watch is not None:
                    watch.hear(sum_of_all)
            elif watch is not None:
                watch.hear(event)
        return ExitCode(next((code for worker in self._workers if (code := worker.wait())), 0))

    def end(self) -> None:
        """Tells all to end well, those that are about to start, too."""
        self._ended = True
        for worker in self._workers:
            worker.end()

    def _start(self) -> None:
        at = time_ns() + round(_LEAD * 1e9)
        for worker in self._workers:
            worker.begin(at)

    def _listen(self, worker: Child) -> None:
        for text in worker.lines():
            if (event := parse(text)) is not None:
                self._said.put(event)
        self._said.put(None)


class Together:
    """Makes one event of what all workers say of the same thing."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._ready: list[Ready] = []
        self._seconds: defaultdict[int, list[Progress]] = defaultdict(list)
        self._finished: list[Finished] = []
        self._notes: set[str] = set()
        self._started = False

    def expect(self, more: int) -> None:
        """From now on so many more, or fewer, are waited for: some were lost, or are back."""
        self._workers += more

    def ready(self, event: Ready) -> bool:
        """Whether all are. Raises RunInvalid when they would not do the same schedule."""
        self._ready.append(event)
        if len({found.schedule for found in self._ready}) > 1:
            raise RunInvalid("the generator's processes made different schedules of the same job")
        if len(self._ready) == self._workers:
            say(Ready(worker=0, schedule=event.schedule, arrivals=event.arrivals))
        return len(self._ready) == self._workers

    def told(self, event: Event) -> Event | None:
        """What is now known of all of them."""
        if isinstance(event, Note) and event.text not in self._notes:
            self._notes.add(event.text)
            return event
        if isinstance(event, Started) and not self._started:
            self._started = True
            return event
        if isinstance(event, Progress):
            self._seconds[event.second].append(event)
            found = self._seconds[event.second]
            if len(found) < self._workers:
                return None
            del self._seconds[event.second]
            return _summed(found)
        if isinstance(event, Finished):
            self._finished.append(event)
            if len(self._finished) == self._workers:
                clean = all(found.clean for found in self._finished)
                return Finished(worker=0, clean=clean, folder=str(Path(event.folder).parent))
        return None


def _summed(found: list[Progress]) -> Progress:
    """The sum of all; percentiles are those of the worst, as percentiles cannot be added."""
    return Progress(
        second=found[0].second,
        wanted=sum(one.wanted for one in found),
        reached=sum(one.reached for one in found),
        in_flight=sum(one.in_flight for one in found),
        p50_ms=max((one.p50_ms for one in found if one.p50_ms is not None), default=None),
        p99_ms=max((one.p99_ms for one in found if one.p99_ms is not None), default=None),
        errors=sum(one.errors for one in found),
        attempt_errors=sum(one.attempt_errors for one in found),
        turned_away=sum(one.turned_away for one in found),
        attempts=sum(one.attempts for one in found),
        shed=sum(one.shed for one in found),
    )
