"""What follows from the ERP's answer: the decision, and what an answer is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orderhub.backoff import Backoff
from orderhub.fulfilment import Confirm, Fail, Retry, Step, decide
from orderhub.partner import Answer, Booked, Rejected, Unreachable, interpret

BACKOFF = Backoff(base=0.5, cap=30)


def step(answer: Answer, attempt: int = 1, attempts: int = 3) -> Step:
    return decide(answer, attempt=attempt, attempts=attempts, backoff=BACKOFF)


def test_a_booking_confirms_the_order_whether_it_is_new_or_not() -> None:
    for duplicate in (False, True):
        assert step(Booked(number="ERP-1", duplicate=duplicate)) == Confirm(number="ERP-1")


def test_a_definite_no_ends_the_order_and_gives_back_what_it_held() -> None:
    assert step(Rejected(reason="HTTP 422: rejected")) == Fail(
        reason="rejected by the ERP: HTTP 422: rejected", release=True
    )


@given(attempts=st.integers(1, 20), data=st.data())
def test_silence_is_retried_within_the_budget(attempts: int, data: st.DataObject) -> None:
    attempt = data.draw(st.integers(1, attempts))
    found = step(Unreachable(reason="HTTP 503"), attempt, attempts)
    assert isinstance(found, Retry) == (attempt < attempts)


def test_silence_at_last_fails_the_order_but_holds_what_may_have_been_booked() -> None:
    found = step(Unreachable(reason="TimeoutError"), attempt=3)
    assert found == Fail(reason="no answer from the ERP in 3 attempts: TimeoutError", release=False)


def test_each_retry_waits_longer() -> None:
    found = [step(Unreachable(reason="x"), attempt, 9) for attempt in (1, 3, 5)]
    delays = [retry.delay for retry in found if isinstance(retry, Retry)]
    assert len(delays) == 3
    assert delays == sorted(delays)


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        (201, b'{"number": "ERP-7"}', Booked(number="ERP-7", duplicate=False)),
        (200, b'{"number": "ERP-7"}', Booked(number="ERP-7", duplicate=True)),
        (422, b'{"code": "rejected"}', Rejected(reason="HTTP 422: rejected")),
        (404, b"<html>", Rejected(reason="HTTP 404: no reason given")),
        (429, b"", Unreachable(reason="HTTP 429")),
        (408, b"", Unreachable(reason="HTTP 408")),
        (503, b'{"code": "simulated-failure"}', Unreachable(reason="HTTP 503")),
        (302, b"", Unreachable(reason="HTTP 302")),
        (201, b"[]", Unreachable(reason="HTTP 201 without a booking number")),
        (201, b'{"number": ""}', Unreachable(reason="HTTP 201 without a booking number")),
    ],
)
def test_only_a_readable_success_books_and_only_a_clients_error_rejects(
    status: int, body: bytes, answer: Answer
) -> None:
    assert interpret(status, body) == answer
