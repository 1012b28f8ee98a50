"""Whether a latency was missed because this machine was busy with something else. Pure.

The generator runs before everybody else, so it can be on time while the platform waits for a processor that
other programs have: its answers are slow then, and nothing is known of how fast the platform is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foundation.slo import Metric, Objective
from foundation.verdict import Finding, Weight
from loadtests.judging import objectives as judging
from loadtests.judging.measurements import Measurements, Window
from peakproof.telemetry.samples import GENERATOR, Sample
from peakproof.telemetry.saturation import FULL

TAKEN = 0.25
"""The share of the machine that others have from which a full machine was not the platform's."""
AFTER = 5.0
"""Seconds until what queued up meanwhile is through: the window of `recovery`."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A second of a full machine; `others` are the cores that neither nodes nor generator had."""

    at: float
    others: float
    cores: int

    @property
    def window(self) -> Window:
        return Window(start=max(0.0, self.at - 1), end=self.at + AFTER)


def findings(
    promised: Sequence[Objective], measured: Measurements, samples: Sequence[Sample], faults: Sequence[float]
) -> Iterator[Finding]:
    """One, broken where a latency was missed that holds without the seconds in which others had the machine.

    None where nobody knows: the platform's nodes run on other machines. `faults`: when each struck, in
    seconds since the load began.
    """
    if not any(_has_nodes(each) for each in samples):
        return
    lost = taken(samples)
    excused = _excused(promised, measured, faults, [each.window for each in lost]) if lost else []
    yield Finding(
        name="machine left to the rehearsal",
        weight=Weight.VALIDITY,
        holds=not excused,
        expected=f"no latency missed while others had {TAKEN:.0%} of a full machine",
        observed=_told(lost, samples),
        reason=f"missed only then: {'; '.join(excused)}; repeat it with nothing beside" if excused else "",
    )


def taken(samples: Sequence[Sample]) -> list[Taken]:
    """The seconds in which others had the machine."""
    full = (each for each in samples if _has_nodes(each) and each.machine.cpu >= FULL)
    found = [Taken(at=each.at, others=_others(each), cores=each.machine.cores) for each in full]
    return [each for each in found if each.others >= TAKEN * each.cores]


def _has_nodes(sample: Sample) -> bool:
    return bool(sample.nodes.keys() - {GENERATOR})


def _others(sample: Sample) -> float:
    return sample.machine.cpu * sample.machine.cores - sum(use.cores for use in sample.nodes.values())


def _excused(
    promised: Sequence[Objective], measured: Measurements, faults: Sequence[float], windows: Sequence[Window]
) -> list[str]:
    latencies = [each for each in promised if each.metric is Metric.LATENCY]
    whole = judging.evaluate(latencies, measured, faults)
    missed = [each for each, found in zip(latencies, whole, strict=True) if not found.holds]
    without = judging.evaluate(missed, measured, faults, without=windows)
    return [f"{found.name} ({found.observed} without)" for found in without if _is_excuse(found)]


def _is_excuse(found: Finding) -> bool:
    """Where nothing is left, nothing is known either."""
    return found.holds or found.observed == judging.NOTHING


def _told(lost: Sequence[Taken], samples: Sequence[Sample]) -> str:
    if not lost:
        return "all of it"
    most = max(lost, key=lambda each: each.others)
    seconds = f"in {len(lost)} of {len(samples)} seconds"
    return f"others had up to {most.others:.2f} of {most.cores} cores {seconds}"
