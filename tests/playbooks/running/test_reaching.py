"""A playbook that stops early leaves hosts undone: those whose turn never came, those left in the middle."""

from __future__ import annotations

import pytest

from playbooks.running.reaching import Plays

GROUPS = {"hosts": ("a", "b", "c"), "log_servers": ("c",)}


@pytest.fixture
def plays() -> Plays:
    """All were looked at."""
    begun = Plays()
    begun.begun("look", "hosts")
    for host in "abc":
        begun.took_part("look", host)
    return begun


def test_a_run_that_came_to_its_end_left_nobody_undone(plays: Plays) -> None:
    plays.begun("logs", "log_servers")
    plays.took_part("logs", "c")
    assert plays.undone(GROUPS) == frozenset()


def test_in_turns_those_after_the_failure_are_undone(plays: Plays) -> None:
    for host in "ab":
        plays.begun("patch", "hosts")
        plays.took_part("patch", host)
    assert plays.undone(GROUPS) == {"c"}


def test_all_at_once_those_beside_the_failure_were_left_in_the_middle(plays: Plays) -> None:
    plays.begun("patch", "hosts")
    plays.took_part("patch", "a")
    plays.took_part("patch", "b")
    plays.took_part("patch", "c")
    plays.nobody_left()
    assert plays.undone(GROUPS) == {"a", "b", "c"}


def test_who_is_in_no_group_of_the_play_is_done(plays: Plays) -> None:
    plays.begun("logs", "log_servers")
    plays.took_part("logs", "c")
    plays.nobody_left()
    assert plays.undone(GROUPS) == {"c"}


def test_a_play_of_which_nothing_was_run_says_nothing(plays: Plays) -> None:
    plays.begun("patch", "hosts")
    assert plays.undone(GROUPS) == frozenset()
