"""Replays: times from a CSV file or an access log become a profile that keeps every second's count."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import InputError
from loadtests import profiles
from loadtests.planning import replay
from loadtests.planning.arrivals import SECOND, Schedule, Stream
from loadtests.planning.job import Job, read

LOG = '203.0.113.9 - - [29/Nov/2024:00:00:{second:02d} +0100] "POST /orders HTTP/1.1" 201 34\n'
COUNTS = [1, 2, 4, 8, 40, 20, 10, 5, 3, 2]


def access_log(folder: Path) -> Path:
    """Ten seconds with a known number of requests in each."""
    path = folder / "access.log"
    path.write_text("".join(LOG.format(second=s) * count for s, count in enumerate(COUNTS)))
    return path


def counts(points: tuple[tuple[float, float], ...], peak: float, duration: float) -> list[int]:
    shape = profiles.profile(profiles.REPLAY, peak=peak, duration=duration, points=points)
    even = Schedule(
        profile=shape, streams=(Stream(journey="order"),), duration=duration, seed=1, spacing="even"
    )
    found = [0] * int(duration)
    for arrival in even:
        found[arrival.offset // SECOND] += 1
    return found


def test_every_second_of_an_access_log_keeps_its_count(tmp_path: Path) -> None:
    # Times are whole seconds from 0 to 9: a span of nine seconds, the last of which has two seconds' lines.
    found = replay.read(access_log(tmp_path), duration=9)
    assert (found.arrivals, found.span, found.busiest) == (sum(COUNTS), 9, 40)
    again = counts(found.points, peak=40, duration=9)
    assert all(abs(a - b) <= 1 for a, b in zip(again, [*COUNTS[:8], 5], strict=True))


def test_a_replay_is_scaled_by_its_peak_and_compressed_by_its_duration(tmp_path: Path) -> None:
    found = replay.read(access_log(tmp_path), duration=3)
    again = counts(found.points, peak=470, duration=3)
    # Three of the log's seconds in each: 7, 68 and 20 lines, scaled to a busiest second of 470.
    assert again == pytest.approx([7 / 68 * 470, 470, 20 / 68 * 470], abs=2)


@pytest.mark.parametrize(
    "text",
    [
        "order,placed_at\n7,2024-11-29T00:00:00\n8,2024-11-29T00:00:05\n9,2024-11-29T00:00:10\n",
        "order,placed_at\n7,2024-11-29 00:00:00+01:00\n8,2024-11-29 00:00:05+01:00\n9,2024-11-28 23:00:10Z",
        "1732834800\n1732834805\n\n1732834810\n",
        "1732834810000,x\n1732834800000,y\n1732834805000,z\n",
    ],
    ids=["iso", "iso with a zone", "seconds", "milliseconds in any order"],
)
def test_times_of_a_csv_file_are_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "times.csv").write_text(text)
    found = replay.read(tmp_path / "times.csv", duration=2)
    assert (found.arrivals, found.span) == (3, 10)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("order,name\n1,a\n", "times.csv:2"),
        ("placed_at\n2024-11-29T00:00:00\nyesterday\n", "times.csv:3"),
        ("placed_at,x\n2024-11-29T00:00:00,1\n", "times.csv"),
        (LOG.format(second=1) + "no log line\n", "times.csv:2"),
        ("", "times.csv"),
    ],
)
def test_a_line_without_a_time_is_told_with_its_number(tmp_path: Path, text: str, where: str) -> None:
    (tmp_path / "times.csv").write_text(text)
    with pytest.raises(InputError) as raised:
        replay.read(tmp_path / "times.csv", duration=2)
    assert str(raised.value.where).endswith(where)


def times(path: Path, stamps: list[str]) -> Path:
    path.write_text("time\n" + "".join(f"{stamp}\n" for stamp in stamps))
    return path


HALF_A_MINUTE = [f"{1_732_838_400 + tenth / 10:.1f}" for tenth in range(300)]


@pytest.mark.parametrize(("odd", "told"), [("0", "before the others"), ("4102444800", "after the others")])
def test_one_time_that_is_years_from_the_others_is_told_with_its_line(
    tmp_path: Path, odd: str, told: str
) -> None:
    with pytest.raises(InputError) as refused:
        replay.read(times(tmp_path / "times.csv", [*HALF_A_MINUTE[:150], odd, *HALF_A_MINUTE[150:]]), 10)
    assert str(refused.value.where).endswith("times.csv:152")
    assert told in refused.value.what


def test_a_quiet_night_before_a_busy_minute_is_a_shape_and_not_odd(tmp_path: Path) -> None:
    night = [f"{1_732_800_000 + hour * 3600}" for hour in range(10)]
    found = replay.read(times(tmp_path / "times.csv", [*night, *HALF_A_MINUTE]), 10)
    assert found.arrivals == 310


def test_of_a_few_times_none_is_odd(tmp_path: Path) -> None:
    assert (
        replay.read(times(tmp_path / "times.csv", ["1732838400", "1732838401", "1732918400"]), 10).arrivals
        == 3
    )


def test_a_replay_says_what_the_file_has(tmp_path: Path) -> None:
    found = replay.read(times(tmp_path / "times.csv", HALF_A_MINUTE), duration=10)
    assert str(found) == "300 times in 29.9 s, 10/s where they are most"


def test_a_spreadsheets_mark_before_the_first_time_costs_no_line(tmp_path: Path) -> None:
    (tmp_path / "times.csv").write_text("1732834800\n1732834805\n1732834810\n", encoding="utf-8-sig")
    assert replay.read(tmp_path / "times.csv", duration=2).arrivals == 3


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        replay.read(tmp_path / "none.csv", duration=2)


def test_a_job_carries_its_replay(tmp_path: Path) -> None:
    points = replay.read(access_log(tmp_path), duration=9).points
    job = Job(
        run="run", target="http://127.0.0.1:1", journeys="j.py", streams=(Stream(journey="order"),), rate=40,
        duration=9, seed=7, output="out", profile=profiles.REPLAY, points=points,
    )  # fmt: skip
    job.write(tmp_path / "job.json")
    assert read(tmp_path / "job.json") == job
    assert read(tmp_path / "job.json").schedule.share() == job.schedule.share()


def test_an_access_logs_odd_line_is_told_too(tmp_path: Path) -> None:
    path = access_log(tmp_path)
    odd = LOG.format(second=5).replace("29/Nov/2024", "29/Nov/2023")
    path.write_text(path.read_text() + odd)
    with pytest.raises(InputError, match="366 days before the others") as refused:
        replay.read(path, duration=9)
    assert str(refused.value.where).endswith(f"access.log:{sum(COUNTS) + 1}")


def test_one_in_a_hundred_may_be_odd_and_more_are_a_shape(tmp_path: Path) -> None:
    early = [f"{1_700_000_000 + number}" for number in range(12)]
    assert replay.read(times(tmp_path / "times.csv", [*early, *HALF_A_MINUTE]), 10).arrivals == 312
    with pytest.raises(InputError, match=r"days before the others"):
        replay.read(times(tmp_path / "times.csv", [*early[:3], *HALF_A_MINUTE]), 10)


def test_a_slow_trickle_is_told_by_the_minute(tmp_path: Path) -> None:
    hours = [f"{1_732_838_400 + number * 600}" for number in range(30)]
    found = replay.read(times(tmp_path / "times.csv", hours), duration=29)
    assert str(found) == "30 times in 4 h 50 min, 0.2/min where they are most"


def test_a_long_replay_has_no_more_bins_than_a_schedule_bears(tmp_path: Path) -> None:
    found = replay.read(times(tmp_path / "times.csv", HALF_A_MINUTE), duration=100_000)
    assert len(found.points) == 2 * replay.MOST_BINS
