"""What journeys come to by what they were answered: accepted, refused, shed, in doubt, wrong; and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import pytest

from foundation.slo import parse
from foundation.verdict import Status, judge
from loadtests import commands
from loadtests.judging import implied
from loadtests.judging.measurements import Measurements
from loadtests.judging.objectives import evaluate
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import Retry
from loadtests.recording.counters import Counters
from loadtests.recording.latency_log import Clock
from loadtests.recording.ledger import Intent, Outcome, Settled, hashed
from loadtests.recording.progress import Event, Progress
from tests.loadtests.conftest import Loader, RunningShop

MS = 1_000_000
ONCE = Retry(attempts=1, timeout=2, deadline=5)
Shops = Callable[..., RunningShop]


def settled(measured: Measurements) -> set[tuple[Outcome, str]]:
    return {(entry.outcome, entry.reason) for entry in measured.ledger() if isinstance(entry, Settled)}


def counted(total: Counters) -> dict[str, int]:
    return {name: count for name, count in asdict(total).items() if name in _ENDS and count}


_ENDS = ("errors", "shed", "refused", "completed")


def status(measured: Measurements, *promised: str) -> Status:
    """The verdict, but for how busy the machine of the test is."""
    objectives = implied.promised([parse(text) for text in promised], [measured.job.main])
    found = commands.judged(measured, objectives).findings
    return judge([each for each in found if each.name != "arrivals on time"]).status


# What an answer means ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [400, 401, 403, 404, 405, 410, 500])
def test_what_is_no_business_answer_is_an_error(shop: Shops, loader: Loader, answer: int) -> None:
    measured = loader.run(loader.job(shop(orders=answer).url, "order", rate=20))
    assert counted(measured.totals("order")) == {"errors": 20}
    assert measured.totals("order").attempt_errors == 20
    (known,) = settled(measured)
    assert known == (Outcome.REFUSED if answer < 500 else Outcome.IN_DOUBT, f"status {answer}")
    assert [(failure.kind, failure.count) for failure in measured.failures] == [
        (f"order/place: status {answer}", 20)
    ]
    assert status(measured, "order p50 < 2s") is Status.FAIL


def test_a_business_answer_is_no_error_but_a_load_of_nothing_else_has_shown_nothing(
    shop: Shops, loader: Loader
) -> None:
    measured = loader.run(loader.job(shop(orders=422).url, "order", rate=20))
    assert counted(measured.totals("order")) == {"refused": 20}
    assert measured.failures == ()
    assert status(measured) is Status.FAIL


def test_a_journey_names_its_platforms_no(shop: Shops, loader: Loader) -> None:
    measured = loader.run(loader.job(shop(orders=404).url, "forgiving", rate=20))
    assert counted(measured.totals("forgiving")) == {"refused": 20}


@pytest.mark.parametrize(("answer", "known"), [(429, Outcome.REFUSED), (503, Outcome.IN_DOUBT)])
def test_a_platform_that_asks_to_come_later_sheds(
    shop: Shops, loader: Loader, answer: int, known: Outcome
) -> None:
    job = loader.job(shop(orders=answer, later=1).url, "order", rate=20, retry=ONCE)
    measured = loader.run(job)
    assert counted(measured.totals("order")) == {"shed": 20}
    assert settled(measured) == {(known, f"status {answer}, shed")}
    assert status(measured) is Status.FAIL


def test_retry_after_is_waited_for_within_the_budget(shop: Shops, loader: Loader) -> None:
    here = shop(first="503", later=1)
    measured = loader.run(loader.job(here.url, "order", rate=20))
    assert counted(measured.totals("order")) == {"completed": 20}
    assert measured.histogram("order").above(1000 * MS) == 20
    job = loader.job(here.url, "order", rate=20, retry=Retry(deadline=0.9, timeout=0.5))
    impatient = loader.run(loader.elsewhere(job, "impatient"))
    assert impatient.totals("order").attempts <= 20, "what asks for more than is left is not repeated"


def test_a_failed_check_is_an_error_also_after_an_order(shop: Shops, loader: Loader) -> None:
    here = shop()
    measured = loader.run(loader.job(here.url, "wrong-afterwards", rate=20))
    assert counted(measured.totals("wrong-afterwards")) == {"errors": 20}
    assert settled(measured) == {(Outcome.ACKNOWLEDGED, "")}
    assert len(here.committed()) == 20, "it is in the ledger, and in the books"


def test_an_order_that_was_missed_is_an_error_where_the_journey_goes_on(shop: Shops, loader: Loader) -> None:
    measured = loader.run(loader.job(shop(orders=500).url, "forgiving", rate=20))
    assert counted(measured.totals("forgiving")) == {"errors": 20}
    assert measured.totals("forgiving").failed == 0


def test_a_step_that_was_missed_is_an_error_whoever_catches_what_it_raised(
    shop: Shops, loader: Loader
) -> None:
    job = loader.job(shop(pages=404).url, "swallowing", rate=20, also=[Stream(journey="expecting")])
    measured = loader.run(job)
    assert counted(measured.totals("swallowing")) == {"errors": 20}
    assert measured.totals("swallowing").failed == 0, "it ended, and nobody hid how"
    assert counted(measured.totals("expecting")) == {"completed": 20}, "what it can do without, it said"
    assert [(each.kind, each.count) for each in measured.failures] == [("swallowing/page: status 404", 20)]


def test_a_step_that_a_journey_gave_up_itself_was_missed(shop: Shops, loader: Loader) -> None:
    measured = loader.run(loader.job(shop(slow=0.3).url, "impatient", rate=20))
    assert counted(measured.totals("impatient")) == {"errors": 20}


@pytest.mark.parametrize("journey", ["own-word", "expecting"])
def test_a_load_of_which_every_answer_was_an_error_is_no_pass_whatever_its_journeys_say(
    shop: Shops, loader: Loader, journey: str
) -> None:
    measured = loader.run(loader.job(shop(pages=404).url, journey, rate=20))
    assert counted(measured.totals(journey)) == {"completed": 20}
    (told,) = [each for each in implied.findings(measured, []) if each.name == "journeys ended well"]
    assert (told.holds, told.reason) == (False, "every answer was an error: 404 x 20")
    assert status(measured) is Status.FAIL


@pytest.mark.parametrize(("journey", "seconds"), [("order", 0), ("order", 0.02), ("own-word", 0)])
def test_a_server_that_sends_more_than_it_was_asked_for_proves_nothing(
    shop: Shops, loader: Loader, journey: str, seconds: float
) -> None:
    """An order could be acknowledged by the answer to the one before."""
    measured = loader.run(loader.job(shop(twice=seconds).url, journey, rate=60))
    assert status(measured) is Status.INVALID
    kinds = {each.kind for each in measured.failures}
    assert f"{journey}: surplus bytes: the server sent more than it was asked for" in kinds


def test_a_target_where_nobody_listens_is_no_pass(shop: Shops, loader: Loader) -> None:
    here = shop()
    here.kill()
    measured = loader.run(loader.job(here.url, "look", rate=20, retry=ONCE))
    assert status(measured) is Status.FAIL, "it is the target that is not there: no INVALID"


def test_journeys_that_ask_for_nothing_prove_nothing(shop: Shops, loader: Loader) -> None:
    measured = loader.run(loader.job(shop().url, "feeding", rate=20))  # which has no feeds
    assert measured.totals("feeding").attempts == 0
    assert status(measured) is Status.INVALID


# In doubt ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [409, 404, 422])
def test_a_no_to_an_order_whose_first_attempt_got_no_answer_leaves_it_in_doubt(
    shop: Shops, loader: Loader, again: int
) -> None:
    here = shop(first="commit-drop", again=again)
    measured = loader.run(loader.job(here.url, "order", rate=20))
    assert settled(measured) == {(Outcome.IN_DOUBT, f"status {again}, after an attempt without an answer")}
    assert counted(measured.totals("order")) == {"errors": 20}
    assert len(here.committed()) == 20, "what a refusal would have made phantoms of"


def test_two_orders_of_one_arrival_have_two_keys(shop: Shops, loader: Loader) -> None:
    here = shop()
    measured = loader.run(loader.job(here.url, "order-and-pay", rate=20))
    intents = {entry.key: entry.content for entry in measured.ledger() if isinstance(entry, Intent)}
    booked = {str(line["key"]): line["order"] for line in here.committed()}
    assert len(intents) == len(booked) == 40
    assert all(
        intents[key] == hashed(f"quantity {order['quantity']}")  # type: ignore[index]
        for key, order in booked.items()
    )
    assert sum(key.endswith("-2") and key.count("-") == 3 for key in intents) == 20


# The budget -------------------------------------------------------------------------------------------------


def test_a_customer_gets_over_an_outage_that_is_shorter_than_his_patience(
    shop: Shops, loader: Loader
) -> None:
    here = shop()

    def away(event: Event) -> None:
        if isinstance(event, Progress) and event.second == 1:
            here.kill()
        if isinstance(event, Progress) and event.second == 4:
            here.start()

    budget = Retry(deadline=15, timeout=2)
    measured = loader.run(loader.job(here.url, "order", rate=20, duration=4, retry=budget), away)
    assert counted(measured.totals("order")) == {"completed": 80}
    assert Retry().attempts is None, "as many as there is time for"


# Clocks -----------------------------------------------------------------------------------------------------


def test_a_time_out_of_the_journeys_own_is_its_failure_and_its_seat_is_free_again(
    shop: Shops, loader: Loader
) -> None:
    measured = loader.run(loader.job(shop(slow=0.3).url, "hasty", rate=20, duration=2, pool=3))
    total = measured.totals("hasty")
    assert (total.errors, total.turned_away, total.done) == (40, 0, 40)
    assert measured.summaries[0].clean
    assert {failure.kind for failure in measured.failures} == {"hasty: Timeout: … seconds"}
    assert settled(measured) == {(Outcome.IN_DOUBT, "interrupted")}
    assert measured.histogram("hasty/place").total == total.attempts == 40, "a step took as long as it did"


def test_think_time_before_the_first_byte_is_in_no_clock(shop: Shops, loader: Loader) -> None:
    measured = loader.run(loader.job(shop(slow=0.1).url, "think-first", rate=20))
    for clock in (Clock.SERVICE, Clock.RESPONSE):
        journey, step = (measured.histogram(name, clock) for name in ("think-first", "think-first/page"))
        assert journey.percentile(50) / MS == pytest.approx(step.percentile(50) / MS, abs=15)
        assert journey.percentile(50) / MS == pytest.approx(100, abs=60)


def test_steps_that_are_due_after_the_load_are_in_the_objectives(shop: Shops, loader: Loader) -> None:
    measured = loader.run(loader.job(shop().url, "three-looks", rate=50, duration=0.5))
    (found,) = evaluate([parse("three-looks/third p50 < 1s")], measured)
    assert (found.holds, found.reason) == (True, "of 25 steps")


def test_what_is_told_meanwhile_knows_how_long_the_slow_ones_take(shop: Shops, loader: Loader) -> None:
    said: list[Progress] = []

    def hear(event: Event) -> None:
        if isinstance(event, Progress):
            said.append(event)

    budget = Retry(deadline=10, timeout=5)
    loader.run(loader.job(shop(slow=2.5).url, "look", rate=20, duration=5, retry=budget), hear)
    p50, p99 = ({event.second: getattr(event, name) for event in said} for name in ("p50_ms", "p99_ms"))
    assert 1000 < p99[2] < 2500, "nothing has ended: the oldest is known to be older"
    assert (p50[4], p99[4]) == (pytest.approx(2500, abs=200), pytest.approx(2500, abs=200))


# Requests ---------------------------------------------------------------------------------------------------


def test_a_header_of_a_journey_replaces_the_generators(shop: Shops, loader: Loader) -> None:
    measured = loader.run(loader.job(shop().url, "named-host", rate=5))
    assert [failure.kind for failure in measured.failures] == []
    assert measured.totals("named-host").completed == 5


def test_where_a_request_ends_is_said_by_the_generator_alone(shop: Shops, loader: Loader) -> None:
    here = shop()
    measured = loader.run(loader.job(here.url, "framed-itself", rate=5))
    (failure,) = measured.failures
    assert "the header 'content-length' is the generator's own" in failure.kind
    assert (here.committed(), list(measured.ledger())) == ([], [])
