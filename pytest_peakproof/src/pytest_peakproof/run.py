"""One environment for one run of tests, however many processes it has: the first brings it up, all share it.

They meet in a folder of this machine: a lock, and beside it what became of it, never a password. Only the
process that began the run ends it; of a run that was killed, the environment's lease does.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

from pytest_peakproof import command
from pytest_peakproof.command import Command, CommandFailed
from pytest_peakproof.environment import PeakproofEnv
from pytest_peakproof.settings import Settings

WHY = "a run of pytest"
KEPT = "kept by a run of pytest"
_KEPT_FOR = "8h"
_RENEWALS = 3  # in the time of one lease


@dataclass(frozen=True, kw_only=True)
class State:
    """What became of the environment. `endpoints`: of one that is up; `failure`: why it is not.

    `adopted`: it was there before this run, and stays.
    """

    name: str
    adopted: bool = False
    endpoints: Mapping[str, str] | None = None
    failure: str | None = None


class Run:
    """A run of tests and the environment that it may have."""

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        self._settings = settings
        self._owns = folder is None
        self._folder = folder
        self._over = threading.Event()
        self._renewing: threading.Thread | None = None

    @property
    def log_lines(self) -> int:
        """How many lines of each log a failing test's report has."""
        return self._settings.log_lines

    def shared(self) -> dict[str, object]:
        """What another process is given, to take part."""
        return {"settings": asdict(self._settings), "folder": str(self._where())}

    @classmethod
    def of_worker(cls, given: Mapping[str, object]) -> Run:
        """The run that `shared` described, in another process."""
        settings = given["settings"]
        assert isinstance(settings, dict)
        return cls(Settings(**settings), Path(str(given["folder"])))

    def environment(self) -> PeakproofEnv:
        """The environment, brought up by whoever asks first. Raises CommandFailed, the same to all."""
        with self._locked():
            state = self._state() or self._brought_up()
        if state.endpoints is None:
            raise CommandFailed(state.failure or "it was given up")
        return PeakproofEnv(state.name, state.endpoints, self._command)

    def standing(self) -> PeakproofEnv | None:
        """The environment, if it was brought up."""
        state = self._state() if self._folder else None
        if state is None or state.endpoints is None:
            return None
        return PeakproofEnv(state.name, state.endpoints, self._command)

    def keep_renewing(self) -> None:
        """From now on the environment's lease is renewed, until the run ends; once is enough."""
        if self._owns and self._renewing is None:
            self._renewing = threading.Thread(target=self._renew, name="peakproof lease", daemon=True)
            self._renewing.start()

    def end(self) -> str:
        """Takes down what this run brought up; what is to be told of it, or nothing."""
        self._over.set()
        if not self._owns or self._folder is None:
            return ""
        if self._renewing:
            self._renewing.join()
        try:
            state = self._state()
            return self._left(state) if state else ""
        except CommandFailed as error:
            return f"not taken down: it goes by itself after {self._settings.lease}. {error}"
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _left(self, state: State) -> str:
        if state.failure is not None or state.adopted:
            return ""
        if self._settings.keep:
            if state.endpoints is not None:
                self._command.text("env", "extend", state.name, "--ttl", _KEPT_FOR)
            return f"{state.name} stays for {_KEPT_FOR}; `peakproof env down {state.name}` takes it down"
        self._command.text("env", "down", state.name)
        return f"{state.name} is taken down"

    @cached_property
    def _command(self) -> Command:
        words = command.found(os.environ, Path(sys.executable))
        return Command(words=words, folder=Path(self._settings.folder))

    def _brought_up(self) -> State:
        state = State(
            name=self._settings.name or ("" if self._settings.keep else f"pytest-{uuid.uuid4().hex[:8]}")
        )
        try:
            state = replace(state, adopted=bool(self._settings.name) and self._adopts(state.name))
            self._write(state)  # so that what is begun is ended, whatever happens
            state = self._up(state)
        except CommandFailed as error:
            state = replace(state, failure=str(error))
        self._write(state)
        return state

    def _up(self, state: State) -> State:
        wanted = self._settings
        if not wanted.definition:
            raise CommandFailed(
                "say which environment: peakproof_definition in pytest.ini, or --peakproof-definition"
            )
        told = self._command.read(
            "env", "up", wanted.definition,
            *(("--site", wanted.site) if wanted.site else ()),
            *(("--name", state.name) if state.name else ()),
            *("--ttl", wanted.lease),
            *(() if state.adopted else ("--why", KEPT if wanted.keep else WHY)),
        )  # fmt: skip
        endpoints = told["endpoints"]
        assert isinstance(endpoints, dict)
        return replace(state, name=str(told["name"]), endpoints=endpoints)

    def _adopts(self, name: str) -> bool:
        """Whether it is up already. Raises CommandFailed for one that ends with another run of tests."""
        rows = self._command.read("env", "list")["environments"]
        assert isinstance(rows, list)
        found = next((row for row in rows if row["name"] == name), None)
        if found is not None and found.get("why") == WHY:
            raise CommandFailed(
                f"the environment {name} belongs to another run of pytest, by {found['who']}, and ends "
                "with it; give this one another name, or none (peakproof_name). If that run was killed, it "
                f"goes by itself within {found['seconds_left']} s, at once with `peakproof env down {name}`"
            )
        return found is not None

    def _renew(self) -> None:
        lease = self._settings.lease_seconds
        while not self._over.wait(lease / _RENEWALS):
            # One that fails is tried again; what is no longer there is the tests' to notice.
            with contextlib.suppress(CommandFailed):
                self._renew_once(lease)

    def _renew_once(self, lease: float) -> None:
        state = self._state()
        if state is None or state.endpoints is None:
            return
        left = self._command.read("env", "status", state.name)["seconds_left"]
        if float(str(left)) < lease:
            self._command.text("env", "extend", state.name, "--ttl", self._settings.lease)

    def _where(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="pytest-peakproof-"))
        return self._folder

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._where() / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _state(self) -> State | None:
        try:
            return State(**json.loads((self._where() / "state.json").read_text()))
        except FileNotFoundError:
            return None

    def _write(self, state: State) -> None:
        """Whole or not at all: others read it without the lock."""
        path = self._where() / "state.json"
        path.with_suffix(".new").write_text(json.dumps(asdict(state)))
        path.with_suffix(".new").replace(path)
