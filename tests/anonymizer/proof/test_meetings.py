"""What of the source meets what of the target, from streams of records written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
import pytest

from anonymizer.proof.catalogue import NAME
from anonymizer.proof.comparison import Meeting
from anonymizer.proof.kernels import WHOLE, WORDS
from anonymizer.proof.meetings import Meetings, Spot, explained
from anonymizer.proof.objects import CATALOGUE, OBJECTS
from anonymizer.proof.partitions import Partitions, Records
from anonymizer.proof.places import searched
from anonymizer.proof.sheets import Sheet, sheets
from tests.anonymizer.proof.memory import MAIL, PHONE, copied, plan
from tests.anonymizer.proof.noting import as_dealt

FULL = {"transform": "full_name", "class": "identifying"}
COMPANY = {"transform": "company", "class": "common"}
ROW = 7  # a tag's bits before the row
# Fingerprints of both halves of all there are, so that two partitions have some.
LOW, HIGH = 17, (1 << 63) + 17

Streams = dict[tuple[str, ...], Records]


def records(*found: tuple[int, int, int]) -> Records:
    """(fingerprint, kind, row) of each."""
    prints = np.array([print_ for print_, _, _ in found], np.uint64)
    tags = np.array([row << ROW | kind for _, kind, row in found], np.uint64)
    return Records(prints=prints, tags=tags)


@contextmanager
def met(
    rules: Mapping[str, object],
    streams: Streams,
    *,
    objects: Sequence[str] = (),
    beyond: Sequence[Sheet] = (),
    types: Mapping[str, str] | None = None,
) -> Iterator[Meetings]:
    with Partitions(1) as stored:
        for name, found in streams.items():
            stored.add(name, found)
        yield Meetings(stored, sheets(plan(copied({"id": "keep", **rules}, types=types))), objects, beyond)


def test_meetings_of_all_partitions_are_one_sum() -> None:
    mine = records((LOW, WHOLE, 1), (HIGH, WHOLE, 2))
    with met({"mail": MAIL}, {("t", "mail", "was"): mine, ("t", "mail", "cell"): mine}) as seen:
        found = seen.places["t", "mail"]
    assert (found.own_rows, found.own_values, found.rows, found.values) == (2, 2, 2, 2)


def test_a_value_in_the_row_of_another_is_a_meeting_and_not_its_own() -> None:
    before, after = records((LOW, WHOLE, 1)), records((LOW, WHOLE, 2), (HIGH, WHOLE, 1))
    with met({"mail": MAIL}, {("t", "mail", "was"): before, ("t", "mail", "cell"): after}) as seen:
        found = seen.places["t", "mail"]
    assert (found.own_rows, found.rows, found.meetings) == (0, 1, 1)


def test_an_original_in_another_column_is_counted_once_however_often_it_stands_there() -> None:
    streams: Streams = {
        ("t", "tel", "was"): records((LOW, 9, 1), (HIGH, 9, 2)),
        ("t", "note", "text"): records((LOW, 9, 3), (LOW, 9, 4), (LOW + 1, 9, 5)),
    }
    with met({"tel": PHONE, "note": "keep"}, streams) as seen:
        assert {at: spot.found for at, spot in seen.spots.items()} == {("t", "note", "phone"): 1}


def test_what_is_too_short_to_be_looked_for_within_texts_meets_nothing_there() -> None:
    streams: Streams = {
        ("t", "tel", "was"): records((LOW, WHOLE, 1)),
        ("t", "note", "text"): records((LOW, WHOLE, 1)),
    }
    with met({"tel": PHONE, "note": "keep"}, streams) as seen:
        assert seen.spots == {}


@pytest.mark.parametrize(("kind", "found"), [(WORDS + 1, 0), (WORDS + 2, 1)])
def test_one_word_tells_nothing_where_a_transform_draws_from_the_same_names(kind: int, found: int) -> None:
    streams: Streams = {
        ("t", "name", "was"): records((LOW, kind, 1)),
        ("t", "firm", "text"): records((LOW, kind, 1)),
    }
    with met({"name": FULL, "firm": COMPANY}, streams) as seen:
        assert seen.spots["t", "firm", "person"].found == found
    with met({"name": FULL, "firm": "keep"}, streams) as seen:
        assert seen.spots["t", "firm", "person"].found == 1, "where nothing is drawn it tells"


@pytest.mark.parametrize(("rule", "found"), [(FULL, 1), (PHONE, 0)])
def test_what_is_proved_a_result_is_held_against_its_own_population_only(
    rule: Mapping[str, str], found: int
) -> None:
    two_words = records((LOW, WORDS + 2, 1))
    streams: Streams = {
        ("t", "name", "was"): two_words,
        ("t", "other", "text"): records(),
        ("t", "other", "proved"): two_words,
    }
    with met({"name": FULL, "other": rule}, streams) as seen:
        assert sum(spot.found for at, spot in seen.spots.items() if at[1] == "other") == found


def test_what_stands_at_a_judged_path_of_a_document_is_not_counted_against_the_document_too() -> None:
    document = {"transform": "json", "class": "free", "others": "keep", "paths": {"$.tel": PHONE}}
    at_the_path, elsewhere = (LOW, 9, 1), (LOW, 9, 2)
    streams: Streams = {
        ("t", "tel", "was"): records((LOW, 9, 5)),
        ("t", "doc $.tel", "text"): records(at_the_path),
        ("t", "doc", "text"): records(at_the_path, elsewhere),
    }
    with met({"tel": PHONE, "doc": document}, streams, types={"doc": "jsonb"}) as seen:
        assert seen.spots["t", "doc", "phone"].meeting.rows == 1
    streams["t", "doc", "text"] = records(at_the_path)
    with met({"tel": PHONE, "doc": document}, streams, types={"doc": "jsonb"}) as seen:
        assert ("t", "doc", "phone") not in seen.spots


def test_an_object_of_the_catalogue_is_named_and_a_name_of_one_word_is_anybody_s() -> None:
    streams: Streams = {
        ("t", "name", "was"): records((LOW, WORDS + 2, 1), (HIGH, WORDS + 1, 2)),
        (*OBJECTS, "text"): records((LOW, WORDS + 2, 1), (HIGH, WORDS + 1, 0)),
    }
    with met({"name": FULL}, streams, objects=[f"{NAME} of tables", "the view v"]) as seen:
        found = {place: spot.found for (table, place, _), spot in seen.spots.items() if table == CATALOGUE}
    assert found == {"the view v": 1}


def test_beyond_the_copy_what_a_draw_could_deal_is_a_repeated_result() -> None:
    [view] = sheets(plan(copied({"id": "keep", "name": "keep"}, name="view")))
    original = records((LOW, WORDS + 2, 1))
    for before, found in ((original, 1), (as_dealt(original), 0)):
        streams: Streams = {("t", "name", "was"): before, ("view", "name", "text"): original}
        with met({"name": FULL}, streams, beyond=[view]) as seen:
            assert sum(spot.found for spot in seen.spots.values()) == found


def test_a_population_is_all_columns_that_draw_from_it_and_identify() -> None:
    rules = {"name": FULL, "mail": MAIL, "tel": PHONE, "town": {"transform": "city", "class": "common"}}
    with met(rules, {}) as seen:
        assert seen.populations == {"person": [("t", "name"), ("t", "mail")], "phone": [("t", "tel")]}


def test_numbers_are_counted_by_their_width_each_once_over_all_columns_and_partitions() -> None:
    streams: Streams = {
        ("t", "tel", "was"): records((LOW, 9, 1), (LOW, 9, 2), (HIGH, 11, 3), (LOW + 1, WORDS + 2, 4)),
        ("t", "fax", "was"): records((LOW, 9, 1), (HIGH, 9, 2)),
    }
    with met({"tel": PHONE, "fax": PHONE}, streams) as seen:
        assert seen.numbers("phone") == {9: 2, 11: 1}
        assert seen.numbers("phone") == {9: 2, 11: 1}, "asked again"


@pytest.mark.parametrize(
    ("kinds", "count", "share"),
    [
        ([], 5, 1.0),
        ([WHOLE] * 3, 5, 1.0),
        ([WORDS + 2] * 3, 5, 0.0),
        ([7], 10**5, 0.1),
        ([7, WORDS + 2], 10**5, 0.05),
        ([7], 10**8, 1.0),
    ],
)
def test_a_place_is_crowded_by_how_much_of_all_numbers_of_its_lengths_it_has(
    kinds: list[int], count: float, share: float
) -> None:
    there = records(*((LOW + at, kind, at) for at, kind in enumerate(kinds)))
    with met({"tel": PHONE}, {("t", "tel", "was"): there}) as seen:
        assert seen.crowded(("t", "tel"), count) == pytest.approx(share)


def test_a_value_that_a_person_has_in_several_rows_is_one_of_that_person() -> None:
    twice = records((LOW, 9, 1), (LOW, 9, 1), (LOW, 9, 2), (LOW + 1, 9, 2))
    with met({"tel": PHONE}, {("t", "tel", "was"): twice}) as seen:
        assert seen.persons(("t", "tel")) == 3


@pytest.mark.parametrize(
    ("rule", "populations"),
    [
        (FULL, {"person"}),
        (COMPANY, {"company", "person"}),
        ("keep", set()),
        ({"transform": "json", "class": "free", "paths": {"$.a": PHONE, "$.b": COMPANY}},
         {"phone", "company", "person"}),
    ],
)  # fmt: skip
def test_a_column_explains_what_its_transforms_draw_or_make_up(rule: object, populations: set[str]) -> None:
    [place] = [one for one in searched(copied({"x": rule}, key=())) if one.path is None]
    assert explained(place) == populations


def test_spots_add_up() -> None:
    one, other = Spot(meeting=Meeting(rows=2), found=1), Spot(meeting=Meeting(rows=3, own_rows=1), found=2)
    assert one + other == Spot(meeting=Meeting(rows=5, own_rows=1), found=3)
    assert one + Spot() == one
