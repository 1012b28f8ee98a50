"""What a journeys file wants and will not get is told before anything starts, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.planning import journey_source
from tests.loadtests.generator.programs import told

FILE = """
from peakproof.journeys import Journey, task

class Order(Journey):
    journey = "order"

    @task
    def order(self) -> None:
        self.pick("customers")
        self.get("page", "/page", params={}, expect=(404,))
        self._lines()

    def _lines(self):
        return self.once(feed="products")

class Promo(Order):
    journey = "promo"

    def _lines(self):
        return self.zipf("hot")

class Look(Journey):
    journey = "look"

    @task
    def look(self) -> None:
        self.post("page", "/page", jsn={})
        self.request("page", "FETCH", "/page")
        self.submit("order", "/orders", body={}, contents="", method="GRAB")
        self.get("page", path="/page", **{})
        self.delete("thing")

    def delete(self, what):
        pass

class Round(Round):
    journey = "round"
"""


def problems(folder: Path, *journeys: str, feeds: tuple[str, ...] = ()) -> list[str]:
    file = folder / "journeys.py"
    file.write_text(FILE)
    return [str(found).replace(f"{folder}/", "") for found in journey_source.problems(file, journeys, feeds)]


def test_a_feed_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    assert problems(tmp_path, "order", feeds=("customer", "products")) == [
        "journeys.py:9: journey 'order' needs the feed 'customers' "
        "(did you mean 'customer'? allowed: customer, products)"
    ]
    assert "there are none: give --feeds FOLDER" in problems(tmp_path, "order")[0]


def test_a_method_that_is_replaced_wants_what_the_new_one_does(tmp_path: Path) -> None:
    found = problems(tmp_path, "promo", feeds=("customers",))
    assert found == ["journeys.py:20: journey 'promo' needs the feed 'hot' (allowed: customers)"]


def test_unknown_words_are_told_and_methods_of_its_own_are_left_alone(tmp_path: Path) -> None:
    assert [each.partition(" (")[0] for each in problems(tmp_path, "look")] == [
        "journeys.py:27: post() has no 'jsn'",
        "journeys.py:28: unknown method 'FETCH'",
        "journeys.py:29: submit() has no 'contents'",
        "journeys.py:29: unknown method 'GRAB'",
    ]


def test_journeys_that_are_not_in_the_load_want_nothing(tmp_path: Path) -> None:
    assert problems(tmp_path, "none") == []
    assert problems(tmp_path, "round") == []


def test_what_is_no_python_is_for_others_to_say(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("class")
    assert journey_source.problems(tmp_path / "broken.py", ["order"], ()) == []


@pytest.mark.parametrize(("platform", "journeys"), [("orderhub", ("place-order", "promo-order", "browse"))])
def test_our_own_journeys_have_what_they_want(root: Path, platform: str, journeys: tuple[str, ...]) -> None:
    file = root / "platforms" / platform / "journeys.py"
    assert journey_source.problems(file, journeys, ("customers", "products", "hot")) == []
    assert len(journey_source.problems(file, journeys, ())) == 5


def test_the_words_are_those_of_the_generator() -> None:
    program = """
import inspect, json
from peakproof.journeys import Journey
from loadtests.generator.asking import Request
from loadtests.generator.browser import METHODS
first = ("self", "step", "path")
submit = [each for each in inspect.signature(Journey.submit).parameters if each not in first]
print(json.dumps([list(Request.__annotations__), submit, list(METHODS)]))
"""
    request, submit, methods = told(program)
    assert (request, sorted(submit), methods) == (
        list(journey_source.REQUEST), sorted(journey_source.SUBMIT), list(journey_source.METHODS),
    )  # fmt: skip
