"""The figures of `infra` on the laptop: how long each command takes, and that a second `up` changes nothing.

`python -m benchmarks.infra [--quick] [--json]`; --quick takes one round each. Images must be built. Figures
of the stack count with Pulumi's own Docker plugin on PATH; those of the stand-in stand under their own name.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, show
from environments.docker_client import connect
from infra import engine
from infra.backend import PASSPHRASE
from tests.infra import stand_in
from tests.infra.stacks import PLUGIN, ours

ROOT = Path(__file__).resolve().parent.parent
PEAKPROOF = [sys.executable, "-m", "peakproof.cli", "infra"]
STACK = "benchmark"
GOALS: Mapping[str, float] = {
    "infra up laptop": 25,
    "infra preview laptop": 3,
    "infra up laptop, nothing to change": 4,
    "infra drift laptop (refresh)": 5,
}
CHANGES = (
    "infra preview laptop: changes",
    "infra up laptop again: nodes changed",
    "infra drift laptop: changes",
)
WITHOUT_PLUGIN = f"Pulumi's Docker plugin is not here: {PLUGIN} is not on PATH"
Seconds = dict[str, list[float]]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round each")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    rounds = 1 if options.quick else 3
    show({**checked(rounds), **plugin(rounds), **stood_in(rounds)}, as_json=options.json)


def checked(rounds: int) -> dict[str, Figure]:
    """`infra check`, which needs neither Docker nor an engine."""
    took = [_took(["check", "laptop"], os.environ)[0] for _ in range(rounds)]
    return {"infra check laptop": Figure(value=statistics.median(took), unit="s", goal=1.5)}


def plugin(rounds: int) -> dict[str, Figure]:
    """The stack with the real plugin; null where it is not on PATH, or there is no engine."""
    missing = _no_engine() or (None if shutil.which(PLUGIN) else WITHOUT_PLUGIN)
    return _missing(missing) if missing else _of_a_stack(rounds, {})


def stood_in(rounds: int) -> dict[str, Figure]:
    """The same with the stand-in: what the engine and our program take, beside what Docker does."""
    missing = _no_engine()
    if missing:
        return _named(_missing(missing))
    with stand_in.serving() as where:
        return _named(_of_a_stack(rounds, {engine.ATTACHED: where}))


def _no_engine() -> str | None:
    """Why there is none; the one in the cache is put on PATH."""
    folder = engine.home() / "bin"
    if (folder / "pulumi").exists() and not shutil.which("pulumi"):
        os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
    return None if shutil.which("pulumi") else "no Pulumi engine: scripts/pulumi-engine puts it here"


def _missing(reason: str) -> dict[str, Figure]:
    seconds = {name: Figure(value=None, unit="s", goal=goal, reason=reason) for name, goal in GOALS.items()}
    changes = {name: Figure(value=None, unit="changes", goal=0, reason=reason) for name in CHANGES}
    return seconds | changes


def _named(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    return {f"stand-in: {name}": each for name, each in figures.items()}


def _of_a_stack(rounds: int, attached: Mapping[str, str]) -> dict[str, Figure]:
    """Medians of rounds from nothing to nothing; of changes the most."""
    seconds: Seconds = {name: [] for name in GOALS}
    changes: Seconds = {name: [] for name in CHANGES}
    for _ in range(rounds):
        with _new_stack(attached) as stack:
            for name, took in stack.times().items():
                seconds[name].append(took)
            for name, count in stack.changes.items():
                changes[name].append(count)
    measured = {
        name: Figure(value=statistics.median(took), unit="s", goal=GOALS[name])
        for name, took in seconds.items()
    }
    return measured | {
        name: Figure(value=max(counts), unit="changes", goal=0) for name, counts in changes.items()
    }


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack of the laptop that does not stand yet, and in `changes` what should be nothing."""

    variables: Mapping[str, str]
    changes: dict[str, float]

    def times(self) -> dict[str, float]:
        """Brings it up and looks at it in every way; seconds of each command."""
        up = ["up", "laptop", "--name", STACK, "--yes"]
        first, _ = _took(up, self.variables)
        before = _containers()
        preview, told = _took(["preview", "laptop", "--name", STACK, "--json"], self.variables)
        again, _ = _took(up, self.variables)
        drift, drifted = _took(["drift", STACK, "--json"], self.variables)
        counts = (len(told["changes"]), len(before ^ _containers()), len(drifted["changes"]))
        self.changes.update(zip(CHANGES, map(float, counts), strict=True))
        return dict(zip(GOALS, (first, preview, again, drift), strict=True))


@contextmanager
def _new_stack(attached: Mapping[str, str]) -> Iterator[Stack]:
    with tempfile.TemporaryDirectory() as state:
        variables = {**os.environ, **attached, "XDG_STATE_HOME": state, PASSPHRASE: "of a benchmark"}
        try:
            yield Stack(variables=variables, changes={})
        except BaseException:  # what failed is told, not that there may be nothing to destroy
            with suppress(SystemExit):
                _took(["destroy", STACK, "--yes"], variables)
            raise
        _took(["destroy", STACK, "--yes"], variables)


def _containers() -> set[str]:
    client = connect()
    return {str(each.id) for each in client.containers.list(all=True, filters=ours(STACK))}


def _took(arguments: list[str], variables: Mapping[str, str]) -> tuple[float, dict[str, list[object]]]:
    """Seconds of a command, and what it told with --json. A command that fails ends the measurement."""
    began = time.monotonic()
    ended = subprocess.run(
        [*PEAKPROOF, *arguments], cwd=ROOT, env=dict(variables), check=False, capture_output=True, text=True
    )
    took = time.monotonic() - began
    if ended.returncode not in (0, 4):
        raise SystemExit(f"infra {' '.join(arguments)} ended with {ended.returncode}:\n{ended.stderr}")
    return took, json.loads(ended.stdout) if "--json" in arguments else {}


if __name__ == "__main__":
    main()
