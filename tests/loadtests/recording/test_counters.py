"""Counters: lines add up, come back as they were written, and a damaged one is told with its number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.recording.counters import FILE, NAMES, Counted, Counters, line, read

COUNTS = st.builds(Counters, **dict.fromkeys(NAMES, st.integers(0, 10**6)))
ONE = Counted(second=7, journey="order", running=3, counters=Counters(wanted=10, errors=1, shed=2))


@given(first=COUNTS, second=COUNTS)
def test_adding_is_adding_each(first: Counters, second: Counters) -> None:
    total = replace(first)
    total.add(second)
    assert all(getattr(total, name) == getattr(first, name) + getattr(second, name) for name in NAMES)


def test_lines_come_back_as_they_were_written(tmp_path: Path) -> None:
    other = replace(ONE, second=-1, journey="look", counters=Counters())
    (tmp_path / FILE).write_text(line(ONE) + line(other))
    assert list(read(tmp_path / FILE)) == [ONE, other]


def test_what_was_none_takes_no_room() -> None:
    assert (
        line(ONE) == '{"second": 7, "journey": "order", "running": 3, "wanted": 10, "errors": 1, "shed": 2}\n'
    )


@pytest.mark.parametrize(
    "damaged", [line(ONE)[:-9], '{"second": 7}\n', line(ONE).replace("wanted", "rumours")]
)
def test_a_damaged_line_is_told_with_its_number(tmp_path: Path, damaged: str) -> None:
    (tmp_path / FILE).write_text(line(ONE) + damaged)
    with pytest.raises(ValueError, match=f"{FILE}:2: not a whole line of counters"):
        list(read(tmp_path / FILE))
