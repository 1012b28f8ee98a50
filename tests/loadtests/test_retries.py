"""Retries: what is repeated, how long a client pauses, and what it knows in the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.job import Retry
from loadtests.ledger import Outcome
from loadtests.retries import outcome, pause, worth_retrying


@pytest.mark.parametrize(
    ("status", "repeated"),
    [(None, True), (502, True), (503, True), (504, True), (500, False), (409, False), (201, False)],
)
def test_no_answer_and_a_gateways_answer_are_repeated(status: int | None, repeated: bool) -> None:
    assert worth_retrying(status) is repeated


@given(attempt=st.integers(1, 40), draw=st.floats(0.001, 1))
def test_pauses_double_up_to_the_longest_and_are_jittered(attempt: int, draw: float) -> None:
    budget = Retry(first_pause=0.1, longest_pause=2.0)
    assert pause(attempt, budget, draw) == pytest.approx(draw * min(2.0, 0.1 * 2 ** (attempt - 1)))


@pytest.mark.parametrize(
    ("status", "maybe_sent", "known"),
    [
        (201, True, Outcome.ACKNOWLEDGED),
        (200, True, Outcome.ACKNOWLEDGED),
        (409, True, Outcome.REFUSED),
        (500, True, Outcome.IN_DOUBT),
        (302, True, Outcome.IN_DOUBT),
        (503, True, Outcome.IN_DOUBT),
        (None, True, Outcome.IN_DOUBT),
        (None, False, Outcome.REFUSED),
    ],
)
def test_only_a_definitive_answer_or_nothing_sent_is_certain(
    status: int | None, maybe_sent: bool, known: Outcome
) -> None:
    assert outcome(status, maybe_sent=maybe_sent) is known
