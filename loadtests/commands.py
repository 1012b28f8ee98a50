"""What `peakproof load` does, from a job to an exit code."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from foundation.console import people, print_json
from foundation.errors import ExitCode, InputError
from foundation.slo import Metric, Objective
from foundation.verdict import Verdict, judge
from loadtests import measurements, objectives, results, screen, targets, validity
from loadtests.job import Job
from loadtests.local import generate
from loadtests.measurements import Measurements


def new_run() -> str:
    """A run id that no other run has: its keys are never taken for another run's."""
    return f"load-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def run(job: Job, promised: Sequence[Objective], *, as_json: bool = False) -> ExitCode:
    """Generates the load, shows what was measured, and returns the verdict's exit code; 130 after Ctrl-C."""
    _check(job, promised)
    console, interrupted = people(), False
    console.print(f"run {job.run}: {job.main} at {job.rate:g}/s for {job.duration:g} s, seed {job.seed}")
    try:
        with screen.live(console, job) as listen:
            generate(job, listen)
    except KeyboardInterrupt:
        interrupted = True
    measured = measurements.read(Path(job.output))
    verdict = judged(measured, promised)
    screen.show(console, measured, verdict)
    if as_json:
        print_json(results.document(measured, verdict))
    return ExitCode.INTERRUPTED if interrupted else verdict.exit_code


def judged(measured: Measurements, promised: Sequence[Objective]) -> Verdict:
    """The verdict of a load test alone: its validity and the objectives."""
    return judge([*validity.findings(measured, promised), *objectives.evaluate(promised, measured)])


def _check(job: Job, promised: Sequence[Objective]) -> None:
    """What can be known to be wrong before anything starts. Raises InputError, Refused, Unavailable."""
    targets.pinned(job.target, job.allowed)
    journeys = [stream.journey for stream in job.streams]
    if len(set(journeys)) < len(journeys):
        raise InputError("a journey is named twice", hint="give each journey once, with its ratio")
    for objective in objectives.unknown_series(promised, journeys):
        raise InputError(
            f"{objective}: the load has no journey {objective.series!r}",
            hint=f"it has: {', '.join(journeys)}",
        )
    if any(objective.metric is Metric.LOST_ORDERS for objective in promised):
        raise InputError("lost orders are judged by the platform's books", hint="use peakproof rehearse")
