"""Payment cards: valid where they were, as long as they were, and of the same issuer if asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.anonymizer.transforms import identifiers as made
from tests.anonymizer.transforms.applied import mask

PAYLOADS = st.from_regex(r"[2-6][0-9]{11,17}", fullmatch=True)


@given(PAYLOADS, st.sampled_from([0, 6, 8]))
def test_a_masked_card_is_a_card_of_the_same_length(payload: str, issuer: int) -> None:
    before = made.card(payload)
    [after] = mask("card", [before], options={"bin": issuer})
    assert after is not None
    assert made.is_card(after)
    assert len(after) == len(before)
    assert after[0] in "23456"


@given(PAYLOADS)
def test_the_issuer_stays_if_asked(payload: str) -> None:
    assert (mask("card", [made.card(payload)], options={"bin": 6})[0] or "").startswith(payload[:6])


@pytest.mark.parametrize("issuer", [0, 6, 8])
def test_ten_thousand_cards_of_one_issuer_stay_distinct(issuer: int) -> None:
    cards = [made.card(f"41111111{number:07d}") for number in range(10_000)]
    assert len(set(mask("card", cards, options={"bin": issuer}))) == len(cards)


def test_spaces_do_not_count_and_a_slip_stays_one() -> None:
    card = made.card("411111111111111")
    spaced = " ".join(card[at : at + 4] for at in range(0, 16, 4))
    assert len(set(mask("card", [card, spaced]))) == 1
    assert not made.is_card(mask("card", [f"{card[:-1]}{(int(card[-1]) + 1) % 10}"])[0] or "")
