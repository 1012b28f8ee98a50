"""Runs are found in folders, and refused where comparing them would prove nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from foundation.errors import InputError, RunInvalid
from loadtests.comparing.reading import Sides, read
from loadtests.planning.job import Job
from loadtests.planning.locustfile import Locust
from loadtests.recording import summary
from tests.loadtests import made
from tests.loadtests.comparing.test_compare_command import A_SECOND, SECONDS, write_run

JOB = made.job(duration=SECONDS, rate=A_SECOND)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a run under a name: write("base", job=...)."""

    def written(name: str, job: Job = JOB, *, clean: bool = True) -> Path:
        return write_run(tmp_path / name, 100, job=job, clean=clean)

    return written


def sides(base: list[Path], new: list[Path], *, other_target: bool = False) -> Sides:
    return read([base, new], [99.0], other_target=other_target)


def test_a_folder_of_runs_is_all_of_them_in_order(tmp_path: Path, write: Write) -> None:
    for name in ("base/b", "base/a", "new/one"):
        write(name)
    found = sides([tmp_path / "base"], [tmp_path / "new"])
    assert [[Path(run.name).name for run in side] for side in found.runs] == [["a", "b"], ["one"]]
    assert found.remarks == ()


def test_what_else_lies_in_a_folder_of_runs_is_no_run(tmp_path: Path, write: Write) -> None:
    write("base/one")
    (tmp_path / "base" / "notes").mkdir()
    (tmp_path / "base" / "read.me").write_text("")
    assert len(sides([tmp_path / "base"], [write("new")]).runs[0]) == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"target": "http://127.0.0.1:2"}, "its target"),
        ({"duration": SECONDS * 2.0}, "its duration"),
        ({"pool": 5}, r"its pool \(5, not 2000\)"),
        ({"connections": "per-journey"}, "its connections"),
        ({"pool": 5, "spacing": "even"}, "its spacing .*, its pool"),
    ],
)
def test_another_load_is_refused_by_what_differs(write: Write, changed: dict[str, object], told: str) -> None:
    other = write("new", replace(JOB, **changed))  # type: ignore[arg-type]
    with pytest.raises(InputError, match=told) as refused:
        sides([write("base")], [other])
    assert refused.value.where == str(other)


def test_other_users_of_a_locustfile_are_another_load(write: Write) -> None:
    two, forty = (replace(JOB, locust=Locust(model="closed", users=users)) for users in (2, 40))
    with pytest.raises(InputError, match=r"its users \(40, not 2\)"):
        sides([write("base", two)], [write("new", forty)])


def test_only_the_target_alone_can_be_what_is_compared(write: Write) -> None:
    base, elsewhere = write("base"), replace(JOB, target="http://127.0.0.1:2")
    both = write("both", replace(elsewhere, pool=5))
    with pytest.raises(InputError) as refused:
        sides([base], [both])
    assert refused.value.hint is None
    with pytest.raises(InputError, match="its pool"):
        sides([base], [both], other_target=True)
    found = sides([base], [write("new", elsewhere)], other_target=True)
    assert found.remarks == ("runs on 2 targets: http://127.0.0.1:1, http://127.0.0.1:2",)


def test_rehearsals_are_compared_whatever_addresses_their_environments_had(
    write: Write, tmp_path: Path
) -> None:
    for name, target in (("one", "http://10.0.0.2:80"), ("two", "http://10.0.9.2:80")):
        write(f"{name}/load", replace(JOB, target=target))
        (tmp_path / name / "results.json").write_text("{}")
    assert len(sides([tmp_path / "one"], [tmp_path / "two"]).runs) == 2


def test_other_text_of_the_journeys_is_a_remark(write: Write) -> None:
    base, new = write("base"), write("new")
    for path, digest in ((base, "aa"), (new, "bb")):
        worker = path / "worker-0"
        summary.write(replace(summary.read(worker), sources={"journeys": digest}), worker)
    assert sides([base], [new]).remarks == (f"{new}: the text of its journeys differs",)


def test_an_invalid_run_is_named_with_what_makes_it_so(write: Write) -> None:
    broken = write("new", clean=False)
    with pytest.raises(RunInvalid, match="an INVALID run is not compared") as refused:
        sides([write("base")], [broken])
    assert refused.value.where == str(broken)
    assert any("interrupted" in line for line in refused.value.detail)


def test_a_run_that_is_named_on_both_sides_is_refused(write: Write) -> None:
    base = write("base")
    with pytest.raises(InputError, match="named twice"):
        sides([base], [base / "."])
