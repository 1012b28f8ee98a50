"""The first screen: the verdict, one sentence a manager understands, the figures that matter, the scope."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from foundation import page
from foundation.bounds import upper_bound
from foundation.page import Section
from foundation.slo import Metric, Objective
from foundation.verdict import Finding, Status, Weight
from peakproof.conservation import Fate
from peakproof.report import words
from peakproof.report.objectives import objectives
from peakproof.results import Load, Results

BROKEN_SHOWN = 5
LABEL = 40  # letters of a scope line's label at most; a colon later is part of the text
_FATES = [str(fate) for fate in Fate if fate is not Fate.CONSERVED]


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A figure with its name and what stands beside it."""

    name: str
    value: str
    beside: str
    bad: bool = False


def section(results: Results) -> Section:
    broken = results.verdict.broken
    body = page.fragment(
        "headline.html",
        Path(__file__).parent,
        status=results.verdict.status,
        sentence=sentence(results),
        bound=bound(results),
        broken=[(finding, _shown_reason(finding)) for finding in broken[:BROKEN_SHOWN]],
        more=max(0, len(broken) - BROKEN_SHOWN),
        tiles=[*tiles(results)],
        scope=[_split(line) for line in results.scope],
    )
    return Section(anchor="verdict", title="", body=body)


def sentence(results: Results) -> str:
    """What was done and what came of it."""
    told = _done(results) + _kept(results)
    broken = results.verdict.broken
    if results.verdict.status is Status.INVALID:
        return f"This run proves nothing{_why(broken)}. {told}."
    missed = sum(finding.weight is Weight.OBJECTIVE for finding in broken)
    also = f"; {words.plural(missed, 'objective was', 'objectives were')} missed" if missed else ""
    return f"{told}{also}."


def _why(broken: Sequence[Finding]) -> str:
    first = next((finding for finding in broken if finding.weight is Weight.VALIDITY), None)
    return f": {first.reason or f'{first.name}: {first.observed}'}".rstrip(".") if first else ""


def bound(results: Results) -> str:
    """What so many orders can prove at most; empty where nothing was promised."""
    conservation = results.conservation
    accepted = conservation.outcomes.get("acknowledged", 0) if conservation else 0
    proves = results.verdict.status is not Status.INVALID
    if conservation is None or accepted == 0 or not (proves and conservation.holds):
        return ""
    most = words.share(upper_bound(0, accepted), 1)
    return (
        f"So many prove, with 95 % confidence, that under these conditions at most {most} of acknowledged "
        "requests go wrong (rule of three; it supposes that they fail independently of one another)."
    )


def tiles(results: Results) -> Iterator[Tile]:
    """The figures that matter, as far as the rehearsal came."""
    yield from _order_tiles(results)
    if results.load is not None:
        yield _latency_tile(results)
        yield _recovery_tile(results)
        yield _error_tile(results, results.load)


def _order_tiles(results: Results) -> Iterator[Tile]:
    found = results.conservation
    if found is None:
        yield Tile(name="Orders", value="not compared", beside="the platform's books were not asked")
        return
    accepted = found.outcomes.get("acknowledged", 0)
    yield Tile(
        name="Requests acknowledged",
        value=words.count(accepted),
        beside=f"of {words.count(found.intended)} intended",
    )
    yield Tile(
        name="Lost or wrong",
        value=words.count(len(found.bad)),
        beside=_broken_fates(results) or "every request accounted for",
        bad=not found.holds,
    )


def _latency_tile(results: Results) -> Tile:
    assert results.load is not None
    for finding, objective in objectives(results):
        if _is_p99(objective, results.load.drawn):
            outside = f"outside the fault's {words.seconds(objective.outside)}, " if objective.outside else ""
            return Tile(
                name="Order latency, p99",
                value=finding.observed,
                beside=f"{outside}limit {words.seconds(objective.limit)}",
                bad=not finding.holds,
            )
    whole = next((each for each in results.load.percentiles if each.series == results.load.drawn), None)
    value = words.milliseconds(whole.p99 if whole else None)
    return Tile(
        name="Order latency, p99", value=value, beside="over the whole load; no objective asks for it"
    )


def _recovery_tile(results: Results) -> Tile:
    limit = next((each for each in objectives(results) if each[1].metric is Metric.RECOVERY), None)
    beside = f"limit {words.seconds(limit[1].limit)}" if limit else "no objective asks for it"
    bad = limit is not None and not limit[0].holds
    if not results.faults:
        return Tile(name="Recovery", value="no fault", beside="none was in force", bad=bad)
    if not all(fault.claimed for fault in results.faults):
        return Tile(
            name="Recovery", value="not claimed", beside="no latency limit says when all is well", bad=bad
        )
    times = [fault.recovery for fault in results.faults if fault.recovery is not None]
    if len(times) < len(results.faults):
        return Tile(name="Recovery", value="not recovered", beside=beside, bad=True)
    worst = "slowest of " + words.plural(len(times), "fault") + ", " if len(times) > 1 else ""
    return Tile(name="Recovery", value=words.seconds(max(times)), beside=worst + beside, bad=bad)


def _error_tile(results: Results, load: Load) -> Tile:
    wanted, errors = sum(each.wanted for each in load.seconds), sum(each.errors for each in load.seconds)
    limit = next((each for each in objectives(results) if each[1].metric is Metric.ERRORS), None)
    return Tile(
        name="Orders not accepted",
        value=words.share(errors, wanted) if wanted else words.UNKNOWN,
        beside=f"{words.count(errors)} of {words.count(wanted)}"
        + (f", limit {words.share(limit[1].limit, 1)}" if limit else ""),
        bad=limit is not None and not limit[0].holds,
    )


def _is_p99(objective: Objective, journey: str) -> bool:
    return objective.metric is Metric.LATENCY and objective.quantile == 99 and objective.series == journey


def _done(results: Results) -> str:
    if results.load is None:
        return "No load was measured"
    faults = words.listed([f"{words.fault(each)} at {words.seconds(each.at)}" for each in results.faults])
    load = results.load
    during = f" with {faults}" if faults else " without a fault"
    most = "" if load.profile == "constant" else f"{load.profile} with up to "
    return f"{most}{load.peak:,.4g} orders/s for {words.seconds(load.duration)}{during}"


def _kept(results: Results) -> str:
    found = results.conservation
    if found is None:
        return "; whether orders were kept was not compared" if results.load else ""
    accepted = found.outcomes.get("acknowledged", 0)
    told = f": {words.plural(found.intended, 'request')} intended, {words.count(accepted)} acknowledged, "
    return told + (
        f"not one {words.listed(_FATES, 'or')}" if found.holds else f"but {_broken_fates(results)}"
    )


def _broken_fates(results: Results) -> str:
    fates = results.conservation.fates if results.conservation else {}
    return words.listed([f"{words.count(fates[name])} {name}" for name in _FATES if fates.get(name)])


def _shown_reason(finding: Finding) -> str:
    return f"{finding.observed} ({finding.reason})" if finding.reason else finding.observed


def _split(line: str) -> tuple[str, str]:
    """A scope line as its label and text: "Shown: fail-over" has the label "Shown"."""
    label, colon, text = line.partition(": ")
    return (label, text) if colon and len(label) <= LABEL else ("Scope", line)
