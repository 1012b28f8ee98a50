"""Digests tell journeys and feeds apart by what is in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from loadtests.planning.job import Job
from loadtests.recording.sources import digests
from tests.loadtests import made


def job(folder: Path, journeys: str, **feeds: str) -> Job:
    (folder / "feeds").mkdir(parents=True)
    (folder / "journeys.py").write_text(journeys)
    for name, text in feeds.items():
        (folder / "feeds" / f"{name}.csv").write_text(text)
    wanted = str(folder / "feeds") if feeds else None
    return replace(made.job(), journeys=str(folder / "journeys.py"), feeds=wanted)


def test_the_same_files_elsewhere_are_the_same(tmp_path: Path) -> None:
    one, two = (digests(job(tmp_path / name, "x = 1", customers="a\n1\n")) for name in ("one", "two"))
    assert one == two
    assert set(one) == {"journeys", "feeds"}


def test_other_text_is_another_source(tmp_path: Path) -> None:
    one = digests(job(tmp_path / "one", "x = 1", customers="a\n1\n"))
    two = digests(job(tmp_path / "two", "x = 2", customers="a\n1\n"))
    three = digests(job(tmp_path / "three", "x = 1", customers="a\n2\n"))
    assert one["journeys"] != two["journeys"]
    assert one["feeds"] == two["feeds"] != three["feeds"]


def test_without_feeds_there_is_none(tmp_path: Path) -> None:
    assert set(digests(job(tmp_path / "one", "x = 1"))) == {"journeys"}


def test_a_file_that_is_gone_counts_by_its_name(tmp_path: Path) -> None:
    asked = job(tmp_path / "one", "x = 1")
    before = digests(asked)
    Path(asked.journeys).unlink()
    assert digests(asked)["journeys"] != before["journeys"]
