"""How the report writes numbers, times and faults."""

from __future__ import annotations

import pytest

from peakproof.report import words
from peakproof.results import FaultRecord


def plain(text: str) -> str:
    """With ordinary spaces: a number and its unit are kept together by another one."""
    return text.replace(words.NBSP, " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8.424, "8.42 ms"),
        (182.4, "182 ms"),
        (999.4, "999 ms"),
        (999.6, "1 s"),
        (1320, "1.32 s"),
        (None, "not known"),
    ],
)
def test_latencies_have_three_digits(value: float | None, text: str) -> None:
    assert plain(words.milliseconds(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 s"), (0.34, "340 ms"), (0.97, "1 s"), (4.2, "4.2 s"), (30.0, "30 s"), (60, "60 s"),
        (61, "1 min 1 s"), (200, "3 min 20 s"), (3600, "60 min"), (None, "not known"),
    ],
)  # fmt: skip
def test_durations_are_as_long_as_they_need(value: float | None, text: str) -> None:
    assert plain(words.seconds(value)) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (3, 3600, "0.083 %"),
        (0, 3600, "0 %"),
        (1, 1, "100 %"),
        (1, 3, "33.3 %"),
        (0, 0, "0 %"),
        (5, 100, "5 %"),
    ],
)
def test_shares_have_two_digits_where_they_are_small(part: int, whole: int, text: str) -> None:
    assert plain(words.share(part, whole)) == text


def test_a_number_never_parts_from_its_unit() -> None:
    assert not any(" " in text for text in (words.seconds(4.2), words.milliseconds(8), words.share(1, 3)))


def test_a_moment_is_told_in_the_zone_of_the_run() -> None:
    assert words.moment("2026-11-22T20:47:02+01:00") == "22 November 2026, 20:47:02 UTC+01:00"
    assert words.moment("some day") == "some day"


def test_the_time_of_an_order_is_told_to_the_millisecond() -> None:
    assert words.clock(1_795_376_852_104_999_999) == "19:47:32.104"


@pytest.mark.parametrize(("how", "text"), [("killed", "api-2 killed"), ("", "api-2 hit by clock-skew")])
def test_a_fault_is_told_as_what_befell_the_node(how: str, text: str) -> None:
    name = "clock-skew"
    fault = FaultRecord(name=name, role="api.any", node="api-2", at=30, until=None, recovery=None, how=how)
    assert words.fault(fault) == text


def test_lists_are_read_aloud() -> None:
    assert [words.listed(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_one_order_is_not_orders() -> None:
    assert (words.plural(1, "order"), words.plural(1200, "order")) == ("1 order", "1,200 orders")
