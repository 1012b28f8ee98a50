"""A false alarm is rarer than one in 100,000 copies of 100,000 customers: counted, not tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import anonymizer
from anonymizer.policies.policy import Rule
from anonymizer.pools import Locale, first_names, last_names, pool
from anonymizer.proof.alarms import Size, bound, of_draws, of_numbers
from anonymizer.proof.comparison import ALPHA, at_least

# Ten orders a customer, and every text of all that looked up some ten times.
SIZE = Size(customers=100_000, rows=1_000_000, texts=20_000_000)


def rules(root: Path) -> Iterator[Rule]:
    policy = anonymizer.load_policy(root / "platforms" / "orderhub" / "policy.yaml")
    for table in policy.tables.values():
        for rule in table.columns.values():
            yield from (rule, *rule.paths.values())


def test_a_copy_of_100_000_customers_raises_a_false_alarm_less_than_once_in_100_000(root: Path) -> None:
    assert 0 < bound(rules(root), SIZE) < 1e-5


def test_more_places_and_more_texts_may_raise_more_and_kept_ones_none(root: Path) -> None:
    all_ = [*rules(root)]
    assert bound(all_, SIZE) > bound(all_[:30], SIZE) > 0
    assert bound(all_, SIZE) > bound(all_, replace(SIZE, texts=0))
    assert bound([Rule(transform="keep")], SIZE) == 0
    assert bound([Rule(transform="scramble")], SIZE) == 0, "what leaves nothing in its place has no chance"


@pytest.mark.parametrize("expected", [1e-9, 1e-6, 0.01, 0.3, 5.0, 60.0])
def test_draws_reach_the_least_count_that_fails_as_seldom_as_said(expected: float) -> None:
    count = next(count for count in range(1, 1000) if at_least(count, expected) < ALPHA)
    assert at_least(count, expected) <= of_draws(expected) <= ALPHA


@pytest.mark.parametrize("expected", [1e-7, 1e-5, 1e-3, 0.1, 1.0, 4.9, 5.1, 1e6])
def test_numbers_are_assumed_to_meet_tenfold_and_so_seldom_fail(expected: float) -> None:
    assert of_numbers(expected) <= 1e-6
    random = np.random.default_rng(3)
    if 0.1 <= expected < 100:
        met = random.poisson(expected, 200_000)
        limit = next(count for count in range(1, 1000) if at_least(count, 10 * expected) < 1e-5)
        assert (met >= limit).sum() <= 2


def test_no_two_words_of_the_sentences_are_a_person_of_any_country() -> None:
    """Sentences stand one after another, so a name may also reach over a full stop: no word is one at all."""
    words = {word for text in pool("sentences").to_pylist() for word in re.findall(r"\w+", text.lower())}
    countries: tuple[Locale, ...] = ("pl_PL", "de_DE", "en_US")
    for country in countries:
        for names in (*first_names(country), *last_names(country)):
            listed = {part for name in names.to_pylist() for part in re.findall(r"\w+", name.lower())}
            assert words.isdisjoint(listed)


SMALL = Size(customers=1000, rows=10_000, texts=0)
PHONE, PESEL, IBAN = (
    Rule.model_validate({"transform": name, "class": "identifying"}) for name in ("phone", "pesel", "iban")
)


@pytest.mark.parametrize(
    ("rules_", "tests"),
    [
        ([], []),
        ([PHONE], []),
        ([PHONE, PHONE], []),
        # A telephone number within a PESEL, or an account number; a PESEL within a telephone number with 48.
        ([PHONE, PESEL], [10_000 * (11 + 3 - 9) * 1000 / 1e9, 10_000 * 1 * 1000 / 1e11]),
        ([PESEL, IBAN], [10_000 * (26 + 3 - 11) * 1000 / 1e11]),
        ([PHONE, PESEL, IBAN],
         [10_000 * 5 * 1000 / 1e9, 10_000 * 20 * 1000 / 1e9, 10_000 * 18 * 1000 / 1e11,
          10_000 * 1000 / 1e11]),
    ],
)  # fmt: skip
def test_numbers_of_one_kind_are_counted_within_those_of_another_that_has_room(
    rules_: list[Rule], tests: list[float]
) -> None:
    assert bound(rules_, SMALL) == pytest.approx(sum(map(of_numbers, tests)), rel=1e-9)


def test_a_collision_is_due_for_each_text_and_original_of_each_identifying_place() -> None:
    looked = replace(SMALL, texts=2**40)
    assert bound([PHONE], looked) == pytest.approx(2.0**40 * 1000 / 2.0**64)
    assert bound([PHONE, PHONE], looked) == pytest.approx(2 * bound([PHONE], looked))
    sensitive = Rule.model_validate({"transform": "phone", "class": "sensitive"})
    assert bound([sensitive], looked) == 0


def test_a_pool_s_place_may_fail_as_seldom_as_alpha_and_a_population_in_it_once_more() -> None:
    first, common = (
        Rule.model_validate({"transform": "first_name", "class": class_})
        for class_ in ("identifying", "common")
    )
    assert bound([common], SMALL) == pytest.approx(ALPHA)
    assert bound([first], SMALL) == pytest.approx(2 * ALPHA)
    assert bound([first, common], SMALL) == pytest.approx(4 * ALPHA)
