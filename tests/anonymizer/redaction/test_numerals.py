"""Numbers of somebody: nine digits without dates, and telephones dictated in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.redaction.numerals import is_somebodys, without_dictated

# By what digits are parted, without making a date of them.
PARTS = st.sampled_from([" ", "-", "", " - "])


@given(st.lists(st.tuples(st.integers(0, 9), PARTS), min_size=9, max_size=26))
def test_nine_digits_however_they_are_parted_are_somebodys(digits: list[tuple[int, str]]) -> None:
    apart = "".join(f"{digit}{between if at % 3 == 2 else ''}" for at, (digit, between) in enumerate(digits))
    whole = "".join(str(digit) for digit, _ in digits)
    if "-" not in apart:
        assert is_somebodys(apart)
    assert is_somebodys(whole)


@pytest.mark.parametrize(
    "text", ["12.12.2025 14", "28.11.2025 9", "2025-11-28 12", "12 28.11.2025", "601 234", "12345678"]
)
def test_a_date_beside_a_number_is_no_part_of_it(text: str) -> None:
    assert not is_somebodys(text)


@pytest.mark.parametrize(
    "text",
    [
        "sześćset jeden dwieście trzydzieści cztery pięćset", "szescset dwa 119 845",
        "sześć zero dwa jeden jeden dziewięć osiem", "SZEŚĆSET DWA, 119, 845", "pięćset pięć-123-321",
    ],
)  # fmt: skip
def test_a_dictated_telephone_goes(text: str) -> None:
    assert without_dictated(f"Zadzwonić: {text}, po 16", "#") == "Zadzwonić: #, po 16"


@pytest.mark.parametrize(
    "text",
    [
        "sto dwadzieścia pięć złotych", "dwa trzy cztery dni", "paczek 12 14 16", "trzy sztuki po 119 zł",
        "dwa tysiące pięćset dwadzieścia",
    ],
)  # fmt: skip
def test_an_amount_in_words_stays(text: str) -> None:
    assert without_dictated(text, "#") == text
