"""The search for capacity in an environment: what a trial is, how it is judged, and what is said of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from foundation import slo
from foundation.slo import Objective
from loadtests.capacity.search import Capacity, Status
from loadtests.capacity.trials import Observation, Outcome
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import Job, SelfTest
from peakproof.asynchronous import Delay, Waiting
from peakproof.plan import CapacityInput, LoadInput
from peakproof.searching import growing, job_of_trials, judged, plan_of, promised, result_of, steady

LOAD = LoadInput.model_validate({"journey": "order", "peak": "60/s", "duration": "60s", "seed": 3})
WANTED = CapacityInput.model_validate({"budget": "15m", "measure": "20s"})


def observation(rate: float, outcome: Outcome, saturated: str = "") -> Observation:
    return Observation(rate=rate, outcome=outcome, reasons=(), saturated=saturated)


def objectives(*texts: str) -> Sequence[Objective]:
    return [slo.parse(text) for text in texts]


def test_a_trial_is_the_plans_load_at_a_constant_rate_without_another_self_test() -> None:
    job = Job(
        run="r", target="http://shop", journeys="j.py", streams=(Stream(journey="order"),), rate=60,
        duration=9, seed=7, output="out", profile="replay", points=((0, 1), (9, 1)),
        self_test=SelfTest(limit=1, required=False),
    )  # fmt: skip
    found = job_of_trials(job, WANTED)
    assert (found.duration, found.profile, found.points, found.self_test) == (25, "constant", (), None)


def test_there_are_as_many_trials_as_there_is_time_for_and_the_first_is_at_the_peak() -> None:
    plan = plan_of(WANTED, LOAD)
    assert (plan.trials, plan.start, plan.most, plan.seed) == (900 // 35, 60, math.inf, 3)
    other = CapacityInput.model_validate({"budget": "3m", "start": "20/s", "most": "400/s"})
    assert (plan_of(other, LOAD).start, plan_of(other, LOAD).most) == (20, 400)


def test_no_trial_is_so_slow_that_its_percentiles_would_tell_nothing() -> None:
    load = LoadInput.model_validate(
        {**LOAD.model_dump(), "also": [{"journey": "look", "ratio": 0.5}], "peak": "60/s", "duration": "60s"}
    )
    assert plan_of(WANTED, load, objectives("order p99 < 1s")).least == 50  # 1,000 in 20 s
    assert plan_of(WANTED, load, objectives("order p90 < 1s", "look p99 < 1s")).least == 100
    assert plan_of(WANTED, load, objectives("errors < 1%")).least == 0


def test_orders_and_recovery_are_no_objectives_of_a_trial() -> None:
    texts = ("order p99 < 1s", "lost orders = 0", "recovery < 9s", "queue age < 5s")
    assert [str(each) for each in promised(objectives(*texts))] == ["order p99 < 1s", "queue age < 5s"]


def test_the_warm_up_and_what_came_after_the_load_are_not_judged() -> None:
    seen = Waiting(
        delays={"a->b": tuple(Delay(at=at, seconds=1.0) for at in (1.0, 5.0, 24.0))},
        gauges={"queue age": [(1.0, 9.0), (6.0, 1.0), (26.0, 8.0)]},
    )
    found = steady(seen, warm_up=5, duration=25)
    assert [each.at for each in found.delays["a->b"]] == [0.0, 19.0]
    assert found.gauges == {"queue age": [(1.0, 1.0)]}


def test_a_queue_behind_the_api_that_grows_breaks_a_trial() -> None:
    older = [(float(at), 0.5 * at) for at in range(20)]
    (reason,) = growing({"queue age": older, "outbox lag": [(at, 0.3) for at, _ in older]})
    assert reason.startswith("queue age grows by 0.5 s/s")
    found = judged(observation(60, Outcome.HELD), [reason], "queue age")
    assert (found.outcome, found.reasons, found.saturated) == (Outcome.BROKE, (reason,), "queue age")


@pytest.mark.parametrize("outcome", [Outcome.HELD, Outcome.INVALID])
def test_a_trial_without_a_reason_stays_what_it_was(outcome: Outcome) -> None:
    assert judged(observation(60, outcome), [], "").outcome is outcome
    assert judged(observation(60, Outcome.INVALID), ["why"], "").outcome is Outcome.INVALID


def test_what_was_used_up_at_the_lowest_rate_that_broke_is_named() -> None:
    seen = (
        observation(200, Outcome.BROKE, "the queue"),
        observation(131, Outcome.BROKE, "the database's CPU"),
        observation(100, Outcome.HELD, "disk"),
    )
    found = result_of(
        Capacity(status=Status.FOUND, rate=120, low=115, high=125, observations=seen),
        objectives("order p99 < 1s", "lost orders = 0"),
    )
    assert (found.saturated, found.objectives) == ("the database's CPU", ("order p99 < 1s",))
