"""An original that consists of a pool's words could be dealt out; one with any other word could not."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.policies.policy import Rule
from anonymizer.proof.dealing import of_rule, pool
from anonymizer.proof.fingerprints import Seed, lowered
from anonymizer.transforms.base import Slot
from anonymizer.transforms.results import NOTHING

SEED = Seed.new()
NAMES = ["Jan", "Kowalski", "Róża", "Wilczek-Sowa", "ul. Polna", "12"]
POOL = pool(pa.array(NAMES), SEED)
WORDS = ["jan", "kowalski", "róża", "wilczek", "sowa", "ul", "polna", "12"]


def deals(*texts: str | None) -> list[bool]:
    return [bool(one) for one in POOL.deals(lowered(pa.array(texts, pa.string())))]


@pytest.mark.parametrize(
    "text",
    ["Jan Kowalski", "KOWALSKI, JAN", "jan.kowalski12@sowa", "róża", "Ro\u0301z\u0307a", "ul. Polna 12",
     "jan jan", "wilczek"],
)  # fmt: skip
def test_words_of_the_pool_in_any_order_and_writing_could_be_dealt(text: str) -> None:
    assert deals(text) == [True]


@pytest.mark.parametrize(
    "text",
    ["Jan Nowak", "kowalskiego", "12a", "13", "7", "jan 13", "jankowalski", "1jan", "", "-", None, "ro za"],
)
def test_any_other_word_was_never_dealt(text: str | None) -> None:
    assert deals(text) == [False]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from([*WORDS, "nowak", "xyz", "99"]), min_size=1, max_size=6), st.sampled_from(" ,-@")
)
def test_a_text_is_told_by_each_of_its_words(words: list[str], between: str) -> None:
    assert deals(between.join(words)) == [set(words) <= set(WORDS)]


def test_every_cell_is_told_for_itself() -> None:
    assert deals("jan", "nowak", "", "kowalski", None) == [True, False, False, True, False]
    assert deals() == []
    assert not pool(pa.array([], pa.string()), SEED).deals(lowered(pa.array(["jan"]))).any()


def test_a_kept_value_is_judged_as_one_that_nothing_explains() -> None:
    assert of_rule(Rule(transform="keep"), Slot()) is NOTHING
    assert of_rule(Rule(transform="phone"), Slot()) is NOTHING
    first = of_rule(Rule(transform="first_name"), Slot())
    assert first.chance == pytest.approx(1 / 106)
