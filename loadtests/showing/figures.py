"""A load test's figures as CSV, for spreadsheets and notebooks: one file of series, one of seconds. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from loadtests.judging.measurements import Measurements
from loadtests.recording.answers import Answers
from loadtests.recording.counters import NAMES
from loadtests.recording.latency_log import Clock
from loadtests.showing import results
from loadtests.showing.results import QUANTILES

SERIES, SECONDS = "series.csv", "seconds.csv"
_MOST_ROWS = 3600
"""Rows of a journey: of a longer load each stands for several seconds."""
_PERCENTILES = [f"p{quantile:g}_ms" for quantile in QUANTILES]
_ERRORS = ("wanted", "errors", "shed", "turned_away", "refused", "share")


def series(measured: Measurements) -> str:
    """A row for each series and clock: counts, percentiles in ms, errors, requests."""
    heads = ["series", "clock", "count", *_PERCENTILES, "max_ms", *_ERRORS, "requests", "requests_wrong"]
    return _table(heads, _series(measured, results.errors(measured), measured.answers))


def _series(
    measured: Measurements, errors: Mapping[str, Mapping[str, float]], asked: Mapping[str, Answers]
) -> Iterator[Sequence[object]]:
    for name in measured.series:
        wrong, requests = errors.get(name, {}), asked.get(name, Answers())
        for clock, found in results.latencies(measured, name).items():
            times = [f"{found[f'p{quantile:g}']:.6g}" for quantile in QUANTILES]
            counts = [_count(wrong.get(each, "")) for each in _ERRORS]
            made = [requests.total, requests.wrong] if name in asked else ["", ""]
            yield [name, clock, f"{found['count']:.0f}", *times, f"{found['max']:.6g}", *counts, *made]


def seconds(measured: Measurements) -> str:
    """A row for each journey and second in which something was due: its counters and response times."""
    every = measured.judged
    width = max(-(-len(every) // _MOST_ROWS), 1)
    heads = ["second", "seconds", "journey", *NAMES, *_PERCENTILES]
    return _table(heads, _seconds(measured, every, width))


def _seconds(measured: Measurements, every: range, width: int) -> Iterator[Sequence[object]]:
    for journey in measured.counters:
        for start in every[::width]:
            within = range(start, min(start + width, every.stop))
            total = measured.totals(journey, within)
            counts = [getattr(total, name) for name in NAMES]
            if not any(counts):
                continue
            found = measured.histogram(journey, Clock.RESPONSE, within)
            times = [f"{found.percentile(q) / 1e6:.6g}" if found.counts else "" for q in QUANTILES]
            yield [start, len(within), journey, *counts, *times]


def _count(value: float | str) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue()
