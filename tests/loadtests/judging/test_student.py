"""Student's t against its published table."""

from __future__ import annotations

import pytest

from loadtests.judging import student


@pytest.mark.parametrize(
    ("probability", "freedom", "value"),
    [(0.975, 1, 12.7062), (0.975, 4, 2.7764), (0.95, 10, 1.8125), (0.995, 30, 2.7500)],
)
def test_quantiles_are_those_of_the_table(probability: float, freedom: float, value: float) -> None:
    assert student.quantile(probability, freedom) == pytest.approx(value, abs=1e-4)


@pytest.mark.parametrize("freedom", [1.0, 2.5, 8.0, 400.0])
def test_a_quantile_is_exceeded_as_often_as_it_says(freedom: float) -> None:
    assert student.two_sided(student.quantile(0.95, freedom), freedom) == pytest.approx(0.1)
    assert student.two_sided(0.0, freedom) == 1.0
