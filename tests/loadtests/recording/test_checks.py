"""Checks are counted by name, read back as written, and added up over workers."""

from __future__ import annotations

import pytest

from loadtests.recording import checks
from loadtests.recording.checks import Checked


def looked(*holds: bool) -> Checked:
    found = Checked()
    for each in holds:
        found.add(holds=each)
    return found


def test_what_held_and_what_did_not_are_counted_apart() -> None:
    found = looked(True, False, True)
    assert (found.held, found.failed, found.total) == (2, 1, 3)


def test_what_is_written_is_read_back() -> None:
    found = {"order": {"the price": looked(True, False)}, "look": {}}
    assert checks.read(checks.document(found)) == found


@pytest.mark.parametrize("written", [[], {"order": 1}, {"order": {"the price": {"seen": 1}}}])
def test_what_is_something_else_is_refused(written: object) -> None:
    with pytest.raises((TypeError, AttributeError)):
        checks.read(written)


def test_all_workers_are_one_in_order_of_the_journeys() -> None:
    total = checks.summed(
        [
            {"order": {"the price": looked(True)}},
            {"look": {"a page": looked(True)}, "order": {"the price": looked(False)}},
        ]
    )
    assert list(total) == ["look", "order"]
    assert total["order"]["the price"] == looked(True, False)
