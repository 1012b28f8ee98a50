"""Days and weekends, hour by hour: Black Friday, its whole weekend, a working day between companies."""

from __future__ import annotations

from collections.abc import Sequence

from loadtests.profiles.shape import Point, Shape

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

# By the hour from 00:00 to 24:00.
_BLACK_FRIDAY = (
    0.55, 0.30, 0.18, 0.12, 0.12, 0.18, 0.35, 0.55, 0.70, 0.85, 0.95, 0.97, 0.90,
    0.85, 0.82, 0.80, 0.80, 0.84, 0.90, 0.97, 1.00, 0.95, 0.80, 0.62, 0.50,
)  # fmt: skip
_BETWEEN_COMPANIES = (
    0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.15, 0.35, 0.60, 0.80, 0.95, 1.00, 0.75,
    0.70, 0.85, 0.80, 0.60, 0.30, 0.15, 0.12, 0.10, 0.08, 0.06, 0.05, 0.05,
)  # fmt: skip
_WEEKEND = (0.8, 0.5, 0.5, 0.7)  # Friday to Monday, against the peak minute
_HUMPS = "Poland, Black Friday: humps at 11:00 and 20:00"
PEAK_MINUTE = 20 * HOUR
"""When the busiest minute of a weekend begins, in bfcm-peak's own time."""


def _hourly(shares: Sequence[float], level: float = 1.0, start: float = 0.0) -> tuple[Point, ...]:
    return tuple((start + hour * HOUR, round(share * level, 6)) for hour, share in enumerate(shares))


def _weekend() -> tuple[Point, ...]:
    days = [point for day, level in enumerate(_WEEKEND) for point in _hourly(_BLACK_FRIDAY, level, day * DAY)]
    before = [point for point in days if point[0] < PEAK_MINUTE]
    after = [point for point in days if point[0] > PEAK_MINUTE]
    usual, end = _WEEKEND[0], PEAK_MINUTE + MINUTE
    return (*before, (PEAK_MINUTE, usual), (PEAK_MINUTE, 1.0), (end, 1.0), (end, usual), *after)


BLACK_FRIDAY_DAY = Shape(
    name="black-friday-day",
    about="Black Friday from midnight to midnight; its peak is twice that of another November Friday",
    points=_hourly(_BLACK_FRIDAY),
    sources=(
        _HUMPS + "; twice the orders of other November Fridays",
        "the peak hour is 1.4 to 1.6 times the mean of its day",
    ),
    assumed="the night, and what lies between the humps",
)

BFCM_PEAK = Shape(
    name="bfcm-peak",
    about="Black Friday to Cyber Monday, with the busiest minute on Friday evening",
    points=_weekend(),
    sources=(
        "the peak minute is 2.0 to 2.8 times the mean of the weekend",
        _HUMPS,
        "how high to go: Shopify tests at 150 % of last year's peak, 40,000 orders/min in 2025 (secondary "
        "source); Zalando grew from 4,200 to 7,200 orders/min from 2018 to 2019",
    ),
    assumed="how the four days compare",
)

B2B_DAY = Shape(
    name="b2b-day",
    about="companies order from companies: office hours, a dip at noon, next to nothing at night",
    points=_hourly(_BETWEEN_COMPANIES),
    sources=("Poland: a hump at 11:00",),
    assumed="everything but the hump: no published hourly figures between companies were found",
)
