"""What a rehearsal came to, judged: which finding decides, what is claimed, what a broken run still tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import docker
import pytest
from docker.errors import DockerException

from environments.faults.kill import KillOptions
from environments.fleet import Fleet
from environments.loading import topology_of
from foundation import slo
from foundation.console import people
from foundation.errors import ExitCode, PeakproofError, RunInvalid, Unavailable
from foundation.verdict import Status
from loadtests.judging import abort
from loadtests.judging.abort import Hopeless
from loadtests.judging.measurements import Measurements
from loadtests.recording.counters import Counters
from loadtests.recording.ledger import Entry, Intent, Outcome, Settled, hashed
from peakproof import conservation, outcome, results, season
from peakproof.conservation import Conservation
from peakproof.rehearsal import Ended
from peakproof.results import StageTime
from peakproof.screen import Terminal
from peakproof.season import Season
from peakproof.state import Desk, State
from peakproof.targets import Planned
from peakproof.timeline import Happened, Missed
from tests.loadtests import made
from tests.peakproof.kiosks import TINY

SLOW = {second: made.all_at(900) for second in range(60)}
LATE = {second: made.all_at(400) for second in range(60)}
KILL = Planned(options=KillOptions.model_validate({"at": "2s", "kill": "till.any"}), nodes=("till-1",))


@pytest.fixture
def kiosk() -> Season:
    """The tiny platform's season with objectives that the hand-made measurements speak of."""
    loaded = season.load("./season.yaml", beside=TINY)
    objectives = tuple(slo.parse(text) for text in ("order p95 < 500ms", "errors < 1%"))
    return replace(loaded, objectives=objectives)


def compared(*, lost: bool = False) -> Conservation:
    """Of one order that was acknowledged: conserved, or lost."""
    ledger: list[Entry] = [
        Intent(at=1, key="run-1", content=hashed("1")),
        Settled(at=2, key="run-1", outcome=Outcome.ACKNOWLEDGED, attempts=1),
    ]
    row = conservation.Booked(
        key="run-1", content="1", copies=1, effects=1, terminal=True, state="booked", oversold=False
    )
    return conservation.compare(ledger, [] if lost else [row])


def state(
    kiosk: Season,
    *,
    measured: Measurements | None = None,
    lost: bool = False,
    happened: tuple[Happened, ...] = (),
) -> State:
    return State(
        season=kiosk,
        run="run",
        measured=measured or made.measurements(),
        compared=compared(lost=lost),
        happened=happened,
        times=(StageTime(stage="load", seconds=60.0),),
    )


def status(came_to: State) -> Status:
    return outcome.verdict_of(came_to, None).status


def test_a_load_that_a_rule_ended_fails_by_that_rule_though_it_was_not_sent_whole(kiosk: Season) -> None:
    ended = Hopeless(abort.parse("errors > 20% for 3s"), second=12)
    came_to = replace(state(with_a_fault(kiosk)), hopeless=ended)
    verdict = outcome.verdict_of(came_to, None)
    assert verdict.status is Status.FAIL
    assert [(found.name, found.observed) for found in verdict.broken] == [
        ("abort on errors > 20% for 3s", "reached at 12 s")
    ]
    assert status(replace(came_to, hopeless=None)) is Status.INVALID, "else the fault that is missing decides"


def with_a_fault(kiosk: Season) -> Season:
    written = kiosk.written.model_copy(update={"timeline": (KILL.options,)})
    return replace(kiosk, written=written)


def test_a_run_in_which_all_went_well_passes(kiosk: Season) -> None:
    assert status(state(kiosk)) is Status.PASS


def test_a_missed_objective_fails(kiosk: Season) -> None:
    assert status(state(kiosk, measured=made.measurements(responses=SLOW))) is Status.FAIL


def test_a_load_that_was_late_is_invalid_even_where_an_objective_was_missed(kiosk: Season) -> None:
    measured = made.measurements(responses=SLOW, delays=LATE)
    assert status(state(kiosk, measured=measured)) is Status.INVALID


def test_a_lost_order_fails_even_where_the_load_was_late(kiosk: Season) -> None:
    assert status(state(kiosk, measured=made.measurements(delays=LATE), lost=True)) is Status.FAIL


def test_a_run_that_was_interrupted_is_invalid_and_says_so(kiosk: Season) -> None:
    verdict = outcome.verdict_of(replace(state(kiosk), interrupted=True), None)
    assert verdict.status is Status.INVALID
    assert [found.reason for found in verdict.broken] == ["interrupted"]


def test_a_run_that_an_error_ended_is_invalid_with_that_reason(kiosk: Season) -> None:
    verdict = outcome.verdict_of(State(season=kiosk, run="run"), Unavailable("the disk is full"))
    assert verdict.status is Status.INVALID
    (found,) = verdict.broken
    assert (found.observed, found.reason) == ("no stage", "the disk is full")


@pytest.mark.parametrize(
    ("stages", "told"),
    [
        (("seed", "load!", "take down"), "seed; load failed"),
        (("bring up!", "take down"), "bring up failed"),
        (("bring up", "load", "take down!"), "bring up, load; take down failed"),
    ],
)
def test_the_stage_that_failed_is_named(kiosk: Season, stages: tuple[str, ...], told: str) -> None:
    times = tuple(
        StageTime(stage=each.rstrip("!"), seconds=3.0, whole=not each.endswith("!")) for each in stages
    )
    verdict = outcome.verdict_of(replace(state(kiosk), times=times), Unavailable("the disk is full"))
    assert [found.observed for found in verdict.broken] == [told]


def test_a_load_that_died_or_was_interrupted_is_named(kiosk: Season) -> None:
    died = outcome.verdict_of(replace(state(kiosk), died=RunInvalid("lost")), None)
    assert [found.observed for found in died.broken] == ["load failed"]
    times = (StageTime(stage="load", seconds=3.0, whole=False), StageTime(stage="drain", seconds=1.0))
    ended = outcome.verdict_of(replace(state(kiosk), times=times, interrupted=True), None)
    assert [found.observed for found in ended.broken] == ["load interrupted"]


def test_a_bug_of_ours_is_told_without_its_words(kiosk: Season) -> None:
    verdict = outcome.verdict_of(state(kiosk), ValueError("ada@lovelace.example"))
    assert [found.reason for found in verdict.broken] == ["a bug in peakproof: ValueError"]


@pytest.mark.parametrize(
    ("lost", "interrupted", "error", "expected"),
    [
        (False, False, None, ExitCode.OK),
        (True, False, None, ExitCode.FAIL),
        (False, False, Unavailable("Docker is gone"), ExitCode.UNAVAILABLE),
        (True, False, Unavailable("Docker is gone"), ExitCode.FAIL),
        (False, True, None, ExitCode.INTERRUPTED),
    ],
    ids=["passed", "lost", "kept from its end", "lost before it was kept from its end", "interrupted"],
)
def test_the_exit_code_is_the_verdict_s_unless_it_was_kept_from_its_end(
    kiosk: Season,
    lost: bool,
    interrupted: bool,
    error: PeakproofError | None,
    expected: ExitCode,
) -> None:
    ended = Ended(results=results_of(state(kiosk, lost=lost), error), interrupted=interrupted, error=error)
    assert ended.exit_code is expected


def test_orders_lost_before_an_interruption_are_a_fact(kiosk: Season) -> None:
    assert status(replace(state(kiosk, lost=True), interrupted=True)) is Status.FAIL


def test_a_fault_that_never_happened_proves_nothing(kiosk: Season) -> None:
    planned = with_a_fault(kiosk)
    assert status(state(planned)) is Status.INVALID
    assert (
        status(state(planned, happened=(Happened(planned=KILL, node="till-1", at=2.0, until=4.0),)))
        is Status.PASS
    )


def test_the_real_times_of_a_fault_stand_beside_the_planned_ones(kiosk: Season) -> None:
    short = KillOptions.model_validate({"at": "2s", "kill": "till.any", "for": "1s"})
    happened = (
        Happened(planned=replace(KILL, options=short), node="till-1", at=2.98, until=4.91),
        Happened(planned=KILL, node="till-1", at=2.0, until=None),
    )
    verdict = outcome.verdict_of(state(with_a_fault(kiosk), happened=happened), None)
    (found,) = [each for each in verdict.findings if each.name == "faults happened as planned"]
    assert found.observed == (
        "2; kill of till-1 from 3.0 s to 4.9 s (planned: 2 s to 3 s); "
        "kill of till-1 from 2.0 s to the drain (planned: 2 s to the drain)"
    )


@pytest.mark.parametrize(
    ("happened", "missed", "reason"),
    [
        (
            (),
            (Missed(planned=KILL, why="it was not running"),),
            "kill of till-1 at 2.0 s hit nothing: it was",
        ),
        (
            (Happened(planned=KILL, node="till-1", at=2.0, until=4.0, cut="its helper died"),),
            (),
            "kill of till-1 at 2.0 s ended early: its helper died",
        ),
        (
            (Happened(planned=KILL, node="till-1", at=7.1, until=9.0),),
            (),
            "kill of till-1 at 2.0 s struck 5.1 s late: 5 s may be",
        ),
    ],
)
def test_a_fault_that_hit_nothing_or_ended_early_is_no_fault_as_planned(
    kiosk: Season, happened: tuple[Happened, ...], missed: tuple[Missed, ...], reason: str
) -> None:
    came_to = replace(state(with_a_fault(kiosk), happened=happened), missed=missed)
    verdict = outcome.verdict_of(came_to, None)
    assert verdict.status is Status.INVALID
    (broken,) = verdict.broken
    assert broken.reason.startswith(reason)


class Engine:
    """Stands for a Docker client: says its version, while there is one that answers."""

    def __init__(self, *, answers: bool = True) -> None:
        self._answers = answers

    def version(self) -> dict[str, str]:
        if not self._answers:
            raise DockerException("connection refused")
        return {"Version": "27.1"}


def results_of(came_to: State, error: Exception | None = None, *, answers: bool = True) -> results.Results:
    engine = cast("docker.DockerClient", Engine(answers=answers))
    desk = Desk(
        fleet=Fleet(home=engine, hosts={"local": engine}),
        built={},
        folder=Path("report"),
        screen=Terminal(people()),
    )
    return outcome.results_of(came_to, desk, datetime(2026, 11, 27, tzinfo=UTC), error)


def test_what_was_seen_is_told_though_docker_is_gone(kiosk: Season) -> None:
    found = results_of(state(kiosk), Unavailable("Docker Engine stopped answering"), answers=False)
    assert found.conservation is not None
    assert found.machine["docker"].startswith("not known")


def test_what_is_shown_names_the_faults_and_the_nodes_that_they_hit(kiosk: Season) -> None:
    planned = with_a_fault(kiosk)
    found = results_of(state(planned, happened=(Happened(planned=KILL, node="till-1", at=2.0, until=4.0),)))
    assert found.scope[0] == "Shown: order conservation and fail-over under kill of till-1."


def test_nothing_is_shown_by_a_run_that_never_saw_the_books(kiosk: Season) -> None:
    found = results_of(State(season=kiosk, run="run"))
    assert found.scope[0].startswith("Shown: nothing")
    assert (found.load, found.conservation, found.environment) == (None, None, None)


def test_an_invalid_run_shows_nothing_though_its_orders_were_compared(kiosk: Season) -> None:
    found = results_of(state(kiosk, measured=made.measurements(delays=LATE)))
    assert found.scope[0] == "Shown: nothing; the run is INVALID, so what it saw is no evidence."
    assert not any(line.startswith("This machine only") for line in found.scope)


def test_what_was_lost_is_no_conservation(kiosk: Season) -> None:
    assert results_of(state(kiosk, lost=True)).scope[0] == "Shown: that orders were not conserved."


def test_a_platform_that_does_not_recover_did_not_fail_over(kiosk: Season) -> None:
    silent = {second: Counters(wanted=10, dispatched=10, done=10, attempts=10) for second in range(3, 60)}
    happened = (Happened(planned=KILL, node="till-1", at=2.0, until=None),)
    measured = made.measurements(counters=silent)
    found = results_of(state(with_a_fault(kiosk), measured=measured, happened=happened))
    assert found.scope[0] == (
        "Shown: order conservation under kill of till-1; not that the platform recovers from it."
    )


def test_without_a_latency_limit_recovery_is_not_claimed(kiosk: Season) -> None:
    asked = replace(with_a_fault(kiosk), objectives=tuple(slo.parse(text) for text in ("recovery < 30s",)))
    found = results_of(state(asked, happened=(Happened(planned=KILL, node="till-1", at=2.0, until=4.0),)))
    (fault,) = found.faults
    assert (fault.recovery, fault.claimed) == (None, False)
    assert [broken.observed for broken in found.verdict.broken] == ["not claimed"]


def test_simulated_partners_are_named_only_where_there_are_some(kiosk: Season, root: Path) -> None:
    assert "partners" not in " ".join(results_of(State(season=kiosk, run="run")).scope)
    laptop = season.load("laptop", beside=root)
    assert "simulated partners" in " ".join(results_of(State(season=laptop, run="run")).scope)


def test_a_waiver_stands_in_the_scope(kiosk: Season) -> None:
    waived = replace(kiosk, waivers=("errors < 5%, looser than the definition's errors < 1%",))
    scope = results_of(State(season=waived, run="run")).scope
    assert scope[-1] == "Waived: errors < 5%, looser than the definition's errors < 1%."


def test_a_fault_s_recovery_is_measured_from_when_it_really_struck(kiosk: Season) -> None:
    bad = Counters(wanted=10, dispatched=10, done=10, failed=5, errors=5, attempts=10)
    measured = made.measurements(counters={20: bad, 21: bad})
    happened = (Happened(planned=KILL, node="till-1", at=20.5, until=24.0),)
    (fault,) = results_of(state(with_a_fault(kiosk), measured=measured, happened=happened)).faults
    assert (fault.node, fault.at, fault.until) == ("till-1", 20.5, 24.0)
    assert fault.recovery == pytest.approx(1.5)


def test_results_survive_their_own_json(kiosk: Season, tmp_path: Path) -> None:
    found = results_of(state(kiosk))
    (tmp_path / results.FILE).write_text(results.to_json(found))
    assert results.read(tmp_path / results.FILE) == found


def test_the_environment_variables_that_hold_a_secret_are_told_node_by_node(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(
        f"""
extends: {TINY / "kiosk.yaml"}
definition: shop
services: {{till: {{nodes: 2, secrets: {{pin: {{as: environment, variable: PIN}}, key: /key}}}}}}
secrets: {{pin: {{file: pin}}, key: {{file: key}}}}
"""
    )
    topology = topology_of("shop", beside=tmp_path).topology
    assert outcome.secret_variables(topology) == {"till-1": ("PIN",), "till-2": ("PIN",)}
