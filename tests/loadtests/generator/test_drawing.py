"""What a journey draws is a function of seed, journey and number; a row once is a row once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.loadtests.generator.programs import told

PROGRAM = """
import json
from types import SimpleNamespace
from loadtests.planning.arrivals import Arrival, Draws
from loadtests.planning.feeds import Row
from loadtests.generator.drawing import Drawing

ROWS = {"shops": tuple(Row(shop=str(n)) for n in range(10)), "one": (Row(shop="0"),)}

def drawing(seed=7, journey="order"):
    found = Drawing()
    found.journey, found.bench, found._draws = journey, SimpleNamespace(feeds=ROWS), Draws(seed, journey)
    return found

def each(draw, numbers=range(2000), **more):
    journey, found = drawing(**more), []
    for number in numbers:
        journey._arrival = Arrival(index=number, journey="order", number=number, offset=0)
        found.append(draw(journey))
    return found

def error(act):
    try:
        act()
    except Exception as found:
        return [type(found).__name__, str(found)]

def shop(row):
    return int(row["shop"])

print(json.dumps({
    "integers": each(lambda j: j.integer("dice", 1, 6)),
    "again": each(lambda j: j.integer("dice", 1, 6)),
    "other purpose": each(lambda j: j.integer("cards", 1, 6)),
    "other seed": each(lambda j: j.integer("dice", 1, 6), seed=8),
    "other journey": each(lambda j: j.integer("dice", 1, 6), journey="look"),
    "certain": each(lambda j: j.integer("dice", 4, 4), range(3)),
    "negative": sorted(set(each(lambda j: j.integer("dice", -1, 1)))),
    "picks": each(lambda j: shop(j.pick("shops"))),
    "second pick": each(lambda j: shop(j.pick("shops", "billing"))),
    "unique": each(lambda j: shop(j.unique("shops")), range(30)),
    "unique, other seed": each(lambda j: shop(j.unique("shops")), range(30), seed=8),
    "once": each(lambda j: shop(j.once("shops")), range(10)),
    "used up": error(lambda: each(lambda j: j.once("shops"), [10])),
    "zipf": each(lambda j: shop(j.zipf("shops"))),
    "flat": each(lambda j: shop(j.zipf("shops", exponent=0.0))),
    "hot": each(lambda j: shop(j.hot("shops", 0.5))),
    "always hot": each(lambda j: shop(j.hot("shops", 1.0)), range(50)),
    "never hot": each(lambda j: shop(j.hot("shops", 0.0))),
    "one row": each(lambda j: [shop(d("one")) for d in (j.pick, j.unique, j.zipf)] + [j.rows("one")], [0, 5]),
    "no feed": error(lambda: each(lambda j: j.pick("prices"), [0])),
    "no arrival": error(lambda: drawing().pick("shops")),
    "no column": error(lambda: each(lambda j: j.pick("shops")["price"], [0])),
}))
"""


@pytest.fixture(scope="module")
def drawn() -> dict[str, Any]:
    found: dict[str, Any] = told(PROGRAM)
    return found


def shares(values: list[int], of: range) -> list[float]:
    return [values.count(value) / len(values) for value in of]


@pytest.mark.parametrize("name", ["integers", "other purpose", "other seed", "other journey"])
def test_a_whole_number_is_in_its_bounds_and_each_as_often(drawn: dict[str, Any], name: str) -> None:
    """Of 2,000 a sixth has a standard error of 0.8 %."""
    assert shares(drawn[name], range(1, 7)) == [pytest.approx(1 / 6, abs=0.034)] * 6


def test_the_same_arrival_draws_the_same_and_another_purpose_seed_or_journey_another(
    drawn: dict[str, Any],
) -> None:
    assert drawn["again"] == drawn["integers"]
    others = [drawn[name] for name in ("integers", "other purpose", "other seed", "other journey")]
    for position, one in enumerate(others):
        for other in others[position + 1 :]:
            alike = sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
            assert alike == pytest.approx(1 / 6, abs=0.034), "as often as by chance"


def test_bounds_are_included(drawn: dict[str, Any]) -> None:
    assert drawn["certain"] == [4, 4, 4]
    assert drawn["negative"] == [-1, 0, 1]


@pytest.mark.parametrize("name", ["picks", "second pick", "flat", "never hot"])
def test_any_row_is_picked_as_often_as_another(drawn: dict[str, Any], name: str) -> None:
    assert shares(drawn[name], range(10)) == [pytest.approx(0.1, abs=0.028)] * 10


def test_a_second_pick_of_one_arrival_has_a_purpose_of_its_own(drawn: dict[str, Any]) -> None:
    alike = sum(a == b for a, b in zip(drawn["picks"], drawn["second pick"], strict=True)) / 2000
    assert alike == pytest.approx(0.1, abs=0.028)


@pytest.mark.parametrize("name", ["unique", "unique, other seed"])
def test_unique_rows_come_all_before_any_comes_again(drawn: dict[str, Any], name: str) -> None:
    rows = drawn[name]
    assert all(sorted(rows[at : at + 10]) == list(range(10)) for at in (0, 10, 20))


def test_another_seed_has_another_order(drawn: dict[str, Any]) -> None:
    assert drawn["unique"] != drawn["unique, other seed"]


def test_a_row_once_is_given_once_and_then_there_is_none(drawn: dict[str, Any]) -> None:
    assert sorted(drawn["once"]) == list(range(10))
    assert drawn["used up"] == [
        "FeedUsedUp", "the feed 'shops' has 10 rows, each is used once, all are used",
    ]  # fmt: skip


def test_by_zipfs_law_the_first_row_is_the_most_frequent(drawn: dict[str, Any]) -> None:
    found, harmonic = shares(drawn["zipf"], range(10)), sum(1 / rank for rank in range(1, 11))
    assert found == [pytest.approx(1 / rank / harmonic, abs=0.04) for rank in range(1, 11)]


def test_a_hot_row_has_its_share_and_what_chance_gives_it_of_the_rest(drawn: dict[str, Any]) -> None:
    assert drawn["hot"].count(0) / 2000 == pytest.approx(0.55, abs=0.04)
    assert set(drawn["always hot"]) == {0}


def test_a_feed_of_one_row_has_that_row(drawn: dict[str, Any]) -> None:
    assert drawn["one row"] == [[0, 0, 0, 1]] * 2


def test_what_is_not_there_is_told_by_its_name(drawn: dict[str, Any]) -> None:
    assert drawn["no feed"][0] == "InputError"
    assert "journey 'order' needs the feed 'prices'" in drawn["no feed"][1]
    assert drawn["no column"] == ["NoColumn", "the feed has no column 'price'; it has shop"]
    assert drawn["no arrival"][0] == "OutsideArrival"
