"""The generator process against real servers on loopback whose behaviour is known."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pytest

from foundation.errors import InputError, RunInvalid
from foundation.slo import parse
from loadtests.judging.measurements import Measurements, read
from loadtests.judging.objectives import evaluate
from loadtests.judging.validity import findings
from loadtests.planning.arrivals import Stream
from loadtests.planning.job import Connections, Retry
from loadtests.recording.latency_log import Clock
from loadtests.recording.ledger import Intent, Outcome, Settled, hashed
from loadtests.recording.progress import Event, Finished, Progress, Ready, Started
from tests.loadtests.conftest import Loader, RunningShop

MS = 1_000_000


Shops = Callable[..., RunningShop]


def children() -> list[int]:
    """This process's generators: found by parent, as nothing else starts them here."""
    found = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in found if b"loadtests.generator" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def outcomes(measured: Measurements) -> dict[str, Settled]:
    return {entry.key: entry for entry in measured.ledger() if isinstance(entry, Settled)}


def intents(measured: Measurements) -> dict[str, Intent]:
    return {entry.key: entry for entry in measured.ledger() if isinstance(entry, Intent)}


def test_every_arrival_is_sent_and_recorded(shop: Shops, loader: Loader) -> None:
    said: list[Event] = []
    measured = loader.run(loader.job(shop().url, "look", rate=200, duration=2), said.append)
    total = measured.totals("look")
    assert (total.wanted, total.dispatched, total.done, total.completed) == (400, 400, 400, 400)
    assert measured.histogram("look").total == measured.histogram("look/page").total == 400
    assert sum(measured.count("look", "wanted").values()) == 400
    assert measured.problems == ()
    assert [type(event) for event in said if not isinstance(event, Progress)] == [Ready, Started, Finished]


def test_the_same_seed_makes_the_same_work(shop: Shops, loader: Loader, tmp_path: Path) -> None:
    here = shop()
    first = loader.run(loader.job(here.url, "order", spacing="poisson"))
    second = loader.run(
        replace(loader.job(here.url, "order", spacing="poisson"), output=str(tmp_path / "again"))
    )
    contents = [{key: intent.content for key, intent in intents(run).items()} for run in (first, second)]
    assert contents[0] == contents[1] != {}
    assert first.summaries[0].schedule == second.summaries[0].schedule


@pytest.mark.quiet
def test_a_stall_of_the_server_shows_in_full_in_the_response_times(shop: Shops, loader: Loader) -> None:
    """One arrival every 10 ms and nothing answered for 0.8 s: each arrival in the stall waits for its end.

    The oracle replays the schedule: a closed loop on one connection would have seen a single slow answer.
    """
    stalled = shop(stall=[[1.0, 0.8]])
    measured = loader.run(loader.job(stalled.url, "look", rate=100, duration=3))
    response = measured.histogram("look")
    waits = [max(1.8 - number / 100, 0) for number in range(100, 180)]
    slow = sum(wait > 0.1 for wait in waits)
    assert response.above(100 * MS) == pytest.approx(slow, abs=5)
    assert response.maximum / 1e9 == pytest.approx(0.8, abs=0.1)
    seconds = measured.over_time("look", [50.0])
    assert seconds[1][0] > 0.2 > seconds[2][0], "the stall shows in the second in which it was asked"


@pytest.mark.quiet
def test_a_pause_of_the_generator_shows_in_response_and_dispatch_but_not_in_service_time(
    shop: Shops, loader: Loader
) -> None:
    """Coordinated omission: a clock that starts at sending does not see what delayed the sending."""
    paused: list[int] = []

    def pause(event: Event) -> None:
        if isinstance(event, Progress) and event.second == 1:
            (generator,) = children()
            os.kill(generator, signal.SIGSTOP)
            paused.append(generator)
            threading.Timer(0.6, os.kill, (generator, signal.SIGCONT)).start()

    measured = loader.run(loader.job(shop().url, "look", rate=100, duration=3), pause)
    assert paused
    assert measured.histogram("look").above(200 * MS) >= 30
    assert measured.histogram("look", Clock.DISPATCH).above(200 * MS) >= 30
    assert measured.histogram("look", Clock.SERVICE).above(200 * MS) <= 5
    late = {finding.name: finding.holds for finding in findings(measured)}
    assert not late["arrivals on time"]


def test_steps_after_the_first_are_due_after_the_think_time_which_is_in_no_clock(
    shop: Shops, loader: Loader
) -> None:
    measured = loader.run(loader.job(shop(slow=0.02).url, "three-looks", rate=20, duration=2))
    journey, step = measured.histogram("three-looks"), measured.histogram("three-looks/second")
    assert step.percentile(50) / MS == pytest.approx(21, abs=15)
    assert 60 <= journey.percentile(50) / MS < 60 + 100, "three steps of 20 ms, without 150 ms of thinking"


def test_on_start_runs_once_for_each_user_and_is_in_no_clock(shop: Shops, loader: Loader) -> None:
    """A hundred arrivals wait for 0.6 s each: 64 users have greeted before, the others meanwhile."""
    also = [Stream(journey="too-early", ratio=0.05)]
    measured = loader.run(loader.job(shop(slow=0.6).url, "greeting", rate=200, duration=0.5, also=also))
    assert measured.totals("greeting").completed == measured.histogram("greeting").total == 100
    assert measured.histogram("greeting").above(1100 * MS) < 20, "36 would have waited for 1.2 s"
    assert measured.histogram("greeting/hello").total == 0
    assert measured.totals("greeting").attempts == 100
    (failure,) = measured.failures
    assert failure.kind.startswith("too-early: OutsideArrival: on_start is of no arrival")
    assert measured.totals("too-early").failed == 5


@pytest.mark.parametrize("first", ["503", "drop", "commit-drop"])
def test_an_attempt_without_an_answer_is_repeated_with_the_same_key(
    shop: Shops, loader: Loader, first: str
) -> None:
    here = shop(first=first)
    measured = loader.run(loader.job(here.url, "order", rate=50))
    settled = outcomes(measured)
    assert len(settled) == 50
    assert {(entry.outcome, entry.attempts) for entry in settled.values()} == {(Outcome.ACKNOWLEDGED, 2)}
    assert sorted(str(order["key"]) for order in here.committed()) == sorted(settled)
    total = measured.totals("order")
    assert (total.attempts, total.attempt_errors, total.errors) == (100, 50, 0)


def test_a_definitive_no_is_refused_and_no_error(shop: Shops, loader: Loader) -> None:
    measured = loader.run(loader.job(shop(refuse=True).url, "order", rate=50))
    assert {entry.outcome for entry in outcomes(measured).values()} == {Outcome.REFUSED}
    assert {entry.reason for entry in outcomes(measured).values()} == {"status 409"}
    total = measured.totals("order")
    assert (total.refused, total.errors, total.failed, total.completed) == (50, 0, 0, 0)


def test_a_server_that_is_killed_and_comes_back_loses_nothing(shop: Shops, loader: Loader) -> None:
    here = shop()

    def kill(event: Event) -> None:
        if isinstance(event, Progress) and event.second == 1:
            here.kill()
        if isinstance(event, Progress) and event.second == 2:
            here.start()

    measured = loader.run(loader.job(here.url, "order", rate=100, duration=4), kill)
    settled, asked = outcomes(measured), intents(measured)
    assert len(settled) == len(asked) == 400
    assert {entry.outcome for entry in settled.values()} == {Outcome.ACKNOWLEDGED}
    assert any(entry.attempts > 1 for entry in settled.values())
    books = {str(order["key"]): order["order"] for order in here.committed()}
    assert len(here.committed()) == len(books) == 400, "each order once"
    assert all(hashed(f"quantity {order['quantity']}") == asked[key].content for key, order in books.items())  # type: ignore[index]
    (recovery,) = evaluate([parse("recovery < 4s")], measured, [1.0])
    assert not recovery.holds, "five good seconds never came before the end"


def test_a_server_that_stays_away_leaves_orders_in_doubt_only_if_a_byte_was_sent(
    shop: Shops, loader: Loader
) -> None:
    here = shop(slow=0.3)

    def kill(event: Event) -> None:
        if isinstance(event, Progress) and event.second == 1:
            here.kill()

    budget = Retry(attempts=4, deadline=1.0, timeout=1.0)
    measured = loader.run(loader.job(here.url, "order", rate=50, duration=2, retry=budget), kill)
    settled = outcomes(measured)
    found = {outcome: {k for k, e in settled.items() if e.outcome is outcome} for outcome in Outcome}
    committed = {str(order["key"]) for order in here.committed()}
    assert all(found.values()), "some were acknowledged, some were in flight, some found nobody"
    assert found[Outcome.ACKNOWLEDGED] <= committed
    assert not found[Outcome.REFUSED] & committed, "what was never sent is in no book"
    assert {settled[key].reason for key in found[Outcome.REFUSED]} == {"never sent: Connection refused"}
    total = measured.totals("order")
    assert total.errors == len(found[Outcome.IN_DOUBT]) + len(found[Outcome.REFUSED])
    broken = {finding.name for finding in findings(measured) if not finding.holds}
    assert broken <= {"arrivals on time"}, (
        "a dead platform is FAIL, not INVALID; a busy test machine may be late"
    )


def test_arrivals_above_the_pool_are_turned_away_and_are_errors(shop: Shops, loader: Loader) -> None:
    measured = loader.run(loader.job(shop(slow=0.5).url, "look", rate=100, duration=2, pool=10))
    total = measured.totals("look")
    assert total.turned_away > 100
    assert total.dispatched + total.turned_away == total.wanted == 200
    (errors,) = evaluate([parse("errors < 1%")], measured)
    assert not errors.holds
    assert "turned away" in errors.reason


def test_a_journey_that_fails_is_counted_and_its_first_traceback_kept(shop: Shops, loader: Loader) -> None:
    measured = loader.run(loader.job(shop().url, "wrong", rate=50))
    assert measured.totals("wrong").failed == 50
    (failure,) = measured.failures
    assert failure.count == 50
    assert "this never holds" in failure.kind
    assert "in wrong" in failure.traceback


def test_a_redirect_to_a_foreign_host_is_not_followed(shop: Shops, loader: Loader) -> None:
    measured = loader.run(loader.job(shop(redirect="http://192.0.2.1/page").url, "astray", rate=20))
    (failure,) = measured.failures
    assert failure.count == 20
    assert "192.0.2.1:80 is refused" in failure.kind


def test_other_journeys_come_in_proportion(shop: Shops, loader: Loader) -> None:
    measured = loader.run(loader.job(shop().url, "order", rate=20, also=[Stream(journey="look", ratio=5)]))
    assert measured.totals("order").wanted == 20
    assert measured.totals("look").wanted == 100
    assert len(outcomes(measured)) == 20, "only orders are in the ledger"


def test_orderhubs_journeys_write_the_canonical_text_of_what_they_order(
    shop: Shops, loader: Loader, root: Path, tmp_path: Path
) -> None:
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    (feeds / "customers.csv").write_text("customer\n" + "\n".join(str(n) for n in range(1, 50)) + "\n")
    (feeds / "products.csv").write_text("sku\n" + "\n".join(f"PUMP-{n:04}" for n in range(30)) + "\n")
    here = shop()
    job = loader.job(
        here.url,
        "place-order",
        rate=30,
        also=[Stream(journey="browse", ratio=2)],
        journeys=root / "platforms/orderhub/journeys.py",
        feeds=feeds,
    )
    measured = loader.run(job)
    assert measured.failures == ()
    asked = intents(measured)
    assert len(here.committed()) == 30
    for line in here.committed():
        order = json.loads(json.dumps(line["order"]))
        lines = sorted(f"{line['sku']}x{line['quantity']}" for line in order["lines"])
        assert asked[str(line["key"])].content == hashed(f"{order['customer']}|{';'.join(lines)}")


def test_what_cannot_start_says_why(loader: Loader, shop: Shops) -> None:
    url = shop().url
    with pytest.raises(InputError, match="unknown journey 'shop'"):
        loader.run(loader.job(url, "shop"))
    with pytest.raises(InputError, match="'misspelt': refusals are statuses, not 404"):
        loader.run(loader.elsewhere(loader.job(url, "misspelt"), "again"))


def test_several_processes_do_the_work_of_one(shop: Shops, loader: Loader, tmp_path: Path) -> None:
    here, said = shop(), list[Event]()
    single = loader.run(loader.job(here.url, "order", rate=100, spacing="poisson"))
    job = replace(
        loader.job(here.url, "order", rate=100, spacing="poisson", processes=2), output=str(tmp_path / "2")
    )
    both = loader.run(job, said.append)
    contents = [{key: intent.content for key, intent in intents(run).items()} for run in (single, both)]
    assert contents[0] == contents[1] != {}
    assert [found.worker for found in both.summaries] == [0, 1]
    assert all(sum(found.outcomes.values()) > 20 for found in both.summaries), "each did a part"
    assert len({found.started_at for found in both.summaries}) == 1
    assert [type(event) for event in said if not isinstance(event, Progress)] == [Ready, Started, Finished]
    assert {f.name for f in findings(both) if not f.holds} <= {"arrivals on time"}


def test_a_process_of_several_that_dies_makes_the_run_invalid(shop: Shops, loader: Loader) -> None:
    job = loader.job(shop().url, "order", rate=50, duration=3, processes=2)

    def kill_one(event: Event) -> None:
        if isinstance(event, Progress) and event.second == 1:
            (fleet,) = children()
            found = Path(f"/proc/{fleet}/task/{fleet}/children").read_text().split()
            os.kill(int(found[1]), signal.SIGKILL)

    with pytest.raises(RunInvalid):
        loader.run(job, kill_one)
    broken = {finding.name for finding in findings(read(Path(job.output))) if not finding.holds}
    assert broken >= {"generators ended well", "ledger and logs complete"}


def test_the_docs_journey_runs(shop: Shops, loader: Loader, root: Path, tmp_path: Path) -> None:
    doc = (root / "docs" / "loadtests" / "README.md").read_text()
    journeys, feeds = tmp_path / "journeys.py", tmp_path / "feeds"
    journeys.write_text(doc.split("```python\n")[1].split("```")[0])
    feeds.mkdir()
    (feeds / "customers.csv").write_text("customer\n7\n8\n")
    here = shop()
    measured = loader.run(loader.job(here.url, "place-order", rate=10, journeys=journeys, feeds=feeds))
    assert measured.failures == ()
    assert measured.totals("place-order").completed == len(here.committed()) == 10


def test_a_generator_without_a_socket_left_blames_its_own_machine(shop: Shops, loader: Loader) -> None:
    asked = shop()
    measured = loader.run(loader.job(asked.url, "starving", rate=10, retry=Retry(attempts=1)))
    assert sum(found.starved for found in measured.summaries) == 10
    broken = [finding.name for finding in findings(measured) if not finding.holds]
    assert "ports and open files sufficed" in broken
    assert asked.committed() == []
    assert {entry.outcome for entry in measured.ledger() if isinstance(entry, Settled)} == {Outcome.REFUSED}


def test_rows_that_are_used_once_do_not_overlap_between_processes_and_run_out_loudly(
    shop: Shops, loader: Loader, tmp_path: Path
) -> None:
    feeds, here = tmp_path / "feeds", shop()
    feeds.mkdir()
    (feeds / "customers.csv").write_text("customer\n" + "\n".join(map(str, range(60))) + "\n")
    (feeds / "products.csv").write_text("sku\n" + "\n".join(f"p{n}" for n in range(50)) + "\n")
    measured = loader.run(loader.job(here.url, "feeding", rate=100, processes=2, feeds=feeds))
    orders = [str(line["order"]["text"]).split() for line in here.committed()]  # type: ignore[index]
    assert sorted(int(customer) for customer, _, _ in orders) == list(range(60))
    assert sum(hot == "p0" for _, hot, _ in orders) > 30
    assert measured.totals("feeding").failed == 40
    assert "all are used" in measured.failures[0].kind


@pytest.mark.parametrize("connections", ["pool", "per-journey"])
def test_connections_are_kept_by_the_pool_or_opened_for_each_journey(
    shop: Shops, loader: Loader, connections: Connections
) -> None:
    here = shop()
    job = replace(loader.job(here.url, "three-looks", rate=20, pool=3), connections=connections)
    journeys = loader.run(job).totals("three-looks").completed
    with urlopen(f"{here.url}/connections") as reply:  # noqa: S310 - a server of ours on loopback
        opened = json.load(reply) - 1
    assert opened == journeys > 3 if connections == "per-journey" else opened in (1, 2, 3)
