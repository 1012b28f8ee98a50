"""What `peakproof load capacity` does, from a job to an exit code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import time_ns

from rich.markup import escape

from foundation.console import people, print_json
from foundation.errors import ExitCode, InputError
from foundation.slo import Metric, Objective
from foundation.units import in_words
from loadtests.capacity import results
from loadtests.capacity.loading import LoadTrial
from loadtests.capacity.observing import DRAIN
from loadtests.capacity.search import LEAST_TRIALS, Plan, Status, search
from loadtests.capacity.trials import Observation, Outcome
from loadtests.judging import implied, objectives, sufficiency
from loadtests.planning import targets
from loadtests.planning.arrivals import Constant
from loadtests.planning.job import Job
from loadtests.recording import machine
from loadtests.report import repeat

PAGE, DOCUMENT = "index.html", "capacity.json"
EXIT: Mapping[Status, ExitCode] = {
    Status.FOUND: ExitCode.OK,
    Status.WIDE: ExitCode.INVALID,
    Status.AT_LEAST: ExitCode.INVALID,
    Status.NONE: ExitCode.FAIL,
}
_COLOURS = {Outcome.HELD: "green", Outcome.BROKE: "red", Outcome.INVALID: "yellow"}


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Seconds: of a trial that are not judged, that are, and of all trials together."""

    warm_up: int
    measure: int
    budget: float

    @property
    def trials(self) -> int:
        """How many trials the budget has room for, each with its drain."""
        return int(self.budget // (self.warm_up + self.measure + DRAIN))


def capacity(
    job: Job,
    promised: Sequence[Objective],
    timing: Timing,
    plan: Plan,
    reset: Sequence[str],
    *,
    as_json: bool,
    command: str = "",
) -> ExitCode:
    """Searches, shows and writes what was found: 0 found, 1 nothing holds, 3 wide or only a lower bound.

    `command` is what was typed.
    """
    _check(job, promised, timing, plan)
    promised = implied.promised(promised, [stream.journey for stream in job.streams])
    plan = replace(plan, least=sufficiency.least_rate(promised, job.streams, timing.measure))
    console = people()
    started = time_ns()
    console.print(f"capacity of {job.target}: {job.main}, at most {plan.trials} trials")
    trial = LoadTrial(job=job, promised=promised, warm_up=timing.warm_up, listen=lambda _: None, reset=reset)

    def tell(seen: Observation) -> None:
        why = f": {escape('; '.join(seen.reasons))}" if seen.reasons else ""
        console.print(f"{seen.rate:8.4g}/s [{_COLOURS[seen.outcome]}]{seen.outcome}[/]{why}")

    try:
        found = search(trial, plan, tell)
    except KeyboardInterrupt:
        console.print(f"[bold yellow]no capacity[/]: interrupted; the trials are in {escape(job.output)}")
        return ExitCode.INTERRUPTED
    output, figures = Path(job.output), results.document(found, promised)
    again = repeat.of_search(command, started, time_ns(), _facts(job, timing), machine.described())
    html = results.html(f"Capacity: {job.main}", found, promised, again)
    (output / PAGE).write_text(html, encoding="utf-8")
    (output / DOCUMENT).write_text(json.dumps(figures, indent=2) + "\n")
    used_up = f"; used up first: {found.saturated}" if found.saturated else ""
    console.print(f"[bold]capacity {results.in_words(found)}{used_up}[/]  picture in {output / PAGE}")
    if as_json:
        print_json(figures)
    return EXIT[found.status]


def _facts(job: Job, timing: Timing) -> dict[str, str]:
    trial = f"{in_words(timing.warm_up)} not judged, {in_words(timing.measure)} judged"
    journeys = ", ".join(f"{stream.journey} x {stream.ratio:g}" for stream in job.streams)
    return {
        "Target": job.target,
        "Journeys": journeys,
        "A trial": trial,
        "Seed": str(job.seed),
        "Results": job.output,
    }


def _check(job: Job, promised: Sequence[Objective], timing: Timing, plan: Plan) -> None:
    """What can be known to be wrong before anything starts. Raises InputError, Refused."""
    targets.pinned(job.target, job.allowed)
    if not promised:
        raise InputError("what must hold?", where="--slo", hint='such as --slo "place-order p99 < 500ms"')
    journeys = [stream.journey for stream in job.streams]
    if unknown := objectives.unknown_series(promised, journeys):
        raise InputError(f"{unknown[0]}: the load has only {', '.join(journeys)}", where="--slo")
    if found := next((o for o in promised if o.metric.inside or o.metric is Metric.RECOVERY), None):
        raise InputError(f"{found.metric}: such objectives belong to a rehearsal", where="--slo")
    if timing.warm_up < 0 or timing.measure < 3:
        raise InputError("a trial measures for at least 3 s, after a warm-up of 0 s or more")
    if plan.trials < LEAST_TRIALS:
        raise InputError(f"the budget has room for {plan.trials} trials", where="--budget", hint="give more")
    start = Constant(peak=plan.start)
    if short := next(sufficiency.too_short(promised, start, job.streams, timing.measure), None):
        raise InputError(str(short), hint="raise --measure or --start")
    if Path(job.output).exists() and any(Path(job.output).iterdir()):
        raise InputError("the output folder is not empty", where=job.output, hint="name a new one with --out")
