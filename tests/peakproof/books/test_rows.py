"""What a platform answers, as values: in whatever form they come, and errors that say where."""

from __future__ import annotations

from decimal import Decimal

import pytest

from foundation.errors import InputError
from peakproof.books.rows import booked
from peakproof.conservation import Booked

ROW = {
    "key": "run-1", "content": "1|honey|2", "copies": 1, "effects": 1, "terminal": True, "state": "packed",
    "oversold": False,
}  # fmt: skip
VALUE = Booked(
    key="run-1", content="1|honey|2", copies=1, effects=1, terminal=True, state="packed", oversold=False
)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"copies": "1", "effects": "1", "terminal": "true", "oversold": "false"},
        {"copies": Decimal(1), "terminal": 1, "oversold": 0},
        {"terminal": Decimal(1), "oversold": "f", "content": b"1|honey|2"},
        {"of-no-interest": object()},
    ],
    ids=["as they are", "texts of CSV", "MariaDB's truths", "bytes", "a column more"],
)
def test_a_row_is_the_same_value_in_whatever_form_it_comes(changed: dict[str, object]) -> None:
    assert booked([{**ROW, **changed}], "the answer", "here") == [VALUE]


def test_content_may_be_unknown_or_a_number() -> None:
    nothing, number = booked([{**ROW, "content": None}, {**ROW, "content": 17}], "the answer", "here")
    assert (nothing.content, number.content) == (None, "17")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"copies": "many"}, "copies must be a whole number, not 'many'"),
        ({"copies": -1}, "copies must be a whole number, not -1"),
        ({"effects": True}, "effects must be a whole number, not True"),
        ({"effects": 1.5}, "effects must be a whole number, not 1.5"),
        ({"terminal": "maybe"}, "terminal must be true or false, not 'maybe'"),
        ({"oversold": None}, "oversold must be true or false, not None"),
        ({"oversold": 2}, "oversold must be true or false, not 2"),
        ({"state": None}, "state must be a text, not None"),
        ({"content": ["a"]}, "content must be a text, not ['a']"),
    ],
)
def test_a_value_that_is_none_of_its_column_is_told_with_its_row_and_key(
    changed: dict[str, object], told: str
) -> None:
    with pytest.raises(InputError) as raised:
        booked([ROW, {**ROW, "key": "run-2", **changed}], "the answer", "platform.yaml:7")
    assert raised.value.what == f"the answer: {told} (row 2, key run-2)"
    assert raised.value.where == "platform.yaml:7"


def test_a_row_that_lacks_columns_is_told_with_its_number() -> None:
    half = {key: value for key, value in ROW.items() if key not in ("effects", "oversold")}
    with pytest.raises(InputError, match=r"lacks the columns effects, oversold \(row 2, key run-1\)"):
        booked([ROW, half], "the answer", "here")
    with pytest.raises(InputError, match=r"lacks the column key \(row 1\)"):
        booked([{key: value for key, value in ROW.items() if key != "key"}], "the answer", "here")
