"""Inside the platform: what was used up first is said, and what waited is drawn and tabled."""

from __future__ import annotations

from dataclasses import replace

from peakproof.report.sections import inside
from tests.peakproof.report import reading, samples


def test_what_was_used_up_first_is_said_with_its_rate_and_evidence() -> None:
    text = reading.text(inside.section(samples.passed()))
    assert "Used up first: the database's CPU, at 62 orders/s (up to 98% of 2 cores" in text
    assert "decides nothing" in text


def test_nothing_used_up_is_said_too() -> None:
    assert samples.passed().inside is not None
    idle = replace(samples.inside(), first=None, rate=None)
    assert "nothing was used up" in reading.text(inside.section(replace(samples.passed(), inside=idle)))


def test_a_resource_that_was_used_up_stands_out_and_comes_first() -> None:
    (bad,) = reading.bad_rows(inside.section(samples.passed()))
    assert bad[:4] == ["the database's CPU", "71 %", "98 %", "41 s"]


def test_orders_that_never_arrived_are_told_as_such() -> None:
    rows = reading.rows(inside.section(samples.passed()))
    assert ["accepted->erp", "3,588", "80.1 ms", "391 ms", "641 ms", "never", "1"] in rows


def test_a_run_without_a_look_inside_says_so() -> None:
    text = reading.text(inside.section(replace(samples.passed(), inside=None)))
    assert "Nothing was seen of the inside" in text
