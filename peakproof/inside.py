"""From what was seen inside the environment to figures: what was used up first, delays, ages. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from environments import door
from environments.topology import Topology
from peakproof.asynchronous import Delay, Waiting, percentile
from peakproof.results import DelayFigures, GaugeFigures, Inside, StatementShare
from peakproof.telemetry import saturation
from peakproof.telemetry.samples import Sample

MOST_STATEMENTS = 8
_MS = 1000.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The samples of a load, what taking them cost, and the delays that the books told after it."""

    samples: tuple[Sample, ...]
    cost: float
    delays: Mapping[str, tuple[Delay, ...]]

    @property
    def waiting(self) -> Waiting:
        """What objectives ask about; looks before the load or after it are not of it."""
        names = {name for sample in self.samples for name in sample.gauges}
        return Waiting(
            delays=self.delays,
            gauges={
                name: [(each.at, each.gauges[name]) for each in self.samples if name in each.gauges]
                for name in sorted(names)
            },
        )


def figures(seen: Seen, topology: Topology, own: Sequence[str], wanted: Mapping[int, int]) -> Inside:
    """The figures. `own`: nodes that run the platform's own code; `wanted`: main arrivals in each second."""
    standing = (*topology.nodes, *door.guests(topology))
    services = {node.name: node.service for node in standing}
    found = saturation.resources(seen.samples, services, own) if seen.samples else []
    first = saturation.first(found)
    return Inside(
        first=first,
        rate=_rate(wanted, first.saturated_at) if first and first.saturated_at is not None else None,
        resources=tuple(found),
        statements=tuple(_statements(seen.samples)),
        delays=tuple(_delay(name, delays, len(wanted)) for name, delays in seen.delays.items()),
        gauges=tuple(_gauge(name, each, len(wanted)) for name, each in seen.waiting.gauges.items()),
        services=_services(seen.samples, services, len(wanted)),
        machine=_machine(seen.samples),
        samples=len(seen.samples),
        cost=seen.cost,
    )


def told(inside: Inside) -> str:
    """One sentence: "the database's CPU, at 131 orders/s (up to 98 % of 2 cores; …)"."""
    if inside.first is None:
        return "nothing was used up"
    rate = f", at {inside.rate:.3g} orders/s" if inside.rate is not None else ""
    return f"{inside.first.name}{rate} ({inside.first.evidence})"


def _rate(wanted: Mapping[int, int], at: float) -> float | None:
    """Main arrivals per second around a moment: of five seconds, as single ones scatter."""
    near = [count for second, count in wanted.items() if abs(second - at) <= 2.5]
    return sum(near) / len(near) if near else None


def _statements(samples: Sequence[Sample]) -> Iterator[StatementShare]:
    counts: Counter[str] = Counter()
    for each in samples:
        counts.update(each.sessions.statements if each.sessions else {})
    whole = counts.total()
    for statement, count in counts.most_common(MOST_STATEMENTS):
        yield StatementShare(statement=statement, share=count / whole)


def _delay(name: str, delays: Sequence[Delay], seconds: int) -> DelayFigures:
    by_second: dict[int, list[Delay]] = {}
    for each in delays:
        by_second.setdefault(math.floor(each.at), []).append(each)
    p50, p95, p99, longest = (_milliseconds(percentile(delays, q)) for q in (50, 95, 99, 100))
    return DelayFigures(
        name=name,
        count=len(delays),
        never=sum(each.seconds is None for each in delays),
        p50=p50,
        p95=p95,
        p99=p99,
        longest=longest,
        seconds=tuple(_milliseconds(percentile(by_second.get(at, ()), 99)) for at in range(seconds)),
    )


def _gauge(name: str, samples: Sequence[tuple[float, float]], seconds: int) -> GaugeFigures:
    return GaugeFigures(
        name=name, longest=max(value for _, value in samples), seconds=_by_second(samples, seconds)
    )


def _services(
    samples: Sequence[Sample], services: Mapping[str, str], seconds: int
) -> dict[str, tuple[float | None, ...]]:
    used: dict[str, list[tuple[float, float]]] = {}
    for each in samples:
        together: defaultdict[str, float] = defaultdict(float)
        for node, use in each.nodes.items():
            together[services.get(node, node)] += use.cores
        for service, cores in together.items():
            used.setdefault(service, []).append((each.at, cores))
    return {service: _by_second(found, seconds) for service, found in sorted(used.items())}


def _machine(samples: Sequence[Sample]) -> dict[str, str]:
    if not samples:
        return {}
    lines = {
        "CPU": _spread([each.machine.cpu for each in samples], "{:.0%}"),
        "disk": _spread([each.machine.disk for each in samples], "{:.0%}"),
        "run queue": _spread([float(each.machine.runnable) for each in samples], "{:.1f}"),
    }
    for name in sorted({name for each in samples for name in each.machine.pressure}):
        values = [each.machine.pressure[name] for each in samples if name in each.machine.pressure]
        lines[f"pressure on {name}"] = _spread(values, "{:.0%}")
    return lines


def _spread(values: Sequence[float], form: str) -> str:
    return f"mean {form.format(sum(values) / len(values))}, highest {form.format(max(values))}"


def _by_second(samples: Iterable[tuple[float, float]], seconds: int) -> tuple[float | None, ...]:
    found: dict[int, float] = {}
    for at, value in samples:
        found[math.floor(at)] = max(value, found.get(math.floor(at), value))
    return tuple(found.get(second) for second in range(seconds))


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None or math.isinf(seconds) else seconds * _MS
