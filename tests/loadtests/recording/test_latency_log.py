"""The latency log: readable by HdrHistogram's own reader and by ours, and never silently short."""

from __future__ import annotations

from pathlib import Path

import pytest
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

from loadtests.recording.histograms import HIGHEST, Histogram, of
from loadtests.recording.latency_log import Clock, Interval, LatencyLog, read

STARTED_AT = 1_700_000_000_123_000_000


def written(path: Path) -> list[Interval]:
    intervals = [
        Interval(series=series, clock=clock, second=second, histogram=Histogram({1000 + second: 2, 30: 1}))
        for second in range(3)
        for series in ("order", "order/place")
        for clock in Clock
    ]
    log = LatencyLog(path, STARTED_AT)
    for interval in intervals:
        log.write(interval)
    log.close()
    return intervals


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    intervals = written(tmp_path / "log")
    assert list(read(tmp_path / "log")) == intervals


def test_hdrhistograms_own_reader_reads_it(tmp_path: Path) -> None:
    intervals = written(tmp_path / "log")
    reader = HistogramLogReader(str(tmp_path / "log"), HdrHistogram(1, HIGHEST, 3))
    found = []
    while (histogram := reader.get_next_interval_histogram()) is not None:
        found.append((histogram.get_tag(), histogram.get_total_count()))
    assert found == [(f"{i.series}:{i.clock}", i.histogram.total) for i in intervals]
    assert reader.get_start_time_sec() == pytest.approx(STARTED_AT / 1e9, abs=1e-3)
    assert (tmp_path / "log").read_text().startswith("#[Histogram log format version 1.3]\n")


@pytest.mark.parametrize("lines", [1, 2, 9])
def test_a_log_that_is_cut_off_is_an_error(tmp_path: Path, lines: int) -> None:
    written(tmp_path / "log")
    kept = (tmp_path / "log").read_text().splitlines(keepends=True)[:-lines]
    (tmp_path / "log").write_text("".join(kept))
    with pytest.raises(ValueError, match="cut off after"):
        list(read(tmp_path / "log"))


def test_a_line_that_is_cut_off_is_an_error_with_its_number(tmp_path: Path) -> None:
    written(tmp_path / "log")
    lines = (tmp_path / "log").read_text().splitlines(keepends=True)
    (tmp_path / "log").write_text("".join(lines[:5]) + lines[5][:-12])
    with pytest.raises(ValueError, match=r"log:6: "):
        list(read(tmp_path / "log"))


@pytest.mark.parametrize(
    ("damaged", "told"),
    [
        ("Tag=order:response,1.000,1.000,0.1,!!!", "log:6: "),
        ("Tag=order:lunch,1.000,1.000,0.1,HISTOGRAM", "log:6: 'lunch'"),
        ("Tag=order,1.000,1.000,0.1,HISTOGRAM", "log:6: not a whole interval line"),
        ("Tag=order:response,1.500,1.000,0.1,HISTOGRAM", "log:6: not a whole interval line"),
        ("Tag=order:response,1.000,1.000,HISTOGRAM", "log:6: not a whole interval line"),
        ("Tag=order:response,1.000,1.000,0.1,HISTOGRAM more", "log:6: not a whole interval line"),
    ],
)
def test_a_line_of_another_kind_is_an_error_with_its_number(tmp_path: Path, damaged: str, told: str) -> None:
    written(tmp_path / "log")
    lines = (tmp_path / "log").read_text().splitlines()
    lines[5] = damaged.replace("HISTOGRAM", lines[5].rpartition(",")[2])
    (tmp_path / "log").write_text("\n".join(lines) + "\n")
    with pytest.raises(ValueError, match=told):
        list(read(tmp_path / "log"))


@pytest.mark.parametrize("number", [0, 17, 19])
def test_an_end_that_counts_others_is_no_end(tmp_path: Path, number: int) -> None:
    written(tmp_path / "log")
    text = (tmp_path / "log").read_text()
    assert "#[Ended: 18 intervals]" in text
    (tmp_path / "log").write_text(text.replace("Ended: 18", f"Ended: {number}"))
    with pytest.raises(ValueError, match="cut off after 18 intervals"):
        list(read(tmp_path / "log"))


def test_what_comes_behind_the_end_was_written_by_somebody_else(tmp_path: Path) -> None:
    written(tmp_path / "log")
    with (tmp_path / "log").open("a+") as log:
        log.seek(0)
        log.write(log.read().splitlines(keepends=True)[5])
    with pytest.raises(ValueError, match="cut off after 19 intervals"):
        list(read(tmp_path / "log"))


def test_a_lines_maximum_is_in_milliseconds(tmp_path: Path) -> None:
    log = LatencyLog(tmp_path / "log", STARTED_AT)
    log.write(Interval(series="order", clock=Clock.RESPONSE, second=7, histogram=of([2_000_000, 12_345_678])))
    log.flush()
    line = (tmp_path / "log").read_text().splitlines()[-1]
    assert line.startswith("Tag=order:response,7.000,1.000,12.3"), "what was flushed is in the file"
    log.close()
