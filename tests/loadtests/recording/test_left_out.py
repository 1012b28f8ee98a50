"""What is in no figure is said, added up over all workers."""

from __future__ import annotations

from dataclasses import replace

from loadtests.recording import left_out
from tests.loadtests import made


def test_all_workers_left_outs_are_added_up() -> None:
    one = replace(made.summary(), left_out={left_out.ON_START: 1_200, left_out.UNTOLD: 0})
    two = replace(made.summary(), left_out={left_out.ON_START: 34})
    assert left_out.in_words([one, two]) == [f"1,234 {left_out.ON_START}"]


def test_where_nothing_was_left_out_nothing_is_said() -> None:
    assert left_out.in_words([made.summary()]) == []
    assert left_out.in_words([]) == []
