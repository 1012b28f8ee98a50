"""A ramp is read as it is written, or refused with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from foundation.errors import InputError
from loadtests import profiles
from loadtests.planning import ramps
from loadtests.profiles import REPLAY


def read(folder: Path, text: str) -> ramps.Ramp:
    file = folder / "ramp.csv"
    file.write_text(text)
    return ramps.read(file)


def test_rates_are_shares_of_the_highest(tmp_path: Path) -> None:
    found = read(tmp_path, "time,rate\n0,0/s\n 30s , 60/s\n\n1m,30\n90,1800/min\n")
    assert (found.peak, found.duration) == (60, 90)
    assert found.points == ((0, 0), (30, 1), (60, 0.5), (90, 0.5))


def test_it_is_a_profile(tmp_path: Path) -> None:
    found = read(tmp_path, "0,10\n10,20\n10,5\n20,5\n")
    profile = profiles.profile(REPLAY, peak=found.peak, duration=found.duration, points=found.points)
    assert [round(profile.rate(at), 6) for at in (0, 5, 9.999999, 10, 15)] == [10, 15, 19.999999, 5, 5]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0,1/s\n", "two moments at least"),
        ("", "two moments at least"),
        ("1,1\n2,1\n", "ramp.csv:1: a ramp begins at 0"),
        ("0,1\n20,1\n10,1\n", "ramp.csv:3: 10 s comes after 20 s"),
        ("0,0\n10,0\n", "a ramp of nothing"),
        ("0,1\n0,2\n", "a ramp of nothing"),
        ("time,rate\n0,1\n10,fast\n", "ramp.csv:3: expected a rate"),
        ("0,1\n10 minutes,1\n", "ramp.csv:2: expected a duration"),
        ("0,1\n10,-5\n", "ramp.csv:2: expected a rate"),
        ("0,1,2\n10,1\n", "ramp.csv:1: 3 columns"),
        ("0,1\n10,nan\n", "ramp.csv:2: expected a rate"),
    ],
)
def test_what_is_no_ramp_is_refused_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=re.escape(says)):
        read(tmp_path, text)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        ramps.read(tmp_path / "none.csv")
