"""Scrambled codes keep their shape."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.anonymizer.transforms.applied import mask

# Small domains (a shuffle), those of FF1, and those of more codes than FF1 has numerals.
SHAPES = ("7", "P-12", "Ab-7", "ABC/1234", "ZK/2025/11/00871", "abcdefghij-ABCDEFGHIJ", "x" * 30, "Łódź 12")
PLAIN = st.text(alphabet="abcXYZ019-/. ", min_size=1, max_size=100)


def shape(text: str) -> str:
    return "".join(
        "0" if one.isdigit() else "A" if one.isupper() else "a" if one.islower() else one for one in text
    )


@given(PLAIN)
def test_digits_letters_and_case_keep_their_places(text: str) -> None:
    found = mask("scramble", [text])[0]
    assert shape(found or "") == shape(text)


def test_letters_of_other_alphabets_do_not_survive() -> None:
    found = mask("scramble", ["Żółw-٣"])[0] or ""
    assert found.isascii()
    assert len(found) == 6


@pytest.mark.parametrize("unique", [False, True])
def test_no_code_stays_however_short(*, unique: bool) -> None:
    codes = [*"0123456789abcxyzABCXYZ", *(f"-{number:02d}-" for number in range(100)), "a?", "?7?"]
    found = mask("scramble", codes, options={"unique": unique})
    assert not [code for code, other in zip(codes, found, strict=True) if code == other]


def test_what_has_neither_digit_nor_letter_stays() -> None:
    assert mask("scramble", ["---", "?"]) == ["---", "?"]


@pytest.mark.parametrize("code", SHAPES)
@settings(max_examples=20)
@given(data=st.data())
def test_with_unique_distinct_codes_of_one_shape_stay_distinct(code: str, data: st.DataObject) -> None:
    alphabet = {"0": "0123456789", "a": "abcdefghijklmnopqrstuvwxyz", "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    one = st.tuples(*(st.sampled_from(alphabet.get(shape(each), each)) for each in code)).map("".join)
    codes = data.draw(st.lists(one, min_size=1, max_size=40, unique=True))
    found = mask("scramble", codes, options={"unique": True})
    assert len(set(found)) == len(codes)
    assert [shape(other or "") for other in found] == [shape(each) for each in codes]


def test_with_unique_every_code_of_a_small_shape_becomes_another_one_of_it() -> None:
    codes = [f"P-{number:03d}" for number in range(1000)] + [f"Q-{number:03d}" for number in range(1000)]
    found = mask("scramble", codes, options={"unique": True})
    assert len(set(found)) == len(codes)
    assert not [code for code, other in zip(codes, found, strict=True) if code == other]


def test_with_unique_a_code_does_not_depend_on_its_neighbours() -> None:
    codes = ["P-1", "ZK/2025/11/00871", "", None, "P-1"]
    alone = [mask("scramble", [code], options={"unique": True})[0] for code in codes]
    assert mask("scramble", codes, options={"unique": True}) == alone
