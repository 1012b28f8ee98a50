"""Faults in force on real containers: each is seen by what it does, undone, and seen gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import docker
import pytest
from docker.models.containers import Container
from pydantic import TypeAdapter

from environments import images
from environments.containers.aimed import AimedFault
from environments.containers.injecting import Tools
from environments.faults import AnyFault
from environments.faults.kind import FaultOptions
from tests.environments.commanding import eventually
from tests.environments.conftest import Standing

pytestmark = pytest.mark.integration

LINE: TypeAdapter[FaultOptions] = TypeAdapter(AnyFault)
Making = Callable[..., AimedFault]


@pytest.fixture(scope="module")
def tools(engine: docker.DockerClient) -> Tools:
    built = images.ensure(["python"], folders={}, client=engine)
    return Tools(images={name: image.id for name, image in built.items()})


@pytest.fixture
def fault(shop: Standing, tools: Tools) -> Iterator[Making]:
    """Makes a fault ready, as a line of a timeline; it is ended after the test, whatever came."""
    made: list[AimedFault] = []

    def make(written: dict[str, object], *nodes: str) -> AimedFault:
        options = LINE.validate_python({"at": "0s", **written})
        made.append(shop.attach().fault(options, nodes or (options.target,), tools))
        return made[-1]

    yield make
    for each in made:
        each.end()
        each.discard()


@pytest.fixture
def target(shop: Standing) -> Container:
    container = shop.attach().nodes["web-1"].get_wrapped_container()
    assert container.status == "running"
    return container


def state(container: Container) -> str:
    container.reload()
    return str(container.status)


def helpers(engine: docker.DockerClient, shop: Standing) -> dict[str, Container]:
    wanted = [f"peakproof.instance={shop.name}", "peakproof.kind=fault"]
    found = engine.containers.list(all=True, filters={"label": wanted}, ignore_removed=True)
    return {str(each.id): each for each in found}


def did(fault: AimedFault) -> list[str]:
    return [moment.did for moment in fault.moments()]


def applied(fault: AimedFault) -> AimedFault:
    fault.apply()
    eventually(lambda: did(fault), within=15, what="the helper said what it did")
    assert did(fault) == ["applied"], fault.moments()
    return fault


def test_a_kill_is_sigkill_and_the_target_is_started_again_when_the_fault_ends(
    fault: Making, target: Container
) -> None:
    ready = fault({"kill": "web-1"})
    assert state(target) == "running", "a fault that is only prepared does nothing"
    applied(ready)
    assert state(target) == "exited"
    assert target.attrs["State"]["ExitCode"] == 137
    died = datetime.fromisoformat(target.attrs["State"]["FinishedAt"]).timestamp()
    ready.end()
    assert state(target) == "running", "undone when `end` returns"
    began, ended = ready.moments()
    assert began.at < died * 1e9 < ended.at, "what it did to clients is counted from when it struck"
    assert ready.died_at is None
    ready.end()
    assert state(target) == "running", "ending twice is fine"


def test_a_stop_lets_the_target_end_by_itself(fault: Making, target: Container) -> None:
    ready = applied(fault({"stop": "web-1", "grace": "9s"}))
    assert state(target) == "exited"
    assert target.attrs["State"]["ExitCode"] != 137, "SIGTERM was enough"
    ready.end()
    assert state(target) == "running"


def test_a_pause_freezes_for_its_time_and_loses_nothing(fault: Making, target: Container) -> None:
    ready = applied(fault({"pause": "web-1", "for": "1s"}))
    began = target.attrs["State"]["StartedAt"]
    eventually(lambda: did(ready) == ["applied", "undone"], within=15, what="it went on by itself")
    assert state(target) == "running"
    assert target.attrs["State"]["StartedAt"] == began, "the same process"
    first, last = ready.moments()
    assert 1e9 <= last.at - first.at < 6e9


@pytest.mark.parametrize(
    ("kind", "node"),
    [("kill", "prepare-1"), ("kill", "web-1"), ("stop", "web-1"), ("pause", "web-1")],
)
def test_a_target_that_does_not_run_is_missed_and_is_not_started(
    fault: Making, shop: Standing, target: Container, kind: str, node: str
) -> None:
    down = shop.attach().nodes[node].get_wrapped_container()
    ready = fault({kind: "web-1"}, node)
    if node == "web-1":
        target.kill()
    try:
        eventually(lambda: state(down) == "exited", within=10, what="it does not run")
        ready.apply()
        eventually(ready.moments, within=15, what="the helper said something")
        ready.end()
        assert did(ready) == ["missed"]
        assert ready.moments()[0].why.startswith("it was not running")
        assert ready.died_at is None
        assert state(down) == "exited"
    finally:
        target.start()


def test_a_fault_whose_helper_is_killed_is_undone_by_the_reaper(
    engine: docker.DockerClient, shop: Standing, fault: Making, target: Container
) -> None:
    before = helpers(engine, shop)
    ready = applied(fault({"kill": "web-1"}))
    (helper,) = [each for name, each in helpers(engine, shop).items() if name not in before]
    helper.kill("SIGKILL")
    eventually(lambda: state(target) == "running", within=20, what="the reaper started the target again")
    eventually(lambda: helper.id not in helpers(engine, shop), within=20, what="the dead helper is gone")
    ready.end()
    assert did(ready) == ["applied"], "what it did is known though it is gone"
    assert ready.died_at is not None
