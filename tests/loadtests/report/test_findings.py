"""The verdict in a sentence, what was judged with promises first, and failures by kind."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from foundation import slo
from foundation.page import Section
from foundation.verdict import Finding, Verdict, Weight, judge
from loadtests import commands
from loadtests.judging.measurements import FirstFailure, Measurements
from loadtests.planning.locustfile import CLOSED, Locust
from loadtests.recording.counters import Counters
from loadtests.report import findings, words
from tests.loadtests import made


def text(section: Section) -> str:
    return " ".join(re.sub("<[^>]+>", " ", str(section.body)).split())


def headline(measured: Measurements, *promised: str) -> str:
    verdict = commands.judged(measured, [slo.parse(each) for each in promised])
    return text(findings.headline(measured, verdict))


def finding(name: str, weight: Weight, *, holds: bool, **more: str) -> Finding:
    return Finding(name=name, weight=weight, holds=holds, **{"expected": "well", "observed": "seen", **more})


def test_a_good_run_is_told_in_one_sentence() -> None:
    assert headline(made.measurements()) == (
        "PASS order, 10/s for 1 min 0 s: 600 journeys were due, 600 ended well."
    )


def test_refusals_stand_in_the_sentence() -> None:
    refused = Counters(wanted=10, dispatched=10, done=10, ended=10, completed=6, refused=4, attempts=10)
    assert "600 journeys were due, 596 ended well, 4 were refused." in headline(
        made.measurements(counters={7: refused})
    )


def test_a_missed_promise_is_counted() -> None:
    assert "1 of 9 checks do not hold." in headline(made.measurements(), "order p90 < 1ms")


def test_a_run_that_proves_nothing_says_why_before_anything_else() -> None:
    found = headline(made.measurements(summaries=(made.summary(clean=False, interrupted=True),)))
    assert found.startswith("INVALID This run proves nothing: interrupted.")


def test_users_are_told_as_such_with_what_follows_from_them() -> None:
    closed = made.measurements(of=replace(made.job(), locust=Locust(model="closed", users=1_500)))
    found = headline(closed)
    assert "order, 1,500 users for 1 min 0 s: 600 requests were sent" in found
    assert CLOSED[1:] in found


@pytest.mark.parametrize(
    ("profile", "told"), [("constant", "10/s"), ("midnight-drop", "midnight-drop with up to 10/s")]
)
def test_a_rate_is_told_with_its_profile(profile: str, told: str) -> None:
    assert words.rate(made.measurements(of=replace(made.job(), profile=profile))) == told


def judged() -> Verdict:
    return judge(
        [
            finding("clock", Weight.VALIDITY, holds=True),
            finding("late", Weight.VALIDITY, holds=False, reason="a busy machine"),
            finding("errors", Weight.OBJECTIVE, holds=True, expected="errors"),
            finding("p99", Weight.OBJECTIVE, holds=False),
            finding("orders", Weight.CONSERVATION, holds=True),
        ]
    )


def test_promises_stand_before_validity_and_what_is_broken_first() -> None:
    body = str(findings.section(judged()).body)
    places = [body.index(f">{name}</td>") for name in ("orders", "p99", "errors", "late", "clock")]
    assert places == sorted(places)
    groups = [body.index(title) for title in ("Conservation", ">Objectives", "Validity: was the load")]
    assert groups == sorted(groups)


def test_a_promise_is_not_said_twice() -> None:
    found = text(findings.section(judged()))
    assert found.count("errors") == 1, "what was expected is its name"
    assert "a busy machine" in found


def test_what_is_broken_stands_out() -> None:
    assert str(findings.section(judged()).body).count('class="bad"') == 2


def test_failures_are_told_by_kind_with_the_first_second() -> None:
    failure = FirstFailure(
        kind="order: no answer in 10 s", journey="order", second=3, count=1_200, traceback=""
    )
    found = text(findings.failures(replace(made.measurements(), failures=(failure,))))
    assert "order: no answer in 10 s order 1,200 3" in found
    assert "The first traceback of each kind is in errors.json." in found


def test_a_run_without_failures_says_so() -> None:
    assert text(findings.failures(made.measurements())) == "No journey failed."
