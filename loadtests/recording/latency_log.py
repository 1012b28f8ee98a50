"""The latency log: HdrHistogram's interval log, format 1.3, one histogram a second for each series and clock.

A value belongs to the second in which it was due, so a slow answer shows where it was asked. Answers that
come after their second's line was written follow in further lines of the same second and tag: add them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from loadtests.recording.histograms import Histogram, decode, encode

FILE = "latency.hlog"
_LINE = re.compile(r"Tag=([^,]+):([a-z]+),(\d+)\.000,1\.000,[\d.]+,(\S+)")
_END = re.compile(r"#\[Ended: (\d+) intervals\]")


class Clock(StrEnum):
    """Dispatch: from due to started. Service: from first byte sent to done. Response: from due to done."""

    DISPATCH = "dispatch"
    SERVICE = "service"
    RESPONSE = "response"


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """One line: `series` is a journey or journey/step, `second` counts from the start of the load."""

    series: str
    clock: Clock
    second: int
    histogram: Histogram


class LatencyLog:
    """Writes the log, a line as soon as it is known."""

    def __init__(self, path: Path, started_at: int) -> None:
        self._file: TextIO = path.open("w", encoding="utf-8")
        self.intervals = 0
        seconds = started_at / 1e9
        stamp = datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="milliseconds")
        self._file.write(
            "#[Histogram log format version 1.3]\n"
            f"#[StartTime: {seconds:.3f} (seconds since epoch), {stamp}]\n"
            f"#[BaseTime: {seconds:.3f} (seconds since epoch)]\n"
            "#[Values are nanoseconds; Interval_Max is in milliseconds]\n"
            '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"\n'
        )

    def write(self, interval: Interval) -> None:
        self._file.write(
            f"Tag={interval.series}:{interval.clock},{interval.second}.000,1.000,"
            f"{interval.histogram.maximum / 1e6:.3f},{encode(interval.histogram)}\n"
        )
        self.intervals += 1

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.write(f"#[Ended: {self.intervals} intervals]\n")
        self._file.close()


def read(path: Path) -> Iterator[Interval]:
    """The intervals of a log in order. Raises ValueError: a line that is cut off, or no end."""
    ended, seen = False, 0
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if end := _END.match(line):
                ended = int(end[1]) == seen
            elif line.startswith("Tag="):
                yield _interval(line, f"{path}:{number}")
                seen, ended = seen + 1, False  # nothing comes behind the end
    if not ended:
        raise ValueError(f"{path}: cut off after {seen} intervals")


def _interval(line: str, where: str) -> Interval:
    match = _LINE.fullmatch(line.rstrip("\n"))
    if match is None or not line.endswith("\n"):
        raise ValueError(f"{where}: not a whole interval line")
    series, clock, second, payload = match.groups()
    try:
        return Interval(series=series, clock=Clock(clock), second=int(second), histogram=decode(payload))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
