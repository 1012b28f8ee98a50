"""Generalised values: the truth, coarser; and one constant where nothing is left."""

from __future__ import annotations

import pytest

from anonymizer.transforms import TRANSFORMS
from anonymizer.transforms.base import Slot
from tests.anonymizer.transforms.applied import mask

Options = dict[str, str | int | float | bool]


@pytest.mark.parametrize(
    ("type_", "options", "before", "after"),
    [
        ("integer", {"band": 10}, "47", "40"),
        ("integer", {"band": 10}, "-1", "-10"),
        ("numeric", {"band": 100}, "199.99", "100"),
        ("numeric", {"band": 100}, "NaN", None),
        ("numeric", {"band": 100}, "12345678901234567", None),
        ("date", {"to": "month"}, "2024-02-29", "2024-02-01"),
        ("date", {"to": "quarter"}, "1969-12-31", "1969-10-01"),
        ("date", {"to": "year"}, "2024-02-29", "2024-01-01"),
        ("date", {"to": "decade"}, "1969-12-31", "1960-01-01"),
        ("timestamp with time zone", {"to": "month"}, "2024-02-29 10:11:12.5+00", "2024-02-01 00:00:00+00"),
        ("character varying", {"prefix": 2}, "31-154", "31-000"),
        ("text", {"prefix": 1}, "Kraków 5", "Kxxxxx 0"),
    ],
)
def test_a_value_is_left_as_coarse_as_asked(
    type_: str, options: Options, before: str, after: str | None
) -> None:
    assert mask("generalise", [before], options=options, slot=Slot(type=type_)) == [after]


@pytest.mark.parametrize(
    ("type_", "options", "fits"),
    [
        ("integer", {"band": 10}, True),
        ("integer", {"to": "year"}, False),
        ("date", {}, False),
        ("date", {"to": "year", "band": 3}, False),
        ("text", {"prefix": 2}, True),
    ],
)
def test_the_option_must_suit_the_type(type_: str, options: Options, fits: bool) -> None:
    chosen = TRANSFORMS["generalise"]
    misfit = chosen.misfit(chosen.options.model_validate(options), Slot(type=type_))
    assert (misfit is None) == fits


@pytest.mark.parametrize(
    ("slot", "options", "after"),
    [
        (Slot(), {}, "***"),
        (Slot(type="character varying", limit=2), {}, "**"),
        (Slot(type="numeric"), {}, "0"),
        (Slot(type="date"), {}, "1900-01-01"),
        (Slot(type="mood", labels=("sad", "happy")), {}, "sad"),
        (Slot(), {"value": "brak"}, "brak"),
    ],
)
def test_a_suppressed_value_is_a_constant_that_its_column_takes(
    slot: Slot, options: Options, after: str
) -> None:
    assert mask("suppress", ["anything", None, ""], options=options, slot=slot) == [after, None, ""]


@pytest.mark.parametrize(
    ("slot", "value"),
    [
        (Slot(type="integer"), "brak"),
        (Slot(type="date"), "7"),
        (Slot(limit=3), "long"),
        (Slot(labels=("a",)), "b"),
    ],
)
def test_a_constant_that_the_column_does_not_take_is_refused(slot: Slot, value: str) -> None:
    chosen = TRANSFORMS["suppress"]
    assert chosen.misfit(chosen.options.model_validate({"value": value}), slot)
