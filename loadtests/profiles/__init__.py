"""Profiles: how the arrival rate of a peak changes over time, as data with its sources. Pure; no I/O.

One more profile is one more Shape in a family's module and one more line here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from foundation.errors import InputError
from loadtests.planning.arrivals import Constant, Profile
from loadtests.profiles import days, drops, flat
from loadtests.profiles.shape import Curve, Point, Shape

REPLAY = "replay"
"""The name of a profile whose shape comes from a file of time stamps, not from the registry."""

PROFILES: Mapping[str, Shape] = {
    "constant": flat.CONSTANT,
    "staircase": flat.STAIRCASE,
    "soak": flat.SOAK,
    "midnight-drop": drops.MIDNIGHT_DROP,
    "promo-shock": drops.PROMO_SHOCK,
    "markets": drops.MARKETS,
    "black-friday-day": days.BLACK_FRIDAY_DAY,
    "bfcm-peak": days.BFCM_PEAK,
    "b2b-day": days.B2B_DAY,
}


def profile(name: str, *, peak: float, duration: float, points: Sequence[Point] = ()) -> Profile:
    """The arrival rate of a profile: `peak` per second at its highest, its whole span within `duration` s.

    `points` are a replay's. Raises InputError: no such profile, a replay without points.
    """
    if name == "constant":
        return Constant(peak=peak)
    if name == REPLAY and points:
        return Curve(shape=replayed(points), peak=peak, duration=duration)
    if name not in PROFILES:
        raise InputError(f"unknown profile {name!r}", hint=f"allowed: {', '.join(PROFILES)}")
    return Curve(shape=PROFILES[name], peak=peak, duration=duration)


def replayed(points: Sequence[Point]) -> Shape:
    """The shape of a replay from its points."""
    return Shape(name=REPLAY, about="time stamps of a file", points=tuple(points), sources=("the file",))


def mean_rate(of: Profile, start: float, end: float) -> float:
    """The mean arrivals per second between two times in seconds, to about a thousandth."""
    steps = 2000
    width = (end - start) / steps
    return sum(of.rate(start + (index + 0.5) * width) for index in range(steps)) / steps
