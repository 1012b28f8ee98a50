"""Check digits against published numbers and against independent one-line arithmetic."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.pseudonyms import digits


def matrix(text: str) -> digits.Digits:
    return np.array([[int(one) for one in text]], np.uint8)


def test_the_check_digits_of_known_numbers() -> None:
    # NIP and REGON of public bodies as they publish them, the PESEL and IBAN of the ministries' own examples.
    assert digits.nip_check(matrix("526025027")).tolist() == [4]
    assert digits.regon_check(matrix("00033150")).tolist() == [1]
    assert digits.regon_check(matrix("1234567851234")).tolist() == [7]
    assert digits.pesel_check(matrix("4405140135")).tolist() == [9]
    assert digits.iban_check(matrix("109010140000071219812874")).tolist() == [[6, 1]]


@given(st.from_regex(r"[0-9]{24}", fullmatch=True))
def test_an_iban_leaves_a_remainder_of_one(account: str) -> None:
    check = "".join(map(str, digits.iban_check(matrix(account))[0]))
    assert int(account + "2521" + check) % 97 == 1


@given(st.lists(st.text(alphabet="0123456789ab", max_size=12) | st.none(), max_size=20))
def test_only_numerals_of_the_width_are_read(values: list[str | None]) -> None:
    found, fits = digits.read(pa.array(values, pa.string()), 6)
    good = [value for value in values if value is not None and len(value) == 6 and value.isdecimal()]
    assert digits.text(found[fits]).to_pylist() == good


@given(
    st.lists(st.text(alphabet="0123456789 +Pł", max_size=6) | st.none(), max_size=8)
    | st.lists(st.from_regex(r"\A\+?[0-9]{2} [0-9]{3}\Z") | st.none(), max_size=8)
    | st.lists(st.from_regex(r"\APL[0-9]{4}\Z"), max_size=8),
    st.integers(0, 3),
)
def test_only_digits_are_left_whatever_the_form(values: list[str | None], skipped: int) -> None:
    left = [value and "".join(c for c in value if c in "0123456789") for value in values]
    assert digits.only(pa.array(values, pa.string())[skipped:]).to_pylist() == left[skipped:]


@given(st.lists(st.integers(0, 10**18 - 1), min_size=1))
def test_numbers_and_digits_are_inverse(values: list[int]) -> None:
    numbers = np.array(values, np.uint64)
    assert digits.numbers(digits.of_numbers(numbers, 18)).tolist() == values
