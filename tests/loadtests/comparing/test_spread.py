"""This machine's spread: what runs of one version differ by, stored once and read as it was stored."""

from __future__ import annotations

import json
import math
import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import InputError
from loadtests.comparing.runs import Run
from loadtests.comparing.spread import Spread, load, path, spreads_of, store
from loadtests.recording.histograms import of

MS = 10**6
known = st.dictionaries(
    st.tuples(st.text(max_size=9), st.floats(1, 99.9)),
    st.builds(Spread, deviation=st.floats(0, 3), runs=st.integers(3, 50)),
    max_size=5,
)


def run(number: int, **series: float) -> Run:
    """A run of which every answer of a series took so many ms."""
    return Run(
        name=f"run-{number}",
        blocks={name.replace("_", "/"): [of([round(ms * MS)] * 100)] * 2 for name, ms in series.items()},
    )


def test_a_spread_is_the_deviation_of_the_logarithm_between_runs() -> None:
    times = [100.0, 110.0, 121.0, 90.0]
    found = spreads_of([run(n, order=ms) for n, ms in enumerate(times)], [50.0, 99.0])
    expected = statistics.stdev(math.log(ms) for ms in times)
    assert set(found) == {("order", 50.0), ("order", 99.0)}
    assert found["order", 99.0].deviation == pytest.approx(expected, rel=0.02)
    assert found["order", 99.0].runs == 4


def test_runs_that_are_equal_have_none() -> None:
    assert spreads_of([run(n, order=5) for n in range(3)], [99.0]) == {
        ("order", 99.0): Spread(deviation=0, runs=3)
    }


def test_only_what_every_run_has_is_told() -> None:
    runs = [run(0, order=5, look=3), run(1, order=5), run(2, order=5, look=3)]
    assert {series for series, _ in spreads_of(runs, [99.0])} == {"order"}
    empty = [*runs[:2], Run(name="run-2", blocks={"order": []})]
    assert spreads_of(empty, [99.0]) == {}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_two_runs_tell_no_spread(count: int) -> None:
    with pytest.raises(InputError, match=f"at least 3 runs of the same version, got {count}"):
        spreads_of([run(n, order=5) for n in range(count)], [99.0])


@given(first=known, then=known)
def test_what_is_stored_is_read_and_the_newer_replaces_the_older(
    tmp_path_factory: pytest.TempPathFactory,
    first: dict[tuple[str, float], Spread],
    then: dict[tuple[str, float], Spread],
) -> None:
    file = tmp_path_factory.mktemp("spread") / "deep" / "spread.json"
    store(first, file)
    assert load(file) == first
    store(then, file)
    assert load(file) == {**first, **then}
    assert [each.name for each in file.parent.iterdir()] == ["spread.json"], "and no draft is left"


def test_where_nothing_is_stored_nothing_is_known(tmp_path: Path) -> None:
    assert load(tmp_path / "none.json") == {}


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", "{}", '{"format": 2, "spreads": []}', '{"format": 1}',
        '{"format": 1, "spreads": [{"series": "order"}]}', '{"format": 1, "spreads": [3]}',
        '{"format": 1, "spreads": 3}', '{"format": [1], "spreads": []}',
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_refused_and_not_written_over(tmp_path: Path, content: str) -> None:
    file = tmp_path / "spread.json"
    file.write_text(content)
    with pytest.raises(InputError, match="not a readable spread") as refused:
        load(file)
    assert refused.value.where == str(file)
    with pytest.raises(InputError):
        store({("order", 99.0): Spread(deviation=0.1, runs=3)}, file)
    assert file.read_text() == content


def test_it_lies_in_the_persons_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert path() == tmp_path / "peakproof" / "spread.json"
    for unset in ("", None):
        monkeypatch.delenv("XDG_STATE_HOME", raising=False)
        if unset is not None:
            monkeypatch.setenv("XDG_STATE_HOME", unset)
        assert path() == Path("~/.local/state/peakproof/spread.json").expanduser()


def test_it_is_a_document_that_people_can_read(tmp_path: Path) -> None:
    store({("order", 99.0): Spread(deviation=0.1, runs=3)}, tmp_path / "spread.json")
    assert json.loads((tmp_path / "spread.json").read_text()) == {
        "format": 1, "spreads": [{"series": "order", "quantile": 99.0, "deviation": 0.1, "runs": 3}],
    }  # fmt: skip
