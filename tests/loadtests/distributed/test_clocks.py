"""Clocks of other machines: what four time stamps tell, and what may still be wrong with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.distributed import clocks
from loadtests.distributed.clocks import Crew, Exchange, Offset, Worker
from loadtests.judging import validity
from tests.loadtests import made

MS = 1_000_000
ways = st.integers(min_value=0, max_value=50 * MS)
offsets = st.integers(min_value=-(10**12), max_value=10**12)


def exchange(ahead: int, there: int, back: int, *, sent: int = 10**18, between: int = 1000) -> Exchange:
    """An exchange with a clock that is so far ahead, by ways of known lengths."""
    received = sent + there + ahead
    answered = received + between
    return Exchange(sent=sent, received=received, answered=answered, returned=answered - ahead + back)


@given(offsets, st.lists(st.tuples(ways, ways), min_size=1, max_size=60))
def test_the_true_offset_is_within_the_uncertainty_whatever_the_ways_took(
    ahead: int, taken: list[tuple[int, int]]
) -> None:
    found = clocks.estimate(exchange(ahead, there, back) for there, back in taken)
    assert abs(found.ahead - ahead) <= found.uncertainty + 1
    assert found.uncertainty <= min(there + back for there, back in taken) / 2 + 1


@given(offsets, ways)
def test_equal_ways_tell_the_offset_exactly(ahead: int, way: int) -> None:
    assert clocks.estimate([exchange(ahead, way, way)]).ahead == ahead


def test_a_slow_answer_tells_nothing_that_a_quick_one_does_not() -> None:
    quick, queued = exchange(3 * MS, 100_000, 120_000), exchange(3 * MS, 100_000, 40 * MS)
    assert clocks.estimate([queued, quick, queued]) == clocks.estimate([quick])


def test_without_an_answer_nothing_is_known() -> None:
    with pytest.raises(ValueError, match="empty"):
        clocks.estimate([])


def crew(ahead: int, uncertainty: int, after: int | None = None) -> Crew:
    later = Offset(ahead=after, uncertainty=uncertainty) if after is not None else None
    here = Worker(worker=0, host="load1", before=Offset(ahead=0, uncertainty=1000), after=None)
    far = Worker(worker=1, host="load2", before=Offset(ahead=ahead, uncertainty=uncertainty), after=later)
    return Crew(workers=(here, far))


@pytest.mark.parametrize(
    ("found", "holds", "reason"),
    [
        (crew(900_000, 50_000), True, ""),
        (crew(-1_200_000, 50_000), False, "the clock of load2 differs: synchronise it (chrony, NTP)"),
        (crew(100_000, 20_000, after=1_500_000), False, "the clock of load2 differs"),
        (crew(100_000, 2 * MS), True, "known to ±2 ms only: the way to load2 takes too long"),
    ],
)
def test_more_than_a_millisecond_is_invalid_and_doubt_is_said(
    found: Crew, *, holds: bool, reason: str
) -> None:
    measured = replace(made.measurements(), crew=found)
    [finding] = [f for f in validity.findings(measured) if f.name == "clocks of all machines agree"]
    assert finding.holds is holds
    assert finding.reason.startswith(reason) if reason else finding.reason == ""


def test_one_machine_has_one_clock() -> None:
    assert "clocks of all machines agree" not in {f.name for f in validity.findings(made.measurements())}


def test_a_crew_is_read_as_it_was_written_and_half_of_it_is_not(tmp_path: Path) -> None:
    assert clocks.read(tmp_path) is None
    written = replace(crew(5, 6, after=7), exit_code=1)
    clocks.write(written, tmp_path)
    assert clocks.read(tmp_path) == written
    (tmp_path / clocks.FILE).write_text((tmp_path / clocks.FILE).read_text()[:-20])
    with pytest.raises(ValueError, match="not a whole list of workers"):
        clocks.read(tmp_path)
