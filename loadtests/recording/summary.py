"""The end of a generator process: that it ended well, when it ran, and what its files must add up to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from loadtests.recording import answers, checks
from loadtests.recording.answers import Answers
from loadtests.recording.checks import Checks

FILE = "summary.json"
ERRORS = "errors.json"
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Tested:
    """What a self-test showed: how many of its seconds were late, the worst second's p99, the limit."""

    rate: float
    seconds: int
    late: int
    worst_ms: float
    limit_ms: float
    on_time: bool


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Times in ns since the epoch; `clock_step` is how far the wall clock moved against the monotonic one.

    `starved` attempts had no local port or open file left on the generator's machine; on `surplus`
    connections the server sent more than it was asked for. `exit_code` is what a locustfile asked for, None
    when it did not; with `ended_itself` it ended the load, on purpose.
    `left_out` counts requests that are in no figure, by why;
    `sources` has digests of what the load was made of. `answers` are by series, `checks` by journey and name.
    """

    run: str
    worker: int
    workers: int
    schedule: str
    arrivals: int
    started_at: int
    ended_at: int
    clock_step: int
    clean: bool
    interrupted: bool
    unfinished: int
    intents: int
    outcomes: Mapping[str, int]
    ledger_failure: str | None
    intervals: int
    totals: Mapping[str, Mapping[str, int]]
    dispatch_ms: Mapping[str, float]
    versions: Mapping[str, str]
    starved: int = 0
    surplus: int = 0
    exit_code: int | None = None
    ended_itself: bool = False
    left_out: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Answers] = field(default_factory=dict)
    checks: Checks = field(default_factory=dict)
    self_test: Tested | None = None


def write(summary: Summary, folder: Path) -> None:
    """Writes it in one step: a summary is there as a whole or not at all."""
    draft = folder / f"{FILE}.new"
    values = {
        "format": FORMAT,
        **asdict(summary),
        "checks": checks.document(summary.checks),
        "answers": {name: each.document() for name, each in summary.answers.items()},
    }
    draft.write_text(json.dumps(values, indent=2) + "\n")
    draft.replace(folder / FILE)


def read(folder: Path) -> Summary:
    """The summary in a worker's folder. Raises ValueError: none, or not one of ours."""
    try:
        found = json.loads((folder / FILE).read_text())
        tested = Tested(**found["self_test"]) if found.get("self_test") else None
        told = {name: answers.read(values) for name, values in found.get("answers", {}).items()}
        checked = checks.read(found.get("checks", {}))
        apart = ("format", "self_test", "answers", "checks")
        known = {name: value for name, value in found.items() if name not in apart}
        return Summary(**known, self_test=tested, answers=told, checks=checked)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{folder / FILE}: no whole summary: the generator did not end well") from error
