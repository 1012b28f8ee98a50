"""A worker: joins a master, does its share of the master's job, sends back what it measured, and ends.

It runs what the master sends. Open arrivals are a process of their own; closed users are Locust's.
"""

from __future__ import annotations

import signal
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import time, time_ns
from typing import Protocol, cast

import gevent
import locust
from gevent.event import AsyncResult, Event
from locust.env import Environment
from locust.runners import WorkerRunner

from foundation.errors import ExitCode, Interrupted, PeakproofError, Refused, Unavailable
from loadtests.distributed import parcels
from loadtests.distributed.parcels import Parcel
from loadtests.distributed.starting import Address
from loadtests.generator import process
from loadtests.generator.child import Child
from loadtests.generator.control import Control, say
from loadtests.generator.distributed.messages import SILENCE, FromMaster, FromWorker
from loadtests.generator.locustfiles import closed
from loadtests.planning.job import FILE, Job
from loadtests.recording.progress import Event as Said
from loadtests.recording.progress import Failed, Note, Ready, line

GONE = "the master is gone, or ended the load"
_GLANCE = 0.5  # seconds between looks at the master
_PATIENCE = 60.0  # seconds for a master to take a piece


class Message(Protocol):
    """What Locust hands to a listener."""

    data: Mapping[str, object]


class Worker:
    """One connection to a master, and the share of its load that comes through it."""

    def __init__(self, master: Address) -> None:
        self._environment = Environment(events=locust.events)
        self._job: AsyncResult = AsyncResult()
        self._start: AsyncResult = AsyncResult()
        self._got: dict[tuple[str, int], Event] = {}
        self._control = Control(say=self._tell)
        self._child: Child | None = None
        self._forsaken = False
        try:
            self._runner: WorkerRunner = self._environment.create_worker_runner(master.host, master.port)
        except (ConnectionError, OSError) as error:
            raise Unavailable(
                f"no master at {master}", hint="start it first, and let it be reached"
            ) from error
        self._listen()

    def run(self) -> ExitCode:
        """Does what the master asks for. Raises Refused, Unavailable, Interrupted: it asks for nothing."""
        gevent.spawn(self._watch_master)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            gevent.signal_handler(number, self._interrupted)
        hello = {"host": socket.gethostname(), "code": parcels.code(), "locust": locust.__version__}
        self._send(FromWorker.HELLO, hello)
        worker, parcel = self._job.get()
        say(Note(text=f"worker {worker}: has its job"))
        with tempfile.TemporaryDirectory(prefix="peakproof-worker-") as folder:
            job = parcels.unpacked(parcel, Path(folder))
            status = self._generated(job, worker, Path(folder))
            if not self._forsaken:
                self._bring(Path(job.output) / f"worker-{worker}", status)
        self._leave()
        say(Note(text=f"worker {worker}: done" if not self._forsaken else f"worker {worker}: {GONE}"))
        return status if not self._forsaken else ExitCode.INTERRUPTED

    # The load ------------------------------------------------------------------------------------------

    def _generated(self, job: Job, worker: int, folder: Path) -> ExitCode:
        if not job.closed:
            return self._child_of(folder / FILE, worker)
        try:
            return process.run(job, worker, self._agree, stop=self._control, member=self._runner)
        except PeakproofError as error:
            self._tell(Failed(what=str(error), hint=error.hint or "", exit_code=int(error.exit_code)))
            return error.exit_code

    def _agree(self, ready: Ready) -> int:
        self._tell(ready)
        return int(self._start.get())

    def _child_of(self, path: Path, worker: int) -> ExitCode:
        """The same process that a fleet of one machine has; what it says goes to the master."""
        self._child = Child(path, worker)
        gevent.spawn(self._start_child, self._child)
        for text in self._child.lines():
            self._send(FromWorker.SAID, {"line": text})
        return ExitCode(max(self._child.wait(), 0))

    def _start_child(self, child: Child) -> None:
        child.begin(int(self._start.get()))

    def _end(self, *, early: bool) -> None:
        self._control.over = True
        if early:
            self._control.end()
            if self._child is not None:
                self._child.end()

    # Results -------------------------------------------------------------------------------------------

    def _bring(self, folder: Path, status: int) -> None:
        """Sends every file; the master says of each piece that it has it, so that none is lost on the way."""
        files = sorted(path for path in folder.glob("*") if path.is_file())
        for path in files:
            for at, content in parcels.pieces(path):
                self._bring_piece(path.name, at, content)
        sums = {path.name: parcels.digest(path) for path in files}
        self._acknowledged(FromWorker.DONE, {"status": int(status), "files": sums}, ("", 0))

    def _bring_piece(self, name: str, at: int, content: bytes) -> None:
        self._acknowledged(FromWorker.PIECE, {"file": name, "at": at, "content": content}, (name, at))

    def _acknowledged(self, kind: FromWorker, data: Mapping[str, object], key: tuple[str, int]) -> None:
        got = self._got[key] = Event()
        end = time() + _PATIENCE
        while not got.is_set():  # sent again when it got lost: the master puts it where it belongs
            if time() > end:
                raise Unavailable("the master takes no results any more")
            self._send(kind, data)
            got.wait(5)

    # Messages ------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        for kind, listener in self._listeners():
            self._runner.register_message(kind, listener)

    def _listeners(self) -> Iterator[tuple[str, Callable[..., None]]]:
        for kind in FromMaster:
            yield kind, self._clock if kind is FromMaster.CLOCK else self._hearing(kind)

    def _hearing(self, kind: FromMaster) -> Callable[..., None]:
        def heard(msg: Message, **_: object) -> None:
            self._hear(kind, msg.data)

        return heard

    def _clock(self, msg: Message, **_: object) -> None:
        """Answers at once: what it takes between is not on the way."""
        received = time_ns()
        self._send(FromWorker.CLOCK, {"sent": msg.data["sent"], "received": received, "answered": time_ns()})

    def _hear(self, kind: FromMaster, data: Mapping[str, object]) -> None:
        match kind:
            case FromMaster.REFUSED:
                self._job.set_exception(Refused(str(data["what"])))
            case FromMaster.JOB:
                files = cast("Mapping[str, bytes]", data["files"])
                self._job.set((int(str(data["worker"])), Parcel(job=str(data["job"]), files=files)))
            case FromMaster.START:
                self._start.set(int(str(data["at"])))
            case FromMaster.END:
                self._end(early=bool(data["early"]))
            case FromMaster.GOT:
                self._got[str(data["file"]), int(str(data["at"]))].set()
            case FromMaster.CLOCK:
                raise AssertionError("clocks are asked without a detour")

    def _send(self, kind: FromWorker, data: Mapping[str, object]) -> None:
        self._runner.send_message(str(kind), dict(data))

    def _tell(self, event: Said) -> None:
        self._send(FromWorker.SAID, {"line": line(event)})

    # Ends ----------------------------------------------------------------------------------------------

    def _watch_master(self) -> None:
        """A load whose master is gone is nobody's: it ends."""
        joined = time()
        while not self._silent(joined):
            gevent.sleep(_GLANCE)
        self._give_up(GONE)

    def _silent(self, joined: float) -> bool:
        """Whether the master said that it is over (Locust's quit ends its greenlets), or says nothing."""
        heard = self._runner.last_heartbeat_timestamp or joined
        return not len(self._runner.greenlet) or time() - heard > SILENCE

    def _interrupted(self) -> None:
        """Somebody ended this worker: what it measured still goes to the master."""
        if self._job.ready():
            self._end(early=True)
        else:
            self._give_up("interrupted")

    def _give_up(self, why: str) -> None:
        self._forsaken = True
        for waited in (self._job, self._start):
            if not waited.ready():
                waited.set_exception(Interrupted(why))
        self._end(early=True)
        for got in self._got.values():
            got.set()

    def _leave(self) -> None:
        """Locust's last events, which tell the master, too."""
        if not self._forsaken:
            closed.leave(self._environment)
