"""What a series was answered is counted by status, added up over workers, and told in words."""

from __future__ import annotations

import pytest

from loadtests.recording import answers
from loadtests.recording.answers import Answers


def asked(*found: tuple[int | None, bool]) -> Answers:
    total = Answers()
    for status, wrong in found:
        total.add(status, wrong=wrong)
    return total


def test_the_most_frequent_status_comes_first() -> None:
    found = asked((503, True), (None, True), (201, False), (201, False), (503, True), (201, False))
    assert found.in_words() == "201 x 3, 503 x 2, no answer x 1"
    assert (found.total, found.wrong, found.share_wrong) == (6, 3, 0.5)


def test_a_refusal_has_its_status_and_is_no_failure() -> None:
    assert asked((409, False), (201, False)).share_wrong == 0


def test_what_went_well_without_a_status_was_answered_all_the_same() -> None:
    """A locustfile tells of messages and queries, too: they have no status, and did not stay unanswered."""
    assert asked((None, False), (None, False), (None, True)).in_words() == "well x 2, no answer x 1"


def test_nothing_asked_is_no_share() -> None:
    assert Answers().share_wrong == 0
    assert Answers().in_words() == ""


def test_all_workers_are_one_in_order_of_their_names() -> None:
    one, two = asked((200, False)), asked((200, False), (500, True))
    total = answers.summed([{"order": one}, {"look": two, "order": two}])
    assert list(total) == ["look", "order"]
    assert total["order"].in_words() == "200 x 2, 500 x 1"
    assert one.total == 1, "what a worker counted stays as it is"


def test_what_is_written_is_read_back() -> None:
    found = asked((200, False), (None, True))
    assert answers.read(found.document()) == found


@pytest.mark.parametrize(
    "values", [{}, {"by_status": [1], "wrong": 0}, {"by_status": {"200": "x"}, "wrong": 0}]
)
def test_what_is_not_ours_is_refused(values: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        answers.read(values)
