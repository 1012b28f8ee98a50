"""Rules that end a load early: how they are written, and when their time has come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from foundation.errors import InputError
from loadtests.judging.abort import Hopeless, Watch, parse
from loadtests.recording.progress import Note, Progress, Started


def told(
    second: int,
    *,
    wrong: int = 0,
    wanted: int = 10,
    errors: int = 0,
    shed: int = 0,
    p99_ms: float | None = 5.0,
) -> Progress:
    return Progress(
        second=second, wanted=wanted, reached=wanted, in_flight=0, p50_ms=1.0, p99_ms=p99_ms, errors=errors,
        attempt_errors=wrong, turned_away=0, attempts=wanted, shed=shed,
    )  # fmt: skip


def test_so_many_seconds_on_end_end_the_load() -> None:
    watch = Watch([parse("attempt-errors > 90% for 3s")])
    for second in (1, 2):
        watch.hear(told(second, wrong=10))
    with pytest.raises(Hopeless) as ended:
        watch.hear(told(3, wrong=10))
    finding = ended.value.finding()
    assert (finding.holds, finding.observed) == (False, "reached at 3 s")
    assert finding.name == "abort on attempt-errors > 90% for 3s"


@pytest.mark.parametrize("between", [told(3, wrong=9), told(3, wanted=0)])
def test_one_second_that_is_not_so_begins_the_row_anew(between: Progress) -> None:
    watch = Watch([parse("attempt-errors > 90% for 3s")])
    for event in (told(1, wrong=10), told(2, wrong=10), between, told(4, wrong=10), told(5, wrong=10)):
        watch.hear(event)


@pytest.mark.parametrize(
    ("rule", "event"),
    [("errors > 20% for 1s", told(1, errors=3)), ("p99 > 5s for 1s", told(1, p99_ms=5001))],
)
def test_each_metric_is_heard(rule: str, event: Progress) -> None:
    with pytest.raises(Hopeless):
        Watch([parse(rule)]).hear(event)


def test_what_a_platform_sheds_is_an_error_unless_it_may() -> None:
    rules, event = [parse("errors > 20% for 1s")], told(1, shed=3)
    Watch(rules, may_shed=True).hear(event)
    with pytest.raises(Hopeless):
        Watch(rules).hear(event)


def test_a_percentile_that_is_not_known_is_above_nothing() -> None:
    watch = Watch([parse("p99 > 1s for 2s")])
    for event in (told(1, p99_ms=1001), told(2, p99_ms=None), told(3, p99_ms=1001)):
        watch.hear(event)


def test_of_several_rules_the_first_whose_time_has_come_ends_it() -> None:
    watch = Watch([parse("errors > 1% for 60s"), parse("p99 > 1s for 1s")])
    with pytest.raises(Hopeless, match="p99 > 1s for 1s"):
        watch.hear(told(1, errors=10, p99_ms=2000))


@pytest.mark.parametrize(
    "text", ["errors", "p95 > 1s for 1s", "errors > 20 for 1s", "errors > 120% for 1s", "p99 > 1s for 0.5s",
             "errors > 1% for ever", "p99 > 10% for 1s"],
)  # fmt: skip
def test_a_rule_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(text)
    assert "attempt-errors > 90% for 10s" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("text", "metric", "limit", "seconds"),
    [
        ("attempt-errors > 90% for 10s", "attempt-errors", 0.9, 10),
        ("  errors>20%  for 1m ", "errors", 0.2, 60),
        ("p99 > 500ms for 3s", "p99", 0.5, 3),
    ],
)
def test_a_rule_is_read_in_its_units(text: str, metric: str, limit: float, seconds: int) -> None:
    rule = parse(text)
    assert (rule.metric, rule.seconds) == (metric, seconds)
    assert rule.limit == pytest.approx(limit)
    assert parse(rule.text) == rule, "as it is shown it can be given again"


def test_arrivals_that_were_turned_away_are_errors() -> None:
    with pytest.raises(Hopeless):
        Watch([parse("errors > 20% for 1s")]).hear(replace(told(1), turned_away=3))


def test_what_else_a_generator_says_ends_nothing() -> None:
    watch = Watch([parse("p99 > 1s for 2s")])
    for event in (told(1, p99_ms=2000), Note(text="a word"), Started(worker=0, at=1)):
        watch.hear(event)
    with pytest.raises(Hopeless) as ended:
        watch.hear(told(2, p99_ms=2000))
    assert ended.value.second == 2


@pytest.mark.parametrize(
    ("rule", "at", "above"),
    [
        ("errors > 20% for 1s", {"errors": 2}, {"errors": 3}),
        ("errors > 0% for 1s", {"errors": 0}, {"errors": 1}),
        ("errors > 20% for 1s", {"errors": 1, "shed": 1}, {"errors": 1, "shed": 2}),
        ("attempt-errors > 90% for 1s", {"wrong": 9}, {"wrong": 10}),
        ("p99 > 5s for 1s", {"p99_ms": 5000.0}, {"p99_ms": 5000.1}),
    ],
)
def test_a_limit_may_be_reached_and_not_exceeded(
    rule: str, at: dict[str, float], above: dict[str, float]
) -> None:
    watch = Watch([parse(rule)])
    watch.hear(told(1, **at))  # type: ignore[arg-type]
    with pytest.raises(Hopeless):
        watch.hear(told(2, **above))  # type: ignore[arg-type]


def test_a_second_in_which_nothing_was_asked_is_above_no_limit() -> None:
    nothing = replace(told(1, wanted=0, p99_ms=None), errors=3, attempt_errors=3)
    for rule in ("errors > 0% for 1s", "attempt-errors > 0% for 1s", "p99 > 0s for 1s"):
        Watch([parse(rule)]).hear(nothing)


def test_where_a_platform_may_shed_its_errors_still_count() -> None:
    with pytest.raises(Hopeless):
        Watch([parse("errors > 20% for 1s")], may_shed=True).hear(told(1, errors=3, shed=5))


def test_rules_count_each_for_itself() -> None:
    watch = Watch([parse("errors > 20% for 2s"), parse("p99 > 1s for 2s")])
    watch.hear(told(1, errors=5))
    watch.hear(told(2, p99_ms=2000))
    watch.hear(told(3, errors=5))
    with pytest.raises(Hopeless, match="errors > 20% for 2s"):
        watch.hear(told(4, errors=5))
