"""A rehearsal that is ended before its time: what is left, what is said, what the reaper does."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import docker
import pytest

from environments.containers import leases, removing
from foundation.verdict import Status
from tests.peakproof.conftest import FAR
from tests.peakproof.kiosks import Plan, Ran, left, rehearse, written
from tests.peakproof.under_way import Running, begun, engine_image, eventually

pytestmark = [pytest.mark.integration, pytest.mark.quiet]


@pytest.fixture(scope="module")
def under_way(
    tmp_path_factory: pytest.TempPathFactory, client: docker.DockerClient
) -> Iterator[list[Running]]:
    """Rehearsals begun side by side; each test of one under load takes one of them."""
    running = [begun(tmp_path_factory.mktemp("early"), client) for _ in range(3)]
    yield list(running)
    for each in running:
        each.remove()


@pytest.fixture
def loaded(under_way: list[Running]) -> Running:
    """A rehearsal in the middle of its load."""
    running = under_way.pop()
    eventually("orders being sent", running.under_load)
    return running


def test_ctrl_c_ends_with_an_invalid_report_and_leaves_nothing(
    loaded: Running, client: docker.DockerClient
) -> None:
    loaded.process.send_signal(signal.SIGINT)
    ran = loaded.ended()
    assert ran.exit_code == 130, ran.stderr
    assert left(client, loaded.plan.environment) == []
    assert ran.results.verdict.status is Status.INVALID
    assert "interrupted" in {found.reason for found in ran.results.verdict.broken}
    assert ran.results.load is not None
    assert "INVALID" in (ran.out / "index.html").read_text()
    assert "Traceback" not in ran.stderr


def test_a_command_that_is_told_to_end_while_nodes_start_leaves_nothing(
    tmp_path: Path, client: docker.DockerClient
) -> None:
    running = begun(tmp_path, client)
    try:
        eventually("the first node", running.starting)
        running.process.terminate()
        ran = running.ended()
        assert ran.exit_code == 130, ran.stderr
        assert left(client, running.plan.environment) == []
        assert ran.results.verdict.status is Status.INVALID
        assert ran.results.load is None
    finally:
        running.remove()


def test_a_generator_that_dies_makes_the_run_invalid(loaded: Running, client: docker.DockerClient) -> None:
    generator = loaded.node("generator")
    assert generator is not None
    generator.kill()
    ran = loaded.ended()
    assert ran.exit_code == 3, ran.stderr
    assert ran.results.verdict.status is Status.INVALID
    reasons = [finding.reason for finding in ran.results.verdict.broken]
    assert "the load generator ended with status 137" in reasons
    assert ran.results.conservation is not None, "what it wrote until then is evidence"
    assert ran.results.conservation.holds
    assert left(client, loaded.plan.environment) == []


def test_a_hopeless_load_is_ended_by_its_rule_and_its_orders_are_compared_all_the_same(
    tmp_path: Path, client: docker.DockerClient
) -> None:
    rule = "p99 > 0.1ms for 2s"  # no answer is as quick as that
    load = {"duration": "50s"}
    plan = written(tmp_path, f"hopeless-{uuid4().hex[:4]}", Plan(load=load, slo=[FAR], abort_on=[rule]))
    ran = rehearse(plan)
    assert ran.exit_code == 1, ran.stderr
    assert ran.results.verdict.status is Status.FAIL
    assert [found.name for found in ran.results.verdict.broken] == [f"abort on {rule}"]
    assert ran.results.load is not None
    assert sum(second.reached for second in ran.results.load.seconds[20:]) == 0
    assert ran.results.conservation is not None
    assert ran.results.conservation.holds
    assert rule in (ran.out / "index.html").read_text().replace("&gt;", ">")
    assert left(client, plan.environment) == []


def test_what_a_killed_command_left_goes_when_its_lease_is_over(
    loaded: Running, client: docker.DockerClient
) -> None:
    loaded.process.kill()
    loaded.process.communicate()
    assert left(client, loaded.plan.environment)
    lease = leases.newest(client, loaded.plan.environment)
    assert lease is not None
    # Its leases are over at once: a minute of waiting would prove no more.
    for name in (loaded.plan.environment, f"{loaded.plan.environment}_source"):
        found = leases.newest(client, name)
        if found is not None:
            assert found.until - time.time() <= leases.WORKING
            removing.remove(client, name, kind="lease")
    eventually("the reaper to have removed it", lambda: not left(client, loaded.plan.environment))


def test_ctrl_c_while_the_generator_starts_ends_like_any_other(
    tmp_path: Path, client: docker.DockerClient
) -> None:
    running = begun(tmp_path, client)
    try:
        eventually("the generator", lambda: running.node("generator"))
        running.process.send_signal(signal.SIGINT)
        ran = running.ended()
        assert ran.exit_code == 130, ran.stderr
        assert "interrupted" in {found.reason for found in ran.results.verdict.broken}
        assert left(client, running.plan.environment) == []
    finally:
        running.remove()


@pytest.fixture(scope="module")
def beset(
    tmp_path_factory: pytest.TempPathFactory, client: docker.DockerClient
) -> Iterator[tuple[Running, Ran]]:
    """A rehearsal whose fault's helper is killed, and whose network has a guest that is not ours."""
    fault = {"at": "1s", "kill": "till.any", "for": "30s"}
    plan = Plan(load={"duration": "12s"}, timeline=[fault], slo=[FAR])
    name = f"beset-{uuid4().hex[:4]}"
    running = Running(written(tmp_path_factory.mktemp("beset"), name, plan), client)
    guest = None
    try:
        eventually("the fault", lambda: running.helper() and running.down("till-1"))
        image, network = engine_image(client), f"peakproof-{running.plan.environment}-front"
        guest = client.containers.run(image, ["sleep", "300"], network=network, detach=True, init=True)
        helper = running.helper()
        assert helper is not None
        helper.kill()
        yield running, running.ended()
    finally:
        if guest is not None:
            guest.remove(force=True, v=True)
        running.remove()


def test_when_a_fault_s_helper_dies_the_orders_are_compared_all_the_same(beset: tuple[Running, Ran]) -> None:
    _, ran = beset
    assert ran.exit_code == 3, ran.stderr
    assert ran.results.conservation is not None
    assert ran.results.conservation.holds
    (fault,) = ran.results.faults
    assert fault.until is not None
    assert fault.until - fault.at < 30
    planned = next(each for each in ran.results.verdict.broken if each.name == "faults happened as planned")
    assert planned.reason == "kill of till-1 at 1.0 s ended early: its helper died"
    assert ran.results.scope[0].startswith("Shown: nothing")


def test_what_cannot_be_taken_down_is_told_and_the_report_is_written(beset: tuple[Running, Ran]) -> None:
    running, ran = beset
    (told,) = ran.results.left
    assert told.startswith(f"{running.plan.environment} is not all gone: ")
    assert told in " ".join(ran.stderr.split()), "its lines are broken where the screen ends"
    assert running.plan.environment in (ran.out / "index.html").read_text()
