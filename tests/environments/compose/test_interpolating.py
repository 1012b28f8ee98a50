"""`${VARIABLE}` by the Compose specification."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.compose.interpolating import Interpolation
from environments.compose.written import Place

PLACE = Place(file=Path("compose.yaml"), line=3, folder=Path())
SET = {"A": "one", "EMPTY": "", "B_2": "two"}


def filled(text: str) -> str:
    filling = Interpolation(variables=SET)
    result = filling.text(text, PLACE)
    assert not filling.problems
    return result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A-${B_2}", "one-two"),
        ("${NO:-default}", "default"),
        ("${EMPTY:-default}", "default"),
        ("${EMPTY-default}", ""),
        ("${NO-default}", "default"),
        ("${A:+yes}${NO:+yes}${EMPTY:+yes}", "yes"),
        ("${EMPTY+yes}", "yes"),
        ("${NO:-${A}}", "one"),
        ("${NO:-${NEITHER:-deep}}", "deep"),
        ("${NO:-a}b}", "ab}"),
        ("$$A and $${A}", "$A and ${A}"),
        ("${A:?must}", "one"),
        ("${NO:-http://x:80/?a=b}", "http://x:80/?a=b"),
        ("no dollar", "no dollar"),
    ],
)
def test_the_forms_of_the_specification(text: str, expected: str) -> None:
    assert filled(text) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("${NO:?set it}", "compose.yaml:3: the variable NO is not set: set it"),
        ("${EMPTY:?}", "compose.yaml:3: the variable EMPTY is not set"),
        ("${NO?why ${A}}", "compose.yaml:3: the variable NO is not set: why one"),
        ("${A/x/y}", "compose.yaml:3: ${A/x/y} is not of Compose's forms"),
        ("${A", "compose.yaml:3: '${A' is no variable (`${NAME}`, or `$$` for a dollar sign)"),
        ("costs $5", "compose.yaml:3: '$5' is no variable (`${NAME}`, or `$$` for a dollar sign)"),
    ],
)
def test_what_cannot_be_filled_is_told(text: str, told: str) -> None:
    filling = Interpolation(variables=SET)
    filling.text(text, PLACE)
    assert [str(problem) for problem in filling.problems] == [told]


def test_what_is_not_set_is_empty_and_remembered() -> None:
    filling = Interpolation(variables=SET)
    assert filling.text("x${NO}y$NEITHER", PLACE) == "xy"
    assert list(filling.unset) == ["NO", "NEITHER"]


@given(st.text(alphabet=st.characters(exclude_characters="$"), max_size=60))
def test_dollars_that_are_doubled_stand_for_themselves(text: str) -> None:
    assert filled(text.replace("a", "$$")) == text.replace("a", "$")


@given(st.text(max_size=40))
def test_no_text_makes_it_fail(text: str) -> None:
    Interpolation(variables=SET).text(text, PLACE)
