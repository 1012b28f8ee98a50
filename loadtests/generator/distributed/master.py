"""The master: gathers workers, hands out the job, compares clocks, says when to start, collects the results.

It generates nothing itself. What it says on stdout is what one generator says, of all workers together.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic, monotonic_ns, time_ns
from typing import Protocol

import gevent
import locust
from gevent.queue import Empty, Queue
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner

from foundation.errors import ExitCode, Interrupted, PeakproofError, RunInvalid, Unavailable
from loadtests.distributed import clocks, parcels
from loadtests.distributed.clocks import Crew, Exchange, Offset
from loadtests.distributed.starting import Address
from loadtests.generator.control import say, web_note
from loadtests.generator.distributed.members import Delivery, Member
from loadtests.generator.distributed.messages import FromMaster, FromWorker
from loadtests.generator.distributed.started import Started as Commands
from loadtests.generator.fleet import Together
from loadtests.generator.locustfiles import closed
from loadtests.generator.locustfiles.loading import Locustfile
from loadtests.generator.preparing import locustfile_of
from loadtests.generator.watching import Watch, served
from loadtests.planning.job import Job
from loadtests.planning.targets import pinned
from loadtests.recording.progress import Event, Failed, Finished, Note, Ready, Statistics, parse

_EXCHANGES = 50  # of which the quickest counts
_LEAD = 1.0  # seconds from the last worker being ready to the start: what it takes to tell all of them
_GATHERING = 120.0  # seconds that workers may take to come
_REJOINING = 15.0  # seconds after all others have ended
_GLANCE = 0.1
_BREATH = 0.0002  # seconds between looks for an answer of a clock
_ANSWER = 1.0  # seconds for such an answer
_FORGOTTEN = 3.0


class Message(Protocol):
    """What Locust hands to a listener."""

    data: Mapping[str, object]
    node_id: str


class Master:
    """One load of several workers. `commands` start workers, where they are not started by hand."""

    def __init__(self, job: Job, listen: Address, commands: Callable[[int], Commands]) -> None:
        self._waits = listen.port != 0  # for others than processes of this machine
        self._job, self._members = job, dict[str, Member]()
        self._inbox: Queue = Queue()
        self._told_to_end = False
        self._together = Together(job.processes)
        self._watch: Watch | None = None
        self._locustfile = self._read()
        self._environment = (
            self._locustfile.environment(job.target) if self._locustfile else Environment(host=job.target)
        )
        try:
            self._runner: MasterRunner = self._environment.create_master_runner(listen.host, listen.port)
        except (Exception, SystemExit) as error:
            what = f"{listen} cannot be listened at: {error}"
            raise Unavailable(what, where="--bind", hint="name another address or port") from error
        for kind in FromWorker:
            self._runner.register_message(str(kind), self._receiving(kind))
        self._listen = Address(host=listen.host, port=self._runner.server.port)
        self._commands = commands(self._listen.port)

    def run(self) -> ExitCode:
        """The whole load. Raises PeakproofError when nothing was sent."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            gevent.signal_handler(number, self._end)
        try:
            with self._watched():
                self._gather()
                self._hand_out()
                self._compare_clocks()
                self._load()
                self._collect()
                exit_code = closed.leave(self._environment) if self._locustfile else None
                self._note_crew(exit_code)
        finally:
            self._dismiss()
        return self._finished()

    # Stages --------------------------------------------------------------------------------------------

    def _read(self) -> Locustfile | None:
        """A closed load's users are given out by Locust's own master, which needs to know them."""
        if not self._job.closed:
            return None
        return locustfile_of(self._job, pinned(self._job.target, self._job.allowed))

    def _gather(self) -> None:
        wanted = self._job.processes
        if self._waits:
            say(Note(text=f"waiting for {wanted} workers at {self._listen}"))
        end = monotonic() + _GATHERING
        while len(self._members) < wanted:
            self._step()
            if self._told_to_end:
                raise Interrupted("interrupted before all workers had come")
            if why := self._commands.failed():
                raise Unavailable(why[0], hint=why[1])
            if monotonic() > end:
                raise Unavailable(f"{len(self._members)} of {wanted} workers came in {_GATHERING:.0f} s")

    def _hand_out(self) -> None:
        parcel = parcels.packed(self._job)
        for member in self._members.values():
            data = {"worker": member.worker, "job": parcel.job, "files": dict(parcel.files)}
            self._send(FromMaster.JOB, member, data)
        self._until(
            lambda: all(member.ready for member in self._members.values()), missing="before the start"
        )

    def _compare_clocks(self) -> None:
        for member in self._members.values():
            member.before = self._clock(member)
            if member.before is None:
                raise RunInvalid(f"{member.name} was lost before the start")

    def _clock(self, member: Member) -> Offset | None:
        """How far a worker's clock is ahead now; None when it does not answer."""
        member.exchanges.clear()
        for count in range(1, _EXCHANGES + 1):
            self._send(FromMaster.CLOCK, member, {"sent": time_ns()})
            if not self._answered(member, count):
                break
        return clocks.estimate(member.exchanges) if member.exchanges else None

    def _answered(self, member: Member, count: int) -> bool:
        """Waits until so many exchanges are complete; what else comes meanwhile stays in the inbox."""
        end = monotonic() + _ANSWER
        while len(member.exchanges) < count and monotonic() < end:
            gevent.sleep(_BREATH)
        return len(member.exchanges) >= count

    def _load(self) -> None:
        at = time_ns() + round(_LEAD * 1e9)
        for member in self._present():
            ahead = member.before.ahead if member.before else 0
            self._send(FromMaster.START, member, {"at": at + ahead})
        if self._locustfile is None:
            return
        started = monotonic_ns() + at - time_ns()
        closed.introduce(self._environment, self._runner)
        ending = gevent.spawn(
            closed.drive, self._job, self._locustfile, self._runner, None, started, lambda: self._told_to_end
        )
        self._until(ending.ready)
        for member in self._present():
            self._send(FromMaster.END, member, {"early": self._told_to_end})

    def _collect(self) -> None:
        """Until every worker's results are here; of those that are lost, for a while after the others."""
        waited: float | None = None
        asked = False
        while not all(member.ended for member in self._members.values()):
            self._step()
            if self._told_to_end and not asked:
                asked = True
                for member in self._members.values():
                    self._send(FromMaster.END, member, {"early": True})
            if not all(member.ended or member.lost for member in self._members.values()):
                waited = None
            elif (waited := waited or monotonic()) + _REJOINING < monotonic():
                return

    def _note_crew(self, exit_code: int | None) -> None:
        workers = tuple(
            clocks.Worker(worker=m.worker, host=m.host, before=m.before, after=m.after)
            for m in self._members.values()
            if m.before
        )  # fmt: skip
        clocks.write(Crew(workers=workers, exit_code=exit_code), Path(self._job.output))

    def _dismiss(self) -> None:
        self._runner.quit()
        self._commands.end()
        for member in self._members.values():
            Delivery(self._job, member.worker).drop()

    def _finished(self) -> ExitCode:
        clean = all(member.ended and not member.status for member in self._members.values())
        say(Finished(worker=0, clean=clean, folder=self._job.output))
        return ExitCode.INTERRUPTED if self._told_to_end else ExitCode.OK

    # Messages ------------------------------------------------------------------------------------------

    def _step(self) -> None:
        """Handles what came, or waits for a moment."""
        self._look_for_lost()
        try:
            kind, client, data = self._inbox.get(timeout=_GLANCE)
        except Empty:
            return
        self._heard(kind, client, data)

    def _until(self, holds: Callable[[], object], missing: str = "") -> None:
        while not holds() and not self._told_to_end:
            self._step()
            gone = [member for member in self._members.values() if member.lost or member.ended]
            if missing and gone:
                raise RunInvalid(f"{gone[0].name} was lost {missing}")

    def _receiving(self, kind: FromWorker) -> Callable[..., None]:
        def received(msg: Message, **_: object) -> None:
            now = time_ns()  # first: what comes between is not on the way
            member = self._members.get(msg.node_id)
            if kind is FromWorker.CLOCK and member is not None:
                stamps = {name: int(str(value)) for name, value in msg.data.items()}
                member.exchanges.append(Exchange(returned=now, **stamps))
            else:
                self._inbox.put((kind, msg.node_id, msg.data))

        return received

    def _heard(self, kind: FromWorker, client: str, data: Mapping[str, object]) -> None:
        if kind is FromWorker.HELLO:
            self._welcome(client, data)
        elif (member := self._members.get(client)) is not None:
            match kind:
                case FromWorker.SAID:
                    self._said(member, parse(str(data["line"])))
                case FromWorker.PIECE:
                    self._piece(member, data)
                case FromWorker.DONE:
                    self._done(member, data)

    def _welcome(self, client: str, data: Mapping[str, object]) -> None:
        host = str(data["host"])
        if data["code"] != parcels.code() or data["locust"] != locust.__version__:
            what = f"the worker on {host} runs another version of peakproof or Locust"
            self._runner.send_message(str(FromMaster.REFUSED), {"what": what}, client)
            raise Unavailable(what, hint="install the same on all machines")
        if len(self._members) >= self._job.processes and client not in self._members:
            what = "this load has all its workers"
            self._runner.send_message(str(FromMaster.REFUSED), {"what": what}, client)
            return
        self._members.setdefault(client, Member(worker=len(self._members), client=client, host=host))

    def _said(self, member: Member, event: Event | None) -> None:
        if event is None:
            return
        if isinstance(event, Failed):
            raise _Failed(replace(event, what=f"{member.name}: {event.what}"))
        if self._watch is not None and isinstance(event, Statistics):
            self._watch.hear(event)
        if isinstance(event, Ready):
            member.ready = True
            self._together.ready(event)
        elif (of_all := self._together.told(event)) is not None and not isinstance(event, Finished):
            say(of_all)
            if self._watch is not None:
                self._watch.hear(of_all)

    def _piece(self, member: Member, data: Mapping[str, object]) -> None:
        content = data["content"]
        assert isinstance(content, bytes)
        name, at = str(data["file"]), int(str(data["at"]))
        if not member.ended:
            Delivery(self._job, member.worker).piece(name, at, content)
        self._send(FromMaster.GOT, member, {"file": name, "at": at})

    def _done(self, member: Member, data: Mapping[str, object]) -> None:
        sums = data["files"]
        assert isinstance(sums, dict)
        if not member.ended:
            Delivery(self._job, member.worker).complete(sums)
            member.after = self._clock(member)
            member.ended, member.status = True, int(str(data["status"]))
        self._send(FromMaster.GOT, member, {"file": "", "at": 0})

    def _send(self, kind: FromMaster, member: Member, data: Mapping[str, object]) -> None:
        self._runner.send_message(str(kind), dict(data), member.client)

    # Who is there --------------------------------------------------------------------------------------

    def _present(self) -> Sequence[Member]:
        return [member for member in self._members.values() if not member.lost]

    def _look_for_lost(self) -> None:
        """Locust's heartbeats tell who is missing; who comes back goes on where it was."""
        for member in self._members.values():
            lost = not member.ended and self._gone(member)
            if lost != member.lost:
                member.lost = lost
                say(Note(text=f"{member.name} {'is lost' if lost else 'is back'}"))
                self._together.expect(-1 if lost else 1)

    def _gone(self, member: Member) -> bool:
        """Locust forgets a worker for a moment when its users have stopped: that is not yet gone."""
        node = self._runner.clients.get(member.client)
        member.absent = (member.absent or monotonic()) if node is None else None
        missing = node is not None and node.state == STATE_MISSING
        return missing or (member.absent is not None and monotonic() - member.absent > _FORGOTTEN)

    def _end(self) -> None:
        self._told_to_end = True

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Locust's web UI on the master, where it was asked for: of a closed load Locust's own numbers."""
        if self._job.web is None:
            yield
            return
        if self._locustfile is None:
            self._watch = Watch(self._job.target, self._job.main, self._end)
        environment = self._watch.environment if self._watch else self._environment
        with served(environment, self._job.web) as url:
            say(web_note(url))
            yield


class _Failed(PeakproofError):  # noqa: N818 - says what happened
    """A worker said why nothing was sent."""

    def __init__(self, said: Failed) -> None:
        super().__init__(said.what, hint=said.hint or None)
        self.exit_code = ExitCode(said.exit_code)
