"""FF1 agrees with NIST's samples and permutes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from anonymizer.pseudonyms import digits, ff1
from anonymizer.pseudonyms.digits import Digits
from anonymizer.pseudonyms.keys import Key

KEY = Key(bytes(range(32)))


def numeral(text: str) -> Digits:
    return np.array([[int(one) for one in text]], np.uint8)


# SP 800-38G, examples for FF1 with radix 10: samples 1 and 2 (AES-128), from NIST's published values.
@pytest.mark.parametrize(
    ("tweak", "ciphertext"), [("", "2433477484"), ("39383736353433323130", "6124200773")]
)
def test_it_is_the_standard(tweak: str, ciphertext: str) -> None:
    key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    tweaks = np.frombuffer(bytes.fromhex(tweak), np.uint8).reshape(1, -1) if tweak else None
    assert digits.text(ff1.transform(key, numeral("0123456789"), tweaks)).to_pylist() == [ciphertext]


@given(st.integers(6, 28), st.booleans(), st.integers(0, 2**32))
def test_what_was_encrypted_can_be_restored(size: int, tweaked: bool, seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = random.integers(0, 10, (50, size), np.uint8)
    tweaks = random.integers(0, 256, (50, 4), np.uint8) if tweaked else None
    aes = KEY.aes()
    assert (ff1.restore(aes, ff1.transform(aes, rows, tweaks), tweaks) == rows).all()


@pytest.mark.parametrize("size", [6, 7, 9, 12, 13, 18, 19, 24, 28])
def test_distinct_numerals_stay_distinct_at_every_length(size: int) -> None:
    random = np.random.default_rng(size)
    rows = np.unique(random.integers(0, 10, (5000, size), np.uint8), axis=0)
    found = ff1.permute(KEY, rows)
    assert found.max() <= 9
    assert len(np.unique(found, axis=0)) == len(rows)


MILLION = digits.of_numbers(np.arange(10**6, dtype=np.uint64), 6)


@pytest.mark.parametrize("turn", range(3))
def test_the_whole_domain_is_permuted_and_none_stays_in_its_place(turn: int) -> None:
    found = ff1.permute(KEY.derive(str(turn)), MILLION)
    assert len(np.unique(digits.numbers(found))) == 10**6
    assert not (found == MILLION).all(axis=1).any()


def test_ff1_alone_leaves_numerals_in_their_place_under_most_keys() -> None:
    """What a permutation does by chance, and why `permute` is more than FF1: one fixed point on average."""
    kept = [
        int((ff1.transform(KEY.derive(str(turn)).aes(), MILLION) == MILLION).all(axis=1).sum())
        for turn in range(5)
    ]
    assert 0 < sum(kept) < 20


@pytest.mark.parametrize("kinds", [2, 7, 9])
def test_each_kind_of_numerals_is_permuted_in_itself_and_none_stays(kinds: int) -> None:
    def first(rows: Digits) -> NDArray[np.bool_]:
        return np.asarray(rows[:, 0] < kinds, np.bool_)

    found = ff1.permute(KEY, MILLION, allowed=ff1.alike(first, MILLION))
    assert (first(found) == first(MILLION)).all()
    assert len(np.unique(digits.numbers(found))) == 10**6
    assert not (found == MILLION).all(axis=1).any()


def test_under_a_tweak_none_stays_either() -> None:
    tweaks = np.full((10**6, 4), 7, np.uint8)
    assert not (ff1.permute(KEY, MILLION, tweaks=tweaks) == MILLION).all(axis=1).any()


@given(st.integers(0, 10**9 - 1))
def test_cycle_walking_stays_among_the_allowed(number: int) -> None:
    def even(rows: Digits, _at: ff1.Rows) -> NDArray[np.bool_]:
        return np.asarray(rows[:, -1] % 2 == 0, np.bool_)

    found = ff1.permute(KEY, digits.of_numbers(np.array([number], np.uint64), 9), allowed=even)
    assert found[0, -1] % 2 == 0


def test_cycle_walking_is_one_to_one_on_the_allowed() -> None:
    def even(rows: Digits, _at: ff1.Rows) -> NDArray[np.bool_]:
        return np.asarray(rows[:, -1] % 2 == 0, np.bool_)

    rows = digits.of_numbers(np.arange(0, 40_000, 2, dtype=np.uint64), 6)
    assert len(np.unique(digits.numbers(ff1.permute(KEY, rows, allowed=even)))) == len(rows)


def test_a_domain_below_a_million_is_refused() -> None:
    with pytest.raises(ValueError, match="6 to 28 digits"):
        ff1.permute(KEY, numeral("12345"))
