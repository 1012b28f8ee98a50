"""kill: the target dies at once and comes back, whoever ends the fault, or even if nobody does."""

from __future__ import annotations

from datetime import datetime

import docker
import pytest
from docker.models.containers import Container

from environments.containers.injecting import FaultHelper
from environments.faults import FAULTS, kill
from tests.environments.commanding import eventually
from tests.environments.conftest import Standing


def test_it_is_described_by_what_its_helper_runs_and_how_it_is_undone() -> None:
    fault = FAULTS["kill"]("peakproof-x-api-1", 30.0)
    assert fault == kill.fault("peakproof-x-api-1", 30.0)
    assert fault.command[-2:] == ("peakproof-x-api-1", "30")
    assert fault.undo == "start:peakproof-x-api-1"


def test_without_a_duration_it_stays_until_it_is_ended() -> None:
    assert kill.fault("peakproof-x-api-1", None).command[-1] == "0"


@pytest.fixture
def target(shop: Standing) -> Container:
    container = shop.attach().nodes["web-1"].get_wrapped_container()
    assert container.status == "running"
    return container


def state(container: Container) -> str:
    container.reload()
    return str(container.status)


def helpers(engine: docker.DockerClient, shop: Standing) -> list[Container]:
    wanted = [f"peakproof.instance={shop.name}", "peakproof.kind=fault"]
    return engine.containers.list(all=True, filters={"label": wanted}, ignore_removed=True)


def applied(shop: Standing, container: Container, *, seconds: float | None) -> FaultHelper:
    """A kill in force on web-1."""
    fault = shop.attach().fault("kill", "web-1", seconds)
    assert state(container) == "running", "a fault that is only prepared does nothing"
    fault.apply()
    eventually(lambda: state(container) == "exited", within=10, what="the target died")
    return fault


@pytest.mark.integration
def test_the_target_dies_of_sigkill_and_is_started_again_when_the_fault_ends(
    shop: Standing, target: Container
) -> None:
    fault = applied(shop, target, seconds=None)
    assert target.attrs["State"]["ExitCode"] == 137
    died = datetime.fromisoformat(target.attrs["State"]["FinishedAt"]).timestamp()
    fault.end()
    assert state(target) == "running", "undone when `end` returns"
    moments = list(fault.moments())
    assert [moment.did for moment in moments] == ["applied", "undone"]
    assert moments[0].at < moments[1].at
    assert moments[0].at < died * 1e9, "what it did to clients is counted from when it struck"
    assert fault.died_at is None
    fault.end()
    assert state(target) == "running", "ending twice is fine"


@pytest.mark.integration
def test_the_target_is_started_again_by_itself_after_its_time(shop: Standing, target: Container) -> None:
    fault = applied(shop, target, seconds=1.5)
    eventually(lambda: len(list(fault.moments())) == 2, within=15, what="the target was started again")
    assert state(target) == "running"
    began, ended = fault.moments()
    assert 1.4e9 < ended.at - began.at < 10e9


@pytest.mark.integration
@pytest.mark.parametrize("node", ["prepare-1", "web-1"], ids=["a once-node", "a node that is down already"])
def test_a_target_that_does_not_run_is_missed_and_is_not_started(
    shop: Standing, target: Container, node: str
) -> None:
    down = shop.attach().nodes[node].get_wrapped_container()
    fault = shop.attach().fault("kill", node, None)
    if node == "web-1":
        target.kill()
    eventually(lambda: state(down) == "exited", within=10, what="it does not run")
    try:
        fault.apply()
        eventually(fault.moments, within=15, what="the helper said something")
        fault.end()
        assert [(moment.did, moment.why) for moment in fault.moments()] == [("missed", "it was not running")]
        assert fault.died_at is None
        assert state(down) == "exited"
    finally:
        fault.discard()
        target.start()


@pytest.mark.integration
def test_a_fault_whose_helper_is_killed_is_undone_by_the_reaper(
    engine: docker.DockerClient, shop: Standing, target: Container
) -> None:
    before = {helper.id for helper in helpers(engine, shop)}
    fault = applied(shop, target, seconds=None)
    eventually(fault.moments, within=15, what="the helper said that it had struck")
    (helper,) = [each for each in helpers(engine, shop) if each.id not in before]
    helper.kill("SIGKILL")
    eventually(lambda: state(target) == "running", within=20, what="the reaper started the target again")
    eventually(
        lambda: helper.id not in {each.id for each in helpers(engine, shop)},
        within=20,
        what="the dead helper is gone",
    )
    fault.end()
    assert [moment.did for moment in fault.moments()] == ["applied"], "what it did is known though it is gone"
    assert fault.died_at is not None
