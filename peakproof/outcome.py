"""From what a rehearsal came to, to its results: findings, verdict, scope, figures. Measures nothing."""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from environments import placement
from environments.docker_errors import mapped
from environments.environment import Environment
from environments.faults import kind_of
from environments.images.pulling import platform_of
from environments.references import is_reference
from environments.topology import Topology
from foundation.errors import PeakproofError
from foundation.slo import Metric
from foundation.units import in_words
from foundation.verdict import Finding, Status, Verdict, Weight, judge
from loadtests.capacity.results import in_words as capacity_in_words
from loadtests.judging import implied, objectives, recovery, validity
from loadtests.judging.measurements import Measurements
from loadtests.recording.latency_log import Clock
from peakproof import asynchronous, conservation, machine, others
from peakproof.asynchronous import Waiting
from peakproof.results import FaultRecord, Inside, Load, Percentiles, Ran, Results, Second
from peakproof.stages import inside_of
from peakproof.state import Desk, State
from peakproof.targets import Planned
from peakproof.timeline import Happened

TOLERANCE = 5.0
"""Seconds that a fault may strike late: a busy machine takes that long to let a helper begin."""
_MS = 1e6  # histograms count nanoseconds
_PACKAGES = ("peakproof", "locust", "testcontainers", "faker", "docker")


def results_of(state: State, desk: Desk, started: datetime, error: Exception | None) -> Results:
    """The results of a rehearsal, whole or not."""
    season, verdict, faults = state.season, verdict_of(state, error), tuple(_faults(state))
    return Results(
        season=season.written.season,
        run=state.run,
        started=started.isoformat(timespec="seconds"),
        scope=tuple(_scope(state, verdict, faults)),
        verdict=verdict,
        load=_load(state, state.measured) if state.measured else None,
        faults=faults,
        conservation=state.compared,
        data=state.data,
        environment=_ran(state, state.target, desk) if state.target else None,
        stages=state.times,
        machine=_machine(desk),
        versions={name: version(name) for name in _PACKAGES},
        command=desk.command or f"peakproof rehearse {os.path.relpath(season.document.path)}",
        inside=_inside(state),
        capacity=state.capacity,
        left=state.left,
        ended=datetime.now(UTC).isoformat(timespec="seconds"),
        folder=str(Path.cwd()),
    )


def verdict_of(state: State, error: Exception | None) -> Verdict:
    """Conservation, validity and the objectives, judged."""
    findings = [_came_to_its_end(state, error), *_as_planned(state)]
    if state.compared is not None:
        findings.append(conservation.finding(state.compared))
    findings += [
        replace(conservation.finding(each), name="order conservation in a trial") for each in state.in_trials
    ]
    if state.measured is not None:
        faults = [each.at for each in state.happened]
        whole = state.hopeless is None
        findings += validity.findings(state.measured, state.season.objectives, whole=whole)
        samples = state.seen.samples if state.seen else ()
        findings += others.findings(state.season.objectives, state.measured, samples, faults)
        findings += objectives.evaluate(state.season.objectives, state.measured, faults)
        findings += implied.findings(state.measured, state.season.objectives) if whole else []
        findings += asynchronous.evaluate(state.season.objectives, _waiting(state), faults)
    if state.hopeless is not None:
        findings.append(state.hopeless.finding())
    return judge(findings)


def _waiting(state: State) -> Waiting:
    return state.seen.waiting if state.seen else Waiting(delays={}, gauges={})


def _inside(state: State) -> Inside | None:
    if state.seen is None or state.measured is None:
        return None
    return inside_of(state.season, state.seen, state.measured)


def _came_to_its_end(state: State, error: Exception | None) -> Finding:
    reason = _why_not(state, error)
    return Finding(
        name="rehearsal came to its end",
        weight=Weight.VALIDITY,
        holds=not reason,
        expected="every stage",
        observed=_how_far(state, error),
        reason=reason,
    )


def _how_far(state: State, error: Exception | None) -> str:
    """The stages that came to their end, until one did not; the take-down that follows it is no progress."""
    stages = [time.stage for time in state.times]
    broken = next((time.stage for time in state.times if not time.whole), "load" if state.died else None)
    if broken not in stages:
        return ", ".join(stages) or "no stage"
    how = "interrupted" if state.interrupted and error is None else "failed"
    return "; ".join([*filter(None, [", ".join(stages[: stages.index(broken)])]), f"{broken} {how}"])


def _why_not(state: State, error: Exception | None) -> str:
    failure = error or state.died
    if state.interrupted:
        return "interrupted"
    if failure is None or isinstance(failure, PeakproofError):
        return str(failure or "")
    return f"a bug in peakproof: {type(failure).__name__}"  # its words may hold a person's values


def _as_planned(state: State) -> Iterator[Finding]:
    """Faults that did not happen prove nothing about them; a load that failed before them needs none."""
    if state.measured is None or not state.season.written.timeline or state.hopeless is not None:
        return
    wanted, happened = len(state.season.written.timeline), len(state.happened)
    reasons = [f"{_in_words(each.planned)} hit nothing: {each.why}" for each in state.missed]
    reasons += [f"{_in_words(each.planned)} ended early: {each.cut}" for each in state.happened if each.cut]
    reasons += [
        f"{_in_words(each.planned)} struck {in_words(each.at - each.planned.at)} late: {TOLERANCE:g} s may be"
        for each in state.happened
        if each.at - each.planned.at > TOLERANCE
    ]
    if happened < wanted and not reasons:
        reasons.append("the load ended, or was ended, before them")
    yield Finding(
        name="faults happened as planned",
        weight=Weight.VALIDITY,
        holds=not reasons,
        expected=f"{wanted}",
        observed="; ".join([f"{happened}", *(_when(each) for each in state.happened)]),
        reason="; ".join(reasons),
    )


def _when(happened: Happened) -> str:
    """When a fault was in force, and when it was to be: a node takes its time to end, and to start again."""
    planned = happened.planned
    until = "the drain" if happened.until is None else f"{happened.until:.1f} s"
    wanted = "the drain" if planned.options.lasting is None else f"{planned.end:g} s"
    real = f"{planned.fault} of {happened.node} from {happened.at:.1f} s to {until}"
    return f"{real} (planned: {planned.at:g} s to {wanted})"


def _in_words(fault: Planned) -> str:
    return f"{fault.fault} of {fault.node} at {in_words(fault.at)}"


def _scope(state: State, verdict: Verdict, faults: Sequence[FaultRecord]) -> Iterator[str]:
    """What this run shows, what holds here only, and what it cannot show."""
    season = state.season
    yield f"Shown: {_shown(state, verdict, faults)}."
    if verdict.status is not Status.INVALID:
        only = f"This machine only ({os.cpu_count()} cores)"
        yield f"{only}: latencies and the rate; they are no statement about production."
        if state.capacity is not None:
            yield f"{only}: capacity {capacity_in_words(state.capacity.found)}."
    simulated = "with simulated partners, " if season.topology.partners else ""
    yield (
        f"Not shown: what differs from production. {season.topology.definition!r} ran on {_hosts(state)}, "
        f"{simulated}without TLS between its nodes and with one database."
    )
    yield from _uncovered(state)
    if stack := season.written.environment.stack:
        yield f"Left in the stack {stack}: the orders of this run, whose keys begin with {state.run}."
    for waiver in season.waivers:
        yield f"Waived: {waiver}."


def _hosts(state: State) -> str:
    """Such as "3 hosts of the site box"."""
    count = len(state.season.site.hosts)
    return "one host" if count == 1 else f"{count} hosts of the site {state.season.site.site}"


def _uncovered(state: State) -> Iterator[str]:
    """What the loss of a host would have taken away, of several."""
    if state.target is None or len(state.season.site.hosts) == 1:
        return
    instance = state.target.instance
    lost = placement.losses(instance.topology, state.season.site, instance.placement)
    yield from (f"Host loss not covered: {line}." for line in lost)


def _shown(state: State, verdict: Verdict, faults: Sequence[FaultRecord]) -> str:
    """Never more than was seen: an INVALID run shows nothing, and who did not recover did not fail over."""
    if state.compared is None:
        return "nothing; the run did not get as far as the platform's books"
    if not state.compared.holds:
        return "that orders were not conserved"
    if verdict.status is Status.INVALID:
        return "nothing; the run is INVALID, so what it saw is no evidence"
    if not faults:
        return "order conservation"
    under = ", ".join(f"{fault.name} of {fault.node}" for fault in faults)
    if any(fault.recovery is None for fault in faults):
        return f"order conservation under {under}; not that the platform recovers from it"
    return f"order conservation and fail-over under {under}"


def _load(state: State, measured: Measurements) -> Load:
    written = state.season.written.load
    schedule = {summary.schedule for summary in measured.summaries}
    delay = measured.histogram(written.journey, Clock.DISPATCH)
    return Load(
        journey=written.journey,
        also={also.journey: also.ratio for also in written.also},
        profile=written.shape,
        peak=written.peak,
        duration=written.duration,
        charted=charted(state),
        seed=written.seed,
        schedule=", ".join(sorted(schedule)),
        seconds=tuple(_seconds(measured, charted(state))),
        percentiles=tuple(_percentiles(measured)),
        dispatch_p99=delay.percentile(99) / _MS if delay.counts else None,
    )


def charted(state: State) -> str:
    """The series whose latency is drawn: that of the first latency objective, else the main journey's."""
    latencies = (each.series for each in state.season.objectives if each.metric is Metric.LATENCY)
    return next((series for series in latencies if series), state.season.written.load.journey)


def _seconds(measured: Measurements, series: str) -> Iterator[Second]:
    main = measured.job.main
    counts = {
        name: measured.count(main, name)
        for name in ("wanted", "dispatched", "completed", "errors", "shed", "attempt_errors", "turned_away")
    }
    latencies = measured.over_time(series, (50, 95, 99))
    for at in measured.seconds:
        p50, p95, p99 = (value * 1000 for value in latencies[at]) if at in latencies else (None, None, None)
        yield Second(
            at=at,
            wanted=counts["wanted"][at],
            reached=counts["dispatched"][at],
            orders=counts["completed"][at],
            errors=counts["errors"][at] + counts["shed"][at] + counts["turned_away"][at],
            attempt_errors=counts["attempt_errors"][at],
            p50=p50,
            p95=p95,
            p99=p99,
        )


def _percentiles(measured: Measurements) -> Iterator[Percentiles]:
    for series in measured.series:
        found = measured.histogram(series)
        if found.counts:
            p50, p95, p99, p999, longest = (found.percentile(q) / _MS for q in (50, 95, 99, 99.9, 100))
            yield Percentiles(
                series=series, count=found.total, p50=p50, p95=p95, p99=p99, p999=p999, longest=longest
            )


def _faults(state: State) -> Iterator[FaultRecord]:
    if state.measured is None:
        return
    guard = objectives.latency_guard(state.season.objectives, state.measured.job.main)
    health = objectives.health_of(state.measured, guard)
    for each in state.happened:
        yield FaultRecord(
            name=each.planned.fault,
            role=each.planned.target,
            node=each.node,
            at=each.at,
            until=each.until,
            recovery=recovery.recovery(health, each.at, len(state.measured.seconds)) if guard else None,
            claimed=guard is not None,
            how=kind_of(each.planned.options).done(each.planned.options),
            asked=each.asked,
        )


def _ran(state: State, target: Environment, desk: Desk) -> Ran:
    topology, ids, standing = target.instance.topology, target.instance.images, target.instance.nodes
    return Ran(
        name=target.name,
        definition=topology.definition,
        site=state.season.site.site,
        digest=topology.digest,
        nodes={node.name: ids[node.process.image] for node in standing},
        images={
            node.name: _image_name(desk, ids[node.process.image], node.process.image) for node in standing
        },
        secret_variables=secret_variables(topology),
    )


def secret_variables(topology: Topology) -> dict[str, tuple[str, ...]]:
    """Node -> the environment variables in which it is given a secret."""
    given = {node.name: node.attachments.variables for node in topology.nodes}
    return {name: tuple(each.variable for each in found) for name, found in given.items() if found}


def _image_name(desk: Desk, image: str, otherwise: str) -> str:
    with contextlib.suppress(PeakproofError), mapped(f"looking for the name of {image}"):
        found = desk.fleet.home.images.get(image)
        if is_reference(otherwise):
            return f"{otherwise} ({platform_of(found.attrs)})"
        return str(found.tags[0]) if found.tags else otherwise
    return otherwise


def _machine(desk: Desk) -> dict[str, str]:
    return {
        "processor": machine.processor() or platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1024**3:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "docker": _engine_version(desk),
        "python": platform.python_version(),
    }


def _engine_version(desk: Desk) -> str:
    with contextlib.suppress(PeakproofError), mapped("asking Docker for its version"):
        return str(desk.fleet.home.version()["Version"])
    return "not known: it did not answer"
