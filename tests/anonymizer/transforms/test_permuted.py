"""Integer keys are permuted clear of what a sequence gives; UUIDs become other UUIDs."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.pseudonyms import digits, ff1
from anonymizer.transforms.permuted import most_digits, permuted, usual_digits
from foundation.errors import InputError
from tests.anonymizer.transforms.applied import KEY, mask

LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**53 - 1}


@pytest.mark.parametrize("size", [1, 2, 4, 5])
def test_a_small_domain_is_permuted_as_a_whole(size: int) -> None:
    everything = np.arange(10**size, dtype=np.uint64)
    found = permuted(KEY, everything, size)
    assert sorted(found.tolist()) == everything.tolist()
    assert size == 1 or found.tolist() != everything.tolist()


@pytest.mark.parametrize("size", [6, 9, 15, 18])
@settings(max_examples=50)
@given(data=st.data())
def test_numbers_are_permuted_as_their_digits_are(size: int, data: st.DataObject) -> None:
    numbers = np.array(data.draw(st.lists(st.integers(0, 10**size - 1), min_size=1)), np.uint64)
    by_digits = digits.numbers(ff1.transform(KEY.aes(), digits.of_numbers(numbers, size)))
    assert permuted(KEY, numbers, size).tolist() == by_digits.tolist()


@pytest.mark.parametrize("greatest", [127, 255, 2**15 - 1, 2**23 - 1, 2**31 - 1, 2**32 - 1, 2**63 - 1])
def test_a_key_stays_in_the_range_of_its_type_and_above_every_key_it_can_mask(greatest: int) -> None:
    size = most_digits(greatest)
    assert usual_digits(greatest) == min(size, 15)
    numbers = [0, 1, 2, 10**size // 3, 10**size - 1]
    found = [
        int(value or "") for value in mask("integer_key", list(map(str, numbers)), options={"digits": size})
    ]
    assert all(10**size <= value < 2 * 10**size <= greatest + 1 for value in found)
    assert len(set(found)) == len(numbers)


@settings(max_examples=200)
@given(st.lists(st.integers(-(10**9) + 1, 10**9 - 1), unique=True, min_size=1, max_size=30))
def test_distinct_keys_stay_distinct_and_keep_their_sign(numbers: list[int]) -> None:
    found = [
        int(value or "") for value in mask("integer_key", list(map(str, numbers)), options={"digits": 9})
    ]
    assert len(set(found)) == len(numbers)
    assert [value < 0 for value in found] == [number < 0 for number in numbers]


def test_two_thousand_keys_of_a_row_say_nothing_of_their_order() -> None:
    found = [int(value or "") for value in mask("integer_key", [str(number) for number in range(2000)])]
    rising = sum(after > before for before, after in pairwise(found))
    assert 800 < rising < 1200


@pytest.mark.parametrize("number", [10**4, -(10**4), 2**63 - 1, -(2**63)])
def test_a_key_too_large_is_told_without_its_value(number: int) -> None:
    with pytest.raises(InputError, match="a key has more than 4 digits") as refused:
        mask("integer_key", [str(number), "5"], options={"digits": 4})
    assert str(number) not in f"{refused.value} {refused.value.hint}"


def test_a_key_written_into_a_text_is_the_key_and_a_word_among_them_keeps_its_shape() -> None:
    alone = mask("integer_key", ["17", "4"])
    among = mask("integer_key", ["17", "nobody-7", None, "", "4"])
    assert [among[0], among[4]] == alone
    assert among[2:4] == [None, ""]
    assert among[1] != "nobody-7"
    assert len(among[1] or "") == len("nobody-7")


@given(st.lists(st.uuids(), unique=True, min_size=1, max_size=20))
def test_a_uuid_becomes_another_of_version_4_however_it_is_written(values: list[UUID]) -> None:
    found = mask("uuid", [str(value) for value in values])
    assert {UUID(value or "").version for value in found} == {4}
    assert [str(UUID(value or "")) for value in found] == found
    assert not {str(value) for value in values} & set(found)
    assert mask("uuid", [str(value).upper() for value in values]) == found
