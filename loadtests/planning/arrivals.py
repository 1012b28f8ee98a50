"""Open arrivals: when each journey starts, as whole nanoseconds from the start of the load. Pure.

Everything random is a function of (seed, stream, number in the stream) alone, drawn by counter from a keyed
BLAKE2b and never from a generator with state: one process or many, in any order, do the same work.
"""

from __future__ import annotations

import hashlib
import heapq
import math
import struct
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

SECOND = 1_000_000_000
Spacing = Literal["poisson", "even"]
_TICKET = struct.Struct("<Q")


class Profile(Protocol):
    """An arrival-rate function: journeys per second at a time since the start, never above its peak."""

    @property
    def peak(self) -> float: ...

    def rate(self, seconds: float) -> float: ...


@dataclass(frozen=True, kw_only=True)
class Constant:
    """The same rate all the time, per second."""

    peak: float

    def rate(self, seconds: float) -> float:  # noqa: ARG002  # every profile answers for a time
        return self.peak


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Arrivals of a journey's own: `rate` is its profile's peak, from `start` for `duration`, in seconds.

    `points` are those of a ramp or a replay.
    """

    rate: float
    start: float
    duration: float
    profile: str = "constant"
    points: tuple[tuple[float, float], ...] = ()

    @property
    def end(self) -> float:
        return self.start + self.duration


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One journey's arrivals: `ratio` of them for each arrival of the main journey, whose ratio is 1.

    One with a `scenario` comes by that instead, and has no ratio to anything.
    """

    journey: str
    ratio: float = 1.0
    scenario: Scenario | None = None

    def peak(self, rate: float) -> float:
        """Its arrivals a second at their highest, where those of the main journey are `rate` then."""
        return rate * self.ratio if self.scenario is None else self.scenario.rate


@dataclass(frozen=True, kw_only=True)
class Span:
    """When arrivals come: by a profile, from `start` for `duration` seconds, `ratio` of its rate."""

    profile: Profile
    start: float
    duration: float
    ratio: float = 1.0

    @property
    def peak(self) -> float:
        return self.profile.peak * self.ratio


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One journey that has to start: `index` over all streams, `number` within its own; `offset` in ns."""

    index: int
    journey: str
    number: int
    offset: int


class Draws:
    """Random numbers of one stream, each a pure function of (seed, stream, number, purpose)."""

    __slots__ = ("_keyed",)

    def __init__(self, seed: int, stream: str) -> None:
        key = hashlib.blake2b(f"{seed}:{stream}".encode(), digest_size=32).digest()
        self._keyed = hashlib.blake2b(key=key, digest_size=8)

    def bits(self, number: int, purpose: str) -> int:
        """64 random bits."""
        state = self._keyed.copy()
        state.update(_TICKET.pack(number) + purpose.encode())
        return _TICKET.unpack(state.digest())[0]  # type: ignore[no-any-return]

    def uniform(self, number: int, purpose: str) -> float:
        """A number in (0, 1]."""
        return ((self.bits(number, purpose) >> 11) + 1) * 2.0**-53

    def below(self, number: int, purpose: str, limit: int) -> int:
        """A whole number in [0, limit)."""
        return self.bits(number, purpose) * limit >> 64


@dataclass(frozen=True, kw_only=True)
class Share:
    """One process's arrivals, drawn before the load so that nothing is drawn in it; 14 bytes each.

    `digest` (hex) and `total` are of all processes' arrivals: equal for everyone who does the same work.
    By default there are none, as in a closed model.
    """

    digest: str = ""
    total: int = 0
    indices: range = range(0)
    journeys: tuple[str, ...] = ()
    offsets: array[int] = field(default_factory=lambda: array("q"))
    streams: array[int] = field(default_factory=lambda: array("H"))
    numbers: array[int] = field(default_factory=lambda: array("I"))

    def __iter__(self) -> Iterator[Arrival]:
        drawn = zip(self.indices, self.streams, self.numbers, self.offsets, strict=True)
        for index, stream, number, offset in drawn:
            yield Arrival(index=index, journey=self.journeys[stream], number=number, offset=offset)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """All arrivals of a load test. Describing it costs nothing; iterating makes them one by one.

    `own` are the profiles of those scenarios that streams have.
    """

    profile: Profile
    streams: tuple[Stream, ...]
    duration: float
    seed: int
    spacing: Spacing = "poisson"
    own: Mapping[str, Profile] = field(default_factory=dict)

    def span(self, stream: Stream) -> Span:
        """When a stream's arrivals come."""
        if stream.scenario is None:
            return Span(profile=self.profile, start=0.0, duration=self.duration, ratio=stream.ratio)
        own = stream.scenario
        return Span(profile=self.own[stream.journey], start=own.start, duration=own.duration)

    def __iter__(self) -> Iterator[Arrival]:
        for index, (offset, stream, number) in enumerate(self._merged()):
            yield Arrival(index=index, journey=self.streams[stream].journey, number=number, offset=offset)

    def share(self, worker: int = 0, workers: int = 1) -> Share:
        """Draws all arrivals, keeps those of one of several processes: index mod `workers` is `worker`."""
        state, total = hashlib.blake2b(digest_size=16), 0
        offsets, streams, numbers = array("q"), array("H"), array("I")
        names = [stream.journey.encode() for stream in self.streams]
        for offset, stream, number in self._merged():
            state.update(b"%d %s %d\n" % (offset, names[stream], number))
            if total % workers == worker:
                offsets.append(offset)
                streams.append(stream)
                numbers.append(number)
            total += 1
        return Share(
            digest=state.hexdigest(), total=total, indices=range(worker, max(total, worker), workers),
            journeys=tuple(stream.journey for stream in self.streams),
            offsets=offsets, streams=streams, numbers=numbers,
        )  # fmt: skip

    def _merged(self) -> Iterator[tuple[int, int, int]]:
        return heapq.merge(*(self._timed(position) for position in range(len(self.streams))))

    def _timed(self, position: int) -> Iterator[tuple[int, int, int]]:
        stream = self.streams[position]
        span = self.span(stream)
        offsets = (
            _poisson(span, Draws(self.seed, stream.journey)) if self.spacing == "poisson" else _even(span)
        )
        start, end = round(span.start * SECOND), round(span.duration * SECOND)
        for number, offset in enumerate(offsets):
            if offset < end:  # evenly: 72.4/s for 45 s is a hair more than 3,258, and the next is at the end
                yield start + offset, position, number


def _poisson(span: Span, draws: Draws) -> Iterator[int]:
    """Thinning (Lewis, Shedler, 1979): candidates at the peak rate, kept with probability rate/peak."""
    peak = span.peak
    if peak <= 0:
        return
    offset, end, candidate = 0, round(span.duration * SECOND), 0
    while True:
        offset += round(-math.log(draws.uniform(candidate, "gap")) / peak * SECOND)
        if offset >= end:
            return
        rate = span.profile.rate(offset / SECOND) * span.ratio
        if rate >= peak or draws.uniform(candidate, "keep") * peak <= rate:
            yield offset
        candidate += 1


def _even(span: Span) -> Iterator[int]:
    """One arrival each time the rate has added up to a whole one; exact for a constant rate."""
    offset, end, done = 0.0, span.duration, 0
    if isinstance(span.profile, Constant):
        peak = span.peak
        yield from (round(k / peak * SECOND) for k in range(math.ceil(end * peak)))
        return
    step = 1 / (span.peak * 100)
    total = 0.0
    while offset < end:
        if total >= done:
            yield round(offset * SECOND)
            done += 1
        total += span.profile.rate(offset) * span.ratio * step
        offset += step
