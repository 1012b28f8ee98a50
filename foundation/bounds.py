"""What so many orders can prove at most: an upper bound on the rate at which orders go wrong. Pure."""

from __future__ import annotations

import math

CONFIDENCE = 0.95


def upper_bound(bad: int, orders: int, confidence: float = CONFIDENCE) -> float:
    """Clopper-Pearson's one-sided upper bound on a rate, 0..1, after `bad` of `orders` went wrong.

    For none it is 1 - (1-confidence)^(1/orders), which the rule of three calls 3/orders. It supposes that
    orders go wrong independently of one another. Source: Clopper and Pearson, Biometrika 26 (1934).
    """
    if not 0 <= bad <= orders:
        raise ValueError(f"{bad} of {orders}")
    if bad == orders:
        return 1.0
    low, high = bad / orders, 1.0
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(bad, orders, middle) > 1 - confidence else (low, middle)
    return high


def _at_most(bad: int, orders: int, rate: float) -> float:
    """The probability that at most `bad` of `orders` go wrong at this rate (0 < rate < 1)."""
    return math.fsum(
        math.exp(
            math.lgamma(orders + 1) - math.lgamma(k + 1) - math.lgamma(orders - k + 1)
            + k * math.log(rate) + (orders - k) * math.log1p(-rate)
        )
        for k in range(bad + 1)
    )  # fmt: skip
