"""Rehearsals of a platform that is nothing like orderhub: each broken promise is told from the others."""

from __future__ import annotations

import json

import docker
import pytest

from foundation.verdict import Status
from loadtests.recording.ledger import Outcome, Settled
from peakproof import results
from tests.peakproof.conftest import PLANS
from tests.peakproof.kiosks import Ran, SideBySide, left

pytestmark = [pytest.mark.integration, pytest.mark.quiet]


def broken_findings(ran: Ran) -> set[str]:
    return {found.name for found in ran.results.verdict.findings if not found.holds}


def settled(ran: Ran) -> list[Settled]:
    return [entry for entry in ran.ledger if isinstance(entry, Settled)]


def test_a_sound_platform_passes_although_its_till_was_killed(rehearsed: SideBySide) -> None:
    ran = rehearsed["sound"]
    assert (ran.exit_code, ran.results.verdict.status) == (0, Status.PASS), ran.stderr
    assert ran.broken == {}
    (fault,) = ran.results.faults
    assert (fault.name, fault.node) == ("kill", "till-1")
    assert fault.recovery is not None
    assert fault.until is not None
    assert fault.until - fault.at >= 1


def test_members_without_credit_are_refused_and_that_is_no_error(rehearsed: SideBySide) -> None:
    ran = rehearsed["sound"]
    compared = ran.results.conservation
    assert compared is not None
    assert compared.outcomes["refused"] > 0
    assert compared.outcomes["acknowledged"] > 0
    assert sum(compared.states.values()) == compared.outcomes["acknowledged"] + compared.in_doubt_found


def test_what_was_acknowledged_and_never_committed_is_lost(rehearsed: SideBySide) -> None:
    ran = rehearsed["lost"]
    assert (ran.exit_code, ran.results.verdict.status) == (1, Status.FAIL), ran.stderr
    assert set(ran.broken) == {"lost"}
    compared = ran.results.conservation
    assert compared is not None
    assert {(order.outcome, order.copies) for order in compared.bad} == {("acknowledged", 0)}


def test_what_was_committed_without_a_reply_is_in_doubt_and_fine(rehearsed: SideBySide) -> None:
    ran = rehearsed["in-doubt"]
    assert (ran.exit_code, ran.results.verdict.status) == (0, Status.PASS), ran.stderr
    compared = ran.results.conservation
    assert compared is not None
    assert compared.holds
    assert compared.outcomes["in-doubt"] > 0
    assert compared.in_doubt_found == compared.outcomes["in-doubt"]


def test_a_client_that_asks_again_with_its_key_is_answered_with_the_same_order(rehearsed: SideBySide) -> None:
    ran = rehearsed["in-doubt"]
    again = [each for each in settled(ran) if each.outcome is Outcome.ACKNOWLEDGED and each.attempts > 1]
    assert again
    assert ran.broken == {}


def test_what_is_processed_twice_is_doubled(rehearsed: SideBySide) -> None:
    ran = rehearsed["doubled"]
    assert ran.exit_code == 1, ran.stderr
    assert set(ran.broken) == {"doubled"}
    compared = ran.results.conservation
    assert compared is not None
    assert {(order.copies, order.effects) for order in compared.bad} == {(2, 2)}


def test_what_is_accepted_beyond_the_credit_is_oversold(rehearsed: SideBySide) -> None:
    ran = rehearsed["oversold"]
    assert ran.exit_code == 1, ran.stderr
    assert set(ran.broken) == {"oversold"}


@pytest.mark.parametrize("name", ["lost", "doubled", "oversold"])
def test_a_broken_promise_names_each_order_and_says_what_is_known_of_it(
    rehearsed: SideBySide, name: str
) -> None:
    ran = rehearsed[name]
    compared = ran.results.conservation
    assert compared is not None
    assert len(compared.bad) == sum(ran.broken.values())
    for order in compared.bad:
        assert order.key.startswith(f"{ran.results.run}-")
        assert order.why
        assert order.intended_at > 0
        assert order.attempts >= 1


def test_a_slow_platform_fails_by_its_latency_and_by_nothing_else(rehearsed: SideBySide) -> None:
    ran = rehearsed["slow"]
    assert (ran.exit_code, ran.results.verdict.status) == (1, Status.FAIL), ran.stderr
    assert broken_findings(ran) == {"book/seats p50 < 5s"}


def test_load_that_the_generator_cannot_send_is_invalid(rehearsed: SideBySide) -> None:
    ran = rehearsed["overloaded"]
    assert (ran.exit_code, ran.results.verdict.status) == (3, Status.INVALID), ran.stderr
    assert "arrivals on time" in broken_findings(ran)
    assert "INVALID" in ran.stderr


@pytest.mark.parametrize("name", PLANS)
def test_the_document_on_stdout_is_the_report_s_own(rehearsed: SideBySide, name: str) -> None:
    ran = rehearsed[name]
    assert ran.printed == json.loads((ran.out / results.FILE).read_text())
    assert (ran.out / "index.html").is_file()
    assert "Requests and answers by step" in (ran.out / results.MEASUREMENTS / "index.html").read_text()


@pytest.mark.parametrize("name", PLANS)
def test_nothing_is_left_of_a_rehearsal(
    rehearsed: SideBySide, client: docker.DockerClient, name: str
) -> None:
    rehearsed[name]
    assert left(client, rehearsed.environment(name)) == []


def test_nothing_is_said_of_parts_that_the_platform_does_not_have(rehearsed: SideBySide) -> None:
    ran = rehearsed["sound"]
    said = " ".join(ran.results.scope) + (ran.out / "index.html").read_text()
    assert "partner" not in said
    assert "orderhub" not in said
