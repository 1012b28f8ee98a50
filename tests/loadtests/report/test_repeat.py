"""To repeat a run: what was typed, when it ran, and on which machine."""

from __future__ import annotations

from dataclasses import replace

from loadtests.planning.locustfile import Locust
from loadtests.report import repeat
from tests.loadtests import made

MACHINE = {"name": "loader-1", "processor": "Z80", "cores": "2", "memory": "24 GiB", "kernel": "Linux 6.1"}


def told(command: str = "", **more: object) -> str:
    summary = replace(made.summary(), **more)  # type: ignore[arg-type]
    return str(repeat.section(made.measurements(summaries=(summary, summary)), command).body)


def test_the_whole_command_can_be_copied() -> None:
    assert "--slo &#39;errors &lt; 1%&#39;" in told("peakproof load run http://shop --slo 'errors < 1%'")
    assert "<pre>" not in told()


def test_wall_clock_times_are_told() -> None:
    began = 1_795_929_217 * 10**9
    html = told(started_at=began, ended_at=began + 61_500_000_000)
    assert "29 November 2026, 05:13:37 UTC" in html
    assert "29 November 2026, 05:14:38 UTC" in html


def test_a_run_that_nobody_ended_has_no_times() -> None:
    html = str(repeat.section(made.measurements(summaries=()), "").body)
    assert "Started" not in html
    assert "Seed" in html


def test_a_machine_is_told_once_whatever_the_number_of_its_processes() -> None:
    html = told(machine=MACHINE)
    for value in MACHINE.values():
        assert html.count(f"<dd>{value}</dd>") == 1, value
    assert "Machine of the generator" not in told()


def test_of_users_there_is_no_seed_and_no_schedule() -> None:
    closed = replace(
        made.job(), locust=Locust(model="closed", users=5, spawn_rate=2, arguments=("--tags", "a"))
    )
    html = str(repeat.section(made.measurements(of=closed), "").body)
    assert "5, started at 2/s" in html
    assert "--tags a" in html
    assert "Seed" not in html


def test_a_search_is_repeated_by_its_command_on_its_machine() -> None:
    found = str(
        repeat.of_search(
            "peakproof load capacity URL",
            10**18,
            10**18 + 90 * 10**9,
            {"Seed": "7"},
            {"name": "box", "cores": "2"},
        ).body
    )
    for told in ("peakproof load capacity URL", "Started", "1 min 30 s", "Seed", "box", "Cores"):
        assert told in found
    assert "<pre" not in str(repeat.of_search("", 0, 1, {}, {}).body), "no command, no empty box"
