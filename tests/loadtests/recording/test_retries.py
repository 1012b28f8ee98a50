"""Retries: what an answer means, what is repeated, how long a client pauses, what it knows in the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.planning.job import Retry
from loadtests.recording.ledger import Outcome
from loadtests.recording.retries import (
    REFUSALS,
    Meaning,
    asked_for,
    leaves_doubt,
    meaning,
    outcome,
    pause,
    worth_retrying,
)


@pytest.mark.parametrize(
    ("status", "means"),
    [
        (199, Meaning.WRONG), (299, Meaning.ACCEPTED), (300, Meaning.WRONG),
        (200, Meaning.ACCEPTED), (204, Meaning.ACCEPTED), (409, Meaning.REFUSED), (422, Meaning.REFUSED),
        (400, Meaning.WRONG), (401, Meaning.WRONG), (403, Meaning.WRONG), (404, Meaning.WRONG),
        (405, Meaning.WRONG), (410, Meaning.WRONG), (302, Meaning.WRONG), (500, Meaning.WRONG),
        (503, Meaning.WRONG), (None, Meaning.WRONG), (429, Meaning.SHED),
    ],
)  # fmt: skip
def test_only_a_conflict_and_an_unacceptable_order_are_business_answers(
    status: int | None, means: Meaning
) -> None:
    assert meaning(status, REFUSALS, later=False) is means


def test_a_journey_says_which_statuses_are_its_platforms_no() -> None:
    assert meaning(404, {404}, later=False) is Meaning.REFUSED
    assert meaning(409, {404}, later=False) is Meaning.WRONG
    assert meaning(200, {200}, later=False) is Meaning.ACCEPTED


@pytest.mark.parametrize(
    ("status", "means"), [(503, Meaning.SHED), (502, Meaning.WRONG), (500, Meaning.WRONG)]
)
def test_who_says_that_he_is_busy_and_when_to_come_again_sheds(status: int, means: Meaning) -> None:
    assert meaning(status, REFUSALS, later=True) is means


@pytest.mark.parametrize(
    ("status", "repeated"),
    [
        (None, True), (429, True), (502, True), (503, True), (504, True),
        (500, False), (409, False), (404, False), (201, False),
    ],
)  # fmt: skip
def test_no_answer_a_gateways_answer_and_come_later_are_repeated(status: int | None, repeated: bool) -> None:
    assert worth_retrying(status) is repeated


@given(attempt=st.integers(1, 5000), draw=st.floats(0.001, 1), asked=st.floats(0, 60))
def test_pauses_double_up_to_the_longest_are_jittered_and_come_after_what_was_asked_for(
    attempt: int, draw: float, asked: float
) -> None:
    budget = Retry(first_pause=0.1, longest_pause=2.0)
    doubled = min(2.0, 0.1 * 2.0 ** min(attempt - 1, 60))
    assert pause(attempt, budget, draw, asked) == pytest.approx(asked + draw * doubled)


@pytest.mark.parametrize(
    ("status", "sent", "doubt"),
    [
        (None, True, True),
        (None, False, False),
        (502, True, True),
        (503, True, True),
        (429, True, False),
        (399, True, True),
        (400, True, False),
        (499, True, False),
        (500, True, True),
        (500, False, False),
    ],
)
def test_an_attempt_that_was_sent_and_not_answered_leaves_doubt(
    status: int | None, sent: bool, doubt: bool
) -> None:
    assert leaves_doubt(status, sent=sent) is doubt


@pytest.mark.parametrize(
    ("status", "maybe_sent", "known"),
    [
        (201, True, Outcome.ACKNOWLEDGED),
        (200, True, Outcome.ACKNOWLEDGED),
        (299, True, Outcome.ACKNOWLEDGED),
        (300, True, Outcome.IN_DOUBT),
        (399, True, Outcome.IN_DOUBT),
        (400, True, Outcome.REFUSED),
        (499, True, Outcome.REFUSED),
        (409, True, Outcome.REFUSED),
        (404, True, Outcome.REFUSED),
        (429, True, Outcome.REFUSED),
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


@pytest.mark.parametrize(
    ("status", "known"),
    [(409, Outcome.IN_DOUBT), (429, Outcome.IN_DOUBT), (404, Outcome.IN_DOUBT), (201, Outcome.ACKNOWLEDGED)],
)
def test_after_a_doubtful_attempt_only_a_yes_is_certain(status: int, known: Outcome) -> None:
    assert outcome(status, maybe_sent=True, doubtful=True) is known


@given(status=st.none() | st.integers(100, 599), sent=st.booleans(), doubtful=st.booleans())
def test_what_is_repeated_was_never_acknowledged_and_what_leaves_doubt_is_never_refused(
    status: int | None, *, sent: bool, doubtful: bool
) -> None:
    known = outcome(status, maybe_sent=sent or doubtful, doubtful=doubtful)
    if worth_retrying(status):
        assert known is not Outcome.ACKNOWLEDGED
    if known is Outcome.REFUSED:
        assert not leaves_doubt(status, sent=sent)
        assert not doubtful
    if meaning(status, REFUSALS, later=False) is Meaning.ACCEPTED:
        assert known is Outcome.ACKNOWLEDGED


@given(status=st.integers(100, 599), refusals=st.sets(st.integers(300, 599)), later=st.booleans())
def test_every_answer_means_one_thing(status: int, refusals: set[int], *, later: bool) -> None:
    """What a journey takes for a no is one, also where others would shed."""
    means = meaning(status, refusals, later=later)
    assert (means is Meaning.ACCEPTED) == (200 <= status <= 299)
    assert (means is Meaning.REFUSED) == (status in refusals)
    assert means is not Meaning.SHED or status in (429, 503)


def test_the_first_pause_is_the_first_and_the_longest_the_longest() -> None:
    budget = Retry(first_pause=0.05, longest_pause=2.0)
    assert [pause(attempt, budget, 1.0) for attempt in (1, 2, 3, 6, 7, 100)] == [
        0.05, 0.1, 0.2, 1.6, 2.0, 2.0,
    ]  # fmt: skip
    assert pause(10**9, Retry(first_pause=1e-30, longest_pause=2.0), 1.0) <= 2.0, "nothing overflows"


NOW = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110


@pytest.mark.parametrize(
    ("later", "date", "seconds"),
    [
        (b"", b"", None),
        (b"0", b"", 0),
        (b"120", b"", 120),
        (b"Sun, 06 Nov 1994 08:49:40 GMT", b"", 3),
        (b"Sunday, 06-Nov-94 08:49:40 GMT", b"", 3),
        (b"Sun Nov  6 08:49:40 1994", b"", 3),
        (b"Sun, 06 Nov 1994 08:49:36 GMT", b"", 0),
        (b"Sun, 06 Nov 1994 10:00:05 GMT", b"Sun, 06 Nov 1994 10:00:00 GMT", 5),
        (b"Sun, 06 Nov 1994 08:49:40 GMT", b"yesterday", 3),
        (b"-5", b"", 0),
        (b"soon", b"", 0),
        (b"\xff\xfe", b"", 0),
        (b"Sun, 99 Nov 1994 08:49:40 GMT", b"", 0),
    ],
)
def test_who_asks_to_come_later_says_it_in_seconds_or_by_a_date_of_his_own_clock(
    later: bytes, date: bytes, seconds: float | None
) -> None:
    assert asked_for(later, date, NOW) == seconds


def test_a_date_of_another_century_is_as_far_off_as_it_says() -> None:
    asked = asked_for(b"Wed, 21 Oct 2099 07:28:00 GMT", b"", NOW)
    assert asked is not None
    assert asked > 10**9, "no budget waits for it: the journey is given up at once"
