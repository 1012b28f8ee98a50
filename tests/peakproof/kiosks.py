"""Rehearsals of the tiny platform: plans of its own beside its own definitions, run through the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import docker
import yaml

from environments import labels
from loadtests.judging import measurements
from loadtests.recording.ledger import Entry
from peakproof import results
from peakproof.results import Results

TINY = Path(__file__).resolve().parent.parent / "platforms" / "tiny"
COMMAND = Path(sys.executable).with_name("peakproof")
NOWHERE = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What differs from tests/platforms/tiny/season.yaml, by section. `accept` is how the till behaves."""

    accept: str = "honest"
    load: Mapping[str, object] = field(default_factory=dict)
    timeline: Sequence[Mapping[str, object]] = ()
    slo: Sequence[str] | None = None
    data: Mapping[str, object] | None = None
    abort_on: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Written:
    """A plan on the disk, and the environment that it names."""

    path: Path
    environment: str

    @property
    def out(self) -> Path:
        """Where its report goes."""
        return self.path.parent / "report"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a rehearsal ended."""

    exit_code: int
    stdout: str
    stderr: str
    out: Path

    @property
    def results(self) -> Results:
        assert (self.out / results.FILE).is_file(), self.stderr
        return results.read(self.out / results.FILE)

    @property
    def printed(self) -> dict[str, object]:
        """The document on stdout."""
        return cast("dict[str, object]", json.loads(self.stdout))

    @property
    def ledger(self) -> list[Entry]:
        return list(measurements.read(self.out / "load").ledger())

    @property
    def broken(self) -> dict[str, int]:
        """Orders by fate, without the conserved ones."""
        compared = self.results.conservation
        assert compared is not None, self.stderr
        return {fate: count for fate, count in compared.fates.items() if fate != "conserved"}


def season() -> dict[str, object]:
    """The plan beside the tiny platform, as it is written."""
    return cast("dict[str, object]", yaml.safe_load((TINY / "season.yaml").read_text()))


def written(folder: Path, name: str, plan: Plan) -> Written:
    """The plan and its definition as files. `name` tells environments of one test run apart."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = f"kiosk-{name}-{os.getpid()}"
    definition = {
        "extends": str(TINY / "kiosk.yaml"),
        "services": {"till": {"environment": {"KIOSK_ACCEPT": plan.accept}}},
    }
    (folder / "definition.yaml").write_text(yaml.safe_dump(definition))
    base = season()
    document = {
        **base,
        "environment": {"definition": "./definition.yaml", "name": environment},
        "load": {**cast("dict[str, object]", base["load"]), **plan.load},
        "timeline": [dict(line) for line in plan.timeline],
        "abort_on": list(plan.abort_on),
        "slo": base["slo"] if plan.slo is None else list(plan.slo),
        "data": base["data"] if plan.data is None else dict(plan.data),
    }
    (folder / "plan.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return Written(path=folder / "plan.yaml", environment=environment)


def argv(plan: Written, *options: str) -> list[str]:
    return [str(COMMAND), "rehearse", str(plan.path), "--out", str(plan.out), "--json", *options]


def rehearse(plan: Written, *options: str) -> Ran:
    """Runs the command to its end."""
    done = subprocess.run(argv(plan, *options), capture_output=True, text=True, timeout=280)
    return Ran(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr, out=plan.out)


def command(*arguments: str, environment: Mapping[str, str] = NOWHERE) -> subprocess.CompletedProcess[str]:
    """Any `peakproof` command; unless told otherwise there is no Docker for it."""
    return subprocess.run(
        [str(COMMAND), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )


def left(client: docker.DockerClient, environment: str) -> list[str]:
    """Everything that Docker still has of an environment and of the one that played production."""
    found = []
    for name in (environment, f"{environment}_source"):
        wanted = labels.ours(name)
        found += [
            str(each.name) for each in client.containers.list(all=True, filters=wanted, ignore_removed=True)
        ]
        found += [str(each.name) for each in client.networks.list(filters=wanted)]
        found += [str(each.name) for each in client.volumes.list(filters=wanted)]
    return found


class SideBySide:
    """Rehearsals that mind each other little: all begin, a few at a time, when the first is asked for."""

    AT_ONCE = 3

    def __init__(self, folder: Path, plans: Mapping[str, Plan]) -> None:
        self._folder, self._plans = folder, plans
        self._pool = ThreadPoolExecutor(self.AT_ONCE)
        self._running: dict[str, Future[Ran]] = {}

    def __getitem__(self, name: str) -> Ran:
        if not self._running:
            self._running = {each: self._pool.submit(self._run, each) for each in self._plans}
        return self._running[name].result()

    def _run(self, name: str) -> Ran:
        return rehearse(written(self._folder / name, name, self._plans[name]))

    def environment(self, name: str) -> str:
        return f"kiosk-{name}-{os.getpid()}"

    def end(self) -> None:
        self._pool.shutdown(cancel_futures=True)
