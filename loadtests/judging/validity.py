"""Whether the load was what it claims to be. A broken finding here makes a run INVALID. Pure.

Judged by effect (arrivals that were late or missing), never by causes such as a busy processor.
"""

from __future__ import annotations

from collections.abc import Sequence

from foundation.slo import Metric, Objective
from foundation.verdict import Finding, Weight
from loadtests.distributed.clocks import MOST
from loadtests.judging.lateness import ENOUGH, lateness
from loadtests.judging.measurements import Measurements
from loadtests.judging.objectives import precise, tightest_latency, total_of
from loadtests.judging.sufficiency import needed
from loadtests.recording.histograms import Histogram, merged
from loadtests.recording.latency_log import Clock

_SECOND = 1_000_000_000
LEAST_DELAY = 0.005  # seconds of dispatch delay that never matter
DELAY_SHARE = 0.05  # of the tightest latency limit
CLOCK_STEP = 0.1  # seconds
_LATE = "the generator could not keep up: its own delay would count as the platform's"
_LATE_AND_WRONG = "late beside a platform that fails: more errors than promised, which no delay explains"


def findings(
    measured: Measurements, objectives: Sequence[Objective] = (), *, whole: bool = True
) -> list[Finding]:
    """Every rule with what was seen. A closed load promises no arrivals, so there is none to be late.

    A load that was ended on purpose, by us or by its own locustfile, is not `whole`: it is not asked whether
    all was sent and all ended.
    """
    closed = measured.job.closed
    whole = whole and not any(found.ended_itself for found in measured.summaries)
    complete = [_ended_well(measured), _requested(measured) if closed else _all_sent(measured)]
    complete += _enough(measured, objectives) if closed else []
    return [
        *_tested(measured),
        *(complete if whole else []),
        *([] if closed else [_on_time(measured, objectives)]),
        _recorded(measured),
        _steady_clock(measured),
        *_same_clock(measured),
        _not_starved(measured),
        _nothing_unasked(measured),
    ]


def own_verdict(measured: Measurements) -> list[Finding]:
    """What a locustfile says of its own run by the exit code that it sets; nothing where it sets none."""
    codes = [found.exit_code for found in measured.summaries if found.exit_code is not None]
    if measured.crew is not None and measured.crew.exit_code is not None:
        codes.append(measured.crew.exit_code)
    if not codes:
        return []
    worst = max(codes, key=abs)
    reason = "" if worst == 0 else "the locustfile set environment.process_exit_code"
    return [
        Finding(
            name="exit code of the locustfile", weight=Weight.OBJECTIVE, holds=worst == 0, expected="0",
            observed=str(worst), reason=reason,
        )
    ]  # fmt: skip


def delay_limit(objectives: Sequence[Objective]) -> float:
    """Seconds of dispatch delay that the objectives can bear: 5 ms, or 5 % of the tightest latency limit."""
    return max(LEAST_DELAY, DELAY_SHARE * (tightest_latency(objectives) or 0.0))


def _ended_well(measured: Measurements) -> Finding:
    workers, ended = measured.job.processes, len(measured.summaries)
    unclean = [found for found in measured.summaries if not found.clean]
    same = len({found.schedule for found in measured.summaries}) <= 1
    observed = f"{ended - len(unclean)} of {workers}"
    reasons = ["interrupted"] if any(found.interrupted for found in unclean) else []
    unfinished = sum(found.unfinished for found in unclean)
    reasons += [f"{unfinished} journeys had to be ended"] if unfinished else []
    reasons += [f"{workers - ended} ended without a summary"] if ended < workers else []
    reasons += [] if same else ["they did not do the same schedule"]
    reasons += [f"{len(unclean)} did not end cleanly"] if unclean and not reasons else []
    return _finding(
        "generators ended well", not reasons and ended == workers, f"{workers}", observed, reasons
    )


def _tested(measured: Measurements) -> list[Finding]:
    """What the self-test before the load showed; nothing where there was none."""
    tested = [found.self_test for found in measured.summaries if found.self_test is not None]
    if not tested:
        return []
    worst = max(tested, key=lambda found: (found.late, found.worst_ms))
    reason = "this machine cannot generate this load on time, even against a server that does nothing"
    return [
        _finding(
            "self-test before the load",
            worst.on_time,
            f"{worst.rate:g}/s with a dispatch delay p99 of at most {precise(worst.limit_ms / 1000)}",
            f"{worst.late} of {worst.seconds} seconds late, worst p99 {precise(worst.worst_ms / 1000)}",
            [] if worst.on_time else [reason],
        )
    ]


def _all_sent(measured: Measurements) -> Finding:
    total = measured.totals()
    wanted = max((found.arrivals for found in measured.summaries), default=total.wanted)
    missing = wanted - total.dispatched - total.turned_away
    observed = f"{total.dispatched:,} sent, {total.turned_away:,} turned away"
    reasons = [f"{missing:,} arrivals were neither sent nor turned away"] if missing else []
    reasons += [] if total.attempts else ["nothing was sent at all: no journey made a request"]
    return _finding("every arrival sent or turned away", not reasons, f"{wanted:,}", observed, reasons)


def _requested(measured: Measurements) -> Finding:
    sent = measured.totals().dispatched
    reasons = [] if sent else ["nothing was sent at all"]
    return _finding("users sent requests", bool(sent), "some", f"{sent:,} requests", reasons)


def _enough(measured: Measurements, objectives: Sequence[Objective]) -> list[Finding]:
    """How many requests a closed load has is known only afterwards: too few tell no percentile."""
    asked = [
        (objective, needed(objective.quantile), measured.histogram(objective.series or "").total)
        for objective in objectives
        if objective.metric is Metric.LATENCY and objective.quantile is not None
    ]
    return [
        _finding(
            f"enough requests for {objective.subject}", seen >= least, f"{least:,}", f"{seen:,}",
            [] if seen >= least else ["with fewer its value is an accident: run it for longer"],
        )
        for objective, least, seen in asked
    ]  # fmt: skip


def _on_time(measured: Measurements, objectives: Sequence[Objective]) -> Finding:
    limit, delays = delay_limit(objectives), delays_by_second(measured)
    found = lateness(delays, limit, objectives)
    what = "seconds" if found.stretches == len(delays) else f"stretches of {ENOUGH} arrivals"
    observed = f"{found.late} of {found.stretches} {what} late, worst p99 {precise(found.worst)}"
    reason = "one hiccup of this machine, too short to move what is promised" if found.hiccup else ""
    holds = found.on_time
    if not holds:
        holds = _errors_say_enough(measured, objectives)
        reason = _LATE_AND_WRONG if holds else _LATE
    expected = f"dispatch delay p99 at most {precise(limit)} in 99 % of {what}"
    return _finding("arrivals on time", holds, expected, observed, [reason] if reason else [])


def _errors_say_enough(measured: Measurements, objectives: Sequence[Objective]) -> bool:
    """Whether a late generator is no excuse: more journeys failed than is promised, whenever they were sent.

    Arrivals turned away do not count, nor what a stall of the generator as long as a time-out can explain.
    """
    delay = max((found.maximum for found in delays_by_second(measured).values()), default=0) / _SECOND
    if delay > measured.job.retry.timeout / 2:
        return False
    asked = [o for o in objectives if o.metric is Metric.ERRORS and o.outside is None]
    totals = ((o, total_of(o, measured)) for o in asked)
    return any(total.wanted and not o.holds(total.errors / total.wanted) for o, total in totals)


def delays_by_second(measured: Measurements) -> dict[int, Histogram]:
    """Dispatch delays of all journeys in ns, by the second in which arrivals were due."""
    journeys = [measured.histograms.get((name, Clock.DISPATCH), {}) for name in measured.counters]
    seconds = sorted({second for found in journeys for second in found})
    return {second: merged(found[second] for found in journeys if second in found) for second in seconds}


def _recorded(measured: Measurements) -> Finding:
    problems = list(measured.problems)
    observed = "complete" if not problems else f"{len(problems)} problems"
    return _finding("ledger and logs complete", not problems, "complete", observed, problems)


def _steady_clock(measured: Measurements) -> Finding:
    step = max((abs(found.clock_step) for found in measured.summaries), default=0) / _SECOND
    holds = step <= CLOCK_STEP
    reasons = (
        [] if holds else ["the wall clock was set while the load ran: times do not match the platform's"]
    )
    return _finding("wall clock steady", holds, f"within {precise(CLOCK_STEP)}", precise(step), reasons)


def _same_clock(measured: Measurements) -> list[Finding]:
    """How far the clocks of several machines were apart; nothing where there was one."""
    crew = measured.crew
    if crew is None or not crew.workers:
        return []
    worst = max(crew.workers, key=lambda found: abs(found.worst.ahead))
    doubt = max(crew.workers, key=lambda found: found.worst.uncertainty)
    apart, unsure = abs(worst.worst.ahead) / _SECOND, doubt.worst.uncertainty / _SECOND
    holds = apart <= MOST / _SECOND
    reasons = [] if holds else [f"the clock of {worst.host} differs: synchronise it (chrony, NTP)"]
    reasons += [
        f"known to ±{precise(found.worst.uncertainty / _SECOND)} only: the way to {found.host} takes too long"
        for found in crew.workers
        if abs(abs(found.worst.ahead) - MOST) < found.worst.uncertainty  # it may be on either side
    ]
    observed = f"{precise(apart)} at most, ±{precise(unsure)}"
    return [
        _finding(
            "clocks of all machines agree", holds, f"within {precise(MOST / _SECOND)}", observed, reasons
        )
    ]


def _not_starved(measured: Measurements) -> Finding:
    starved = sum(found.starved for found in measured.summaries)
    reasons = ["connections failed for want of a local port or open file of the generator's own machine"]
    return _finding(
        "ports and open files sufficed", not starved, "always", f"{starved:,} attempts went without",
        reasons if starved else [],
    )  # fmt: skip


def _nothing_unasked(measured: Measurements) -> Finding:
    surplus = sum(found.surplus for found in measured.summaries)
    reasons = ["the server sends more than it was asked for: an answer may have been another request's"]
    return _finding(
        "every answer was asked for", not surplus, "no surplus bytes",
        f"surplus bytes on {surplus:,} connections" if surplus else "no surplus bytes",
        reasons if surplus else [],
    )  # fmt: skip


def _finding(name: str, holds: bool, expected: str, observed: str, reasons: Sequence[str]) -> Finding:
    return Finding(
        name=name,
        weight=Weight.VALIDITY,
        holds=holds,
        expected=expected,
        observed=observed,
        reason="; ".join(reasons),
    )
