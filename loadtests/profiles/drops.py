"""Loads that come all at once: a drop at midnight, many midnights, a promotion that went too well."""

from __future__ import annotations

from loadtests.profiles.shape import Point, Shape

MINUTE, HOUR = 60.0, 3600.0
MIDNIGHT = 5 * MINUTE
"""When the drop is, in a midnight drop's own time."""
MARKETS_COUNT = 15
QUIET = 0.1

_BOOZT = "Boozt: traffic of a campaign day rises tenfold at 00:00"
_ALIBABA = "Alibaba, Singles' Day: the peak 26 s after midnight (secondary source)"

_DROP: tuple[Point, ...] = (
    (0, QUIET), (MIDNIGHT, QUIET), (MIDNIGHT, 0.4), (MIDNIGHT + 26, 1), (MIDNIGHT + MINUTE, 0.9),
    (2 * MIDNIGHT, 0.45), (20 * MINUTE, 0.25), (30 * MINUTE, 0.2),
)  # fmt: skip

MIDNIGHT_DROP = Shape(
    name="midnight-drop",
    about="a sale opens at midnight: ten times the load within half a minute",
    points=_DROP,
    sources=(_BOOZT, _ALIBABA),
    assumed="how fast it fades after the peak",
)

PROMO_SHOCK = Shape(
    name="promo-shock",
    about="a price nobody can resist, for twenty minutes; point the journeys at one hot product",
    points=(
        (0, QUIET), (5 * MINUTE, QUIET), (6 * MINUTE, 1), (26 * MINUTE, 1), (28 * MINUTE, 0.3),
        (30 * MINUTE, 0.15),
    ),
    sources=("Allegro, 2018: an outage of 20 minutes from a promotion for 1 PLN",),
    assumed="ten times the load within a minute, held as long as that outage was",
)  # fmt: skip

MARKETS = Shape(
    name="markets",
    about="fifteen markets open a sale, each at its own midnight, an hour apart",
    points=(
        *((market * HOUR + at, share) for market in range(MARKETS_COUNT) for at, share in _DROP),
        (MARKETS_COUNT * HOUR, QUIET),
    ),
    sources=(_BOOZT, _ALIBABA),
    assumed="markets of one size, an hour from each to the next",
)
