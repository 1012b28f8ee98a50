"""Scrambled codes keep their shape."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.anonymizer.transforms.applied import mask

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
