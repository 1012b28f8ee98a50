"""Distances say how far a distribution moved, whatever its values are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anonymizer
from anonymizer.proof.distances import apart, numbered, quantiles
from anonymizer.pseudonyms.keys import Key
from tests.anonymizer.conftest import MakeDatabase

NUMBERS = st.lists(st.floats(-100, 100) | st.just(float("nan")), min_size=1, max_size=50)


def measured(before: list[float], after: list[float]) -> float:
    bounds = quantiles(np.array(after))
    cells = [numbered(np.array(side), bounds) for side in (before, after)]
    return apart(*(np.bincount(one, minlength=2 * len(bounds) + 2) for one in cells), ordered=True)


@given(NUMBERS, NUMBERS)
def test_numbers_are_as_far_apart_as_their_cumulative_shares(before: list[float], after: list[float]) -> None:
    def share(side: list[float], upto: float) -> float:
        return sum(np.isnan(one) or one <= upto for one in side) / len(side)

    real = [one for one in after if not np.isnan(one)]
    nulls = abs(np.isnan(before).mean() - np.isnan(after).mean())
    by_hand = max([float(nulls), *(abs(share(before, one) - share(after, one)) for one in real)])
    found = measured(before, after)
    assert by_hand - 1e-9 <= found, "what lies between two bounds may add to it"
    assert found <= 1 + 1e-9
    assert measured(before, before) == 0


@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
def test_categories_are_as_far_apart_as_their_shares(before: list[int], after: list[int]) -> None:
    one, other = Counter(before), Counter(after)
    by_hand = sum(abs(one[each] / len(before) - other[each] / len(after)) for each in range(10)) / 2
    counts = (np.bincount(np.array(side), minlength=10) for side in (before, after))
    assert apart(*counts, ordered=False) == pytest.approx(by_hand)


def test_what_moved_wholly_is_at_one_and_an_empty_side_says_nothing() -> None:
    assert measured([1.0, 2.0, 3.0], [7.0, 8.0]) == 1
    assert apart(np.zeros(3, np.int64), np.ones(3, np.int64), ordered=True) == 0


TABLE = """CREATE TABLE people (id integer PRIMARY KEY, town text, sure boolean, pay numeric, born date,
    data jsonb, mail text, seen timestamptz);"""
ROWS = """INSERT INTO people SELECT n, 'town' || n % 4, n % 2 = 0, 1000 + n, DATE '1980-01-01' + n, '{}',
    'jan' || n || '@firma.pl', now() - n * interval '1 hour' FROM generate_series(1, 500) n;"""
POLICY = """
policy: small
version: 1
tables:
  people:
    columns:
      id: keep
      town: keep
      sure: keep
      pay: {transform: perturb, class: sensitive, options: {percent: 10}}
      born: {transform: generalise, class: sensitive, options: {to: decade}}
      data: keep
      mail: {transform: email, class: identifying}
      seen: keep
"""


@pytest.mark.integration
def test_every_column_that_carries_truth_is_measured(make_database: MakeDatabase, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    source, target = make_database(TABLE + ROWS), make_database(TABLE)
    policy = anonymizer.load_policy(file)
    assert anonymizer.anonymize(source, target, policy, Key(bytes(range(32)))).verified
    seen = anonymizer.verify(source, target, policy)
    found = {one.column.removeprefix("people."): one for one in seen.distances}
    assert [one for one in found if found[one].distance == 0] == ["town", "sure", "seen"]
    assert 0 < found["pay"].distance < 0.3
    assert found["born"].distance > 0.9, "all are born on one day now"
    measures = {name: one.measure for name, one in found.items()}
    assert measures == {
        "town": "total variation", "sure": "total variation", "pay": "Kolmogorov-Smirnov",
        "born": "Kolmogorov-Smirnov", "seen": "Kolmogorov-Smirnov",
    }  # fmt: skip
