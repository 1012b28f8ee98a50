"""Every object of a catalogue is searched by itself, however many texts it has."""

from __future__ import annotations

import numpy as np
import pytest

from anonymizer.proof.fingerprints import Seed
from anonymizer.proof.kernels import WORDS
from anonymizer.proof.objects import OBJECTS, Objects, gathered, numbers
from anonymizer.proof.partitions import Partitions
from anonymizer.proof.scanning import Wanted
from tests.anonymizer.proof.test_windows import OPEN

WANTED = Wanted(kinds=frozenset({9, WORDS + 2}), members=OPEN, seed=Seed.new())
TEXTS = {
    "comment": ["nothing", "jan kowalski"],
    "none": [],
    "view": ["601202303"],
    "function": ["a 602303404", "b"],
}


def test_a_record_names_the_object_that_it_stands_in() -> None:
    objects = Objects(texts=TEXTS, wanted=WANTED)
    places = [objects.places[number] for number in numbers(objects.scanned().tags)]
    assert sorted(places) == ["comment", "function", "function", "view"], "a number, and two words"


@pytest.mark.parametrize(
    ("place", "trials"), [("comment", {9: 0}), ("none", {9: 0}), ("view", {9: 1}), ("function", {9: 1})]
)
def test_windows_are_counted_for_each_object(place: str, trials: dict[int, int]) -> None:
    assert Objects(texts=TEXTS, wanted=WANTED).trials(place) == trials


def test_thousands_of_objects_are_told_apart() -> None:
    objects = Objects(texts={f"view {n}": ["x", f"{601_000_000 + n}"] for n in range(3000)}, wanted=WANTED)
    assert numbers(objects.scanned().tags).tolist() == [*range(3000)]


@pytest.mark.parametrize(("texts", "streams"), [({}, []), ({"none": []}, []), (TEXTS, [OBJECTS])])
def test_an_empty_catalogue_leaves_no_stream(
    texts: dict[str, list[str]], streams: list[tuple[str, str]]
) -> None:
    with Partitions(1) as stored:
        objects = gathered(texts, WANTED, stored)
        assert stored.streams("text") == streams
    assert objects.places == [*texts]
    assert numbers(np.zeros(0, np.uint64)).tolist() == []
