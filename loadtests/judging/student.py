"""Student's t distribution, for intervals from few observations. Pure; knows nothing of loads.

The incomplete beta function by its continued fraction (Lentz's method; DLMF 8.17.22).
"""

from __future__ import annotations

import math

_TINY = 1e-300
_ENOUGH = 1e-14
_ROUNDS = 500


def two_sided(t: float, freedom: float) -> float:
    """The probability that |T| exceeds |t| at `freedom` degrees of freedom."""
    return _beta(freedom / (freedom + t * t), freedom / 2, 0.5)


def quantile(probability: float, freedom: float) -> float:
    """The value T does not exceed with a probability of at least 0.5; by bisection, within 1e-9 of itself."""
    low, high = 0.0, 1.0
    while two_sided(high, freedom) / 2 > 1 - probability:
        low, high = high, high * 2
    while high - low > 1e-9 * max(high, 1.0):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, freedom) / 2 > 1 - probability else (low, middle)
    return high


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b)."""
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):  # there the fraction converges slowly: the other tail
        return 1 - _beta(1 - x, b, a)
    log = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log) / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    value, front, back = 1.0, 1.0, 0.0
    for index in range(1, _ROUNDS):
        term = _term(index, x, a, b)
        back = 1 / _nonzero(1 + term * back)
        front = _nonzero(1 + term / front)
        value *= front * back
        if abs(front * back - 1) < _ENOUGH:
            break
    return value


def _term(index: int, x: float, a: float, b: float) -> float:
    m = index // 2
    if index % 2 == 0:
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
