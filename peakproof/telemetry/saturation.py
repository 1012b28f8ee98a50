"""What saturates first: which resource was used up before all others, and how that is known. Pure.

Explains a verdict and never decides one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from peakproof.telemetry.samples import GENERATOR, Sample

FULL = 0.95
"""The share of a resource's time from which it counts as used up: a queue before it is then 20 times as long
as at one half, 1/(1-share) (M/M/1)."""
LOCKED = 0.5
"""The share of the working sessions that wait for each other."""
FOR = 3
"""Samples in a row: one second of full use is an accident."""
TOGETHER = 3.0
"""Seconds within which one resource may draw another with it; then the earlier one in our list is named."""
GROWS = 0.5
"""Seconds a second by which what waits in a queue grows older when its takers do not keep up."""
_LEAST_SESSIONS = 2

Shares = Sequence[tuple[float, float | None]]  # (seconds since the load began, share or None)


@dataclass(frozen=True, kw_only=True)
class Resource:
    """How much of a resource was used, as shares; `saturated_at` in seconds since the load began, or None."""

    name: str
    mean: float
    highest: float
    saturated_at: float | None
    evidence: str


def resources(
    samples: Sequence[Sample], services: Mapping[str, str], single: Sequence[str]
) -> list[Resource]:
    """Every resource, those that draw others with them first.

    `services`: node -> service; `single`: nodes of the platform's own, which may have one busy thread only.
    """
    found = [
        *_memories(samples),
        _measured("disk", [(each.at, each.machine.disk) for each in samples], _of_the_time),
        _processors(samples, services),
        *_threads(samples, single),
        _locks(samples),
        _connections(samples),
        *_pools(samples),
        *_queues(samples),
    ]
    return [each for each in found if each is not None]


def first(found: Sequence[Resource]) -> Resource | None:
    """The one that was used up first; of those that were together, the earlier in the list."""
    known = [(each.saturated_at, each) for each in found if each.saturated_at is not None]
    earliest = min((at for at, _ in known), default=0.0)
    return next((each for at, each in known if at <= earliest + TOGETHER), None)


def sustained(shares: Shares, limit: float) -> float | None:
    """When a share first reached the limit for so many samples in a row."""
    run: list[float] = []
    for at, share in shares:
        run = [*run, at] if share is not None and share >= limit else []
        if len(run) == FOR:
            return run[0]
    return None


def _measured(
    name: str, shares: Shares, evidence: Callable[[float], str], limit: float = FULL
) -> Resource | None:
    known = [share for _, share in shares if share is not None]
    if not known:
        return None
    return Resource(
        name=name,
        mean=sum(known) / len(known),
        highest=max(known),
        saturated_at=sustained(shares, limit),
        evidence=evidence(max(known)),
    )


def _of_the_time(share: float) -> str:
    return f"busy {share:.0%} of a second at most"


UNSEEN = "the platform's is not known, on hosts elsewhere"
"""What nodes use is read from control groups, which are their own host's."""


def _processors(samples: Sequence[Sample], services: Mapping[str, str]) -> Resource | None:
    full = [each for each in samples if each.machine.cpu >= FULL] or samples
    users = _users(full, services)
    generator = users.pop(GENERATOR, 0.0)
    told = ", ".join(f"{name} {used:.2f}" for name, used in list(users.items())[:4])
    whole = f"the platform's {sum(users.values()):.2f}: {told}" if users else UNSEEN
    sent = f"; the generator's {generator:.2f}" if generator else ""
    cores = samples[0].machine.cores if samples else 0
    busy = sum(each.machine.cpu for each in full) / max(len(full), 1) * cores
    ours = sum(users.values())
    rest = busy - ours - generator
    if users and ours >= max(generator, rest):
        whose = f"the {next(iter(users))}'s CPU"
    else:
        whose = "the machine's CPU, by the generator" if generator >= rest else "the machine's CPU, by others"
    return _measured(
        whose,
        [(each.at, each.machine.cpu) for each in samples],
        lambda share: f"up to {share:.0%} of {cores} cores; of {busy:.2f} {whole}{sent}",
    )


def _users(samples: Sequence[Sample], services: Mapping[str, str]) -> dict[str, float]:
    """Cores that each service used on average, the hungriest first."""
    used: defaultdict[str, float] = defaultdict(float)
    for each in samples:
        for node, use in each.nodes.items():
            used[services.get(node, node)] += use.cores / len(samples)
    return dict(sorted(used.items(), key=lambda item: -item[1]))


def _threads(samples: Sequence[Sample], single: Sequence[str]) -> Iterator[Resource | None]:
    for node in single:
        shares = [(each.at, each.nodes[node].cores if node in each.nodes else None) for each in samples]
        if all(share is None or share <= 1.1 for _, share in shares):  # else it has more than one busy thread
            yield _measured(
                f"{node}'s one busy thread", shares, lambda share: f"up to {share:.2f} of one core"
            )


def _memories(samples: Sequence[Sample]) -> Iterator[Resource | None]:
    for node in sorted({node for each in samples for node in each.nodes}):
        shares = [(each.at, each.nodes[node].memory if node in each.nodes else None) for each in samples]
        yield _measured(f"{node}'s memory", shares, lambda share: f"up to {share:.0%} of its limit")


def _locks(samples: Sequence[Sample]) -> Resource | None:
    def share(sample: Sample) -> float | None:
        if sample.sessions is None:
            return None
        working = sum(sample.sessions.busy.values())
        return sample.sessions.locked / working if sample.sessions.locked >= _LEAST_SESSIONS else 0.0

    most = max((each.sessions.locked for each in samples if each.sessions), default=0)
    return _measured(
        "locks in the database",
        [(each.at, share(each)) for each in samples],
        lambda highest: f"up to {most} sessions, {highest:.0%} of those that work, wait for another's lock",
        limit=LOCKED,
    )


def _connections(samples: Sequence[Sample]) -> Resource | None:
    shares = [
        (each.at, sum(each.sessions.open.values()) / max(each.sessions.limit, 1) if each.sessions else None)
        for each in samples
    ]
    return _measured(
        "the database's connections", shares, lambda share: f"up to {share:.0%} of what it allows"
    )


def _pools(samples: Sequence[Sample]) -> Iterator[Resource | None]:
    """A pool at its size, in which every connection works: whoever comes next waits."""
    asked = [each for each in samples if each.sessions is not None]
    for name in sorted({name for each in asked if each.sessions for name in each.sessions.open if name}):
        size = max(each.sessions.open.get(name, 0) for each in asked if each.sessions)
        if size < _LEAST_SESSIONS:
            continue
        shares = [(s.at, s.sessions.busy.get(name, 0) / size if s.sessions else None) for s in samples]
        yield _measured(
            f"the connection pool of {name}",
            shares,
            lambda share, size=size: f"up to {share * size:.0f} of {size} connections at work",  # type: ignore[misc]
            limit=1.0,
        )


def _queues(samples: Sequence[Sample]) -> Iterator[Resource]:
    for name in sorted({name for each in samples for name in each.gauges}):
        ages = [(each.at, each.gauges[name]) for each in samples if name in each.gauges]
        longest = max(age for _, age in ages)
        yield Resource(
            name=name,
            mean=sum(age for _, age in ages) / len(ages),
            highest=longest,
            saturated_at=growing(ages),
            evidence=f"the oldest waited {longest:.1f} s",
        )


def growing(ages: Sequence[tuple[float, float]]) -> float | None:
    """When what waits began to grow older for good (FOR samples in a row, by GROWS seconds a second)."""
    run: list[float] = []
    for (before, young), (at, old) in pairwise(ages):
        run = [*run, before] if old - young >= GROWS * (at - before) else []
        if len(run) == FOR:
            return run[0]
    return None
