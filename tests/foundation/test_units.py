"""Quantities as people write them: what is understood, and what a wrong one is answered with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from foundation import units
from foundation.units import Count, Duration, Rate, Size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("1.5h", 5400), ("250ms", 0.25), ("2 m", 120), ("1d", 86400), ("0s", 0), ("10us", 1e-5)],
)
def test_a_duration_is_seconds(text: str, seconds: float) -> None:
    assert units.duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "size"), [("512MiB", 512 * 1024**2), ("1.5GB", 1_500_000_000), ("1GiB", 1024**3), ("7B", 7)]
)
def test_a_size_is_bytes(text: str, size: int) -> None:
    assert units.size(text) == size


@pytest.mark.parametrize(("text", "per_second"), [("60/s", 60), ("4200/min", 70), ("7200/h", 2)])
def test_a_rate_is_per_second(text: str, per_second: float) -> None:
    assert units.rate(text) == pytest.approx(per_second)


@pytest.mark.parametrize(
    ("text", "bits"), [("1mbit", 1_000_000), ("1.5gbit", 1_500_000_000), ("8kbit", 8_000), ("9bit", 9)]
)
def test_a_bit_rate_is_bits_per_second(text: str, bits: int) -> None:
    assert units.bit_rate(text) == bits


@pytest.mark.parametrize(("written", "number"), [("10k", 10_000), ("2M", 2_000_000), (500, 500), ("7", 7)])
def test_a_count_is_whole(written: object, number: int) -> None:
    assert units.count(written) == number


@pytest.mark.parametrize("wrong", ["2.5", "0.0001k", True, 2.0, "-3", -3, None])
def test_a_count_that_is_not_whole_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="a count such as"):
        units.count(wrong)


@pytest.mark.parametrize("wrong", [90, "90", "90 parsecs", "s", "", "-5s", "1e3s", "1,5s", None, True])
def test_a_duration_without_a_known_unit_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match='a duration such as "90s"'):
        units.duration(wrong)


def test_a_wrong_unit_is_answered_with_the_right_ones() -> None:
    with pytest.raises(ValueError, match=r"'512Mb'.*one of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB"):
        units.size("512Mb")


@given(number=st.integers(0, 10**6), unit=st.sampled_from(sorted(units.SECONDS)))
def test_every_unit_of_time_scales_what_stands_before_it(number: int, unit: str) -> None:
    assert units.duration(f"{number}{unit}") == pytest.approx(number * units.SECONDS[unit])


@given(number=st.integers(0, 10**6), unit=st.sampled_from(sorted(units.BYTES)))
def test_every_unit_of_size_scales_what_stands_before_it(number: int, unit: str) -> None:
    assert units.size(f"{number} {unit}") == number * units.BYTES[unit]


class _Everything(BaseModel):
    duration: Duration
    size: Size
    rate: Rate
    count: Count


def test_models_take_quantities_as_they_are_written() -> None:
    read = _Everything.model_validate({"duration": "90s", "size": "1KiB", "rate": "60/s", "count": "1k"})
    assert (read.duration, read.size, read.rate, read.count) == (90, 1024, 60, 1000)


def test_models_tell_each_wrong_quantity() -> None:
    with pytest.raises(ValidationError) as caught:
        _Everything.model_validate({"duration": 90, "size": "1", "rate": "60", "count": "some"})
    assert [error["loc"] for error in caught.value.errors()] == [
        ("duration",),
        ("size",),
        ("rate",),
        ("count",),
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.34, "340 ms"),
        (12.5, "12.5 s"),
        (200, "3 min 20 s"),
        (28_740, "7 h 59 min"),
        (59.99, "1 min 0 s"),
        (0.9999, "1.0 s"),
        (3599.9, "1 h 0 min"),
    ],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert units.in_words(seconds) == words


@pytest.mark.parametrize(
    ("written", "number", "expected"),
    [
        ("5MiB", 64 * 1024**2, "64MiB"),
        ("1B", 1.5 * 1024**3, "1.5GiB"),
        ("99TiB", 16 * 1024**4, "16TiB"),
        ("0s", 0, "0s"),
        ("9d", 90, "90s"),
        ("9d", 86_400, "1d"),
        ("1ms", 0.25, "250ms"),
        ("0/s", 0, "0/s"),
        ("1bit", 8000, "8kbit"),
        ("5k", 3, "3"),
        (7, 3.0, "3"),
        (None, 3.5, "3.5"),
    ],
)
def test_a_limit_is_told_in_the_kind_of_unit_that_was_written(
    written: object, number: float, expected: str
) -> None:
    assert units.in_unit_of(written, number) == expected
