"""One command at a time: the first has the lock, and a lock that nobody holds any more is taken over."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import docker
import pytest

from environments import images, labels
from environments.containers import locks
from foundation.errors import Refused
from tests.environments.commanding import begin, left

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def image(engine: docker.DockerClient) -> str:
    return images.ensure(["python"], folders={}, client=engine)["python"].id


@contextmanager
def somebodys_lock(
    engine: docker.DockerClient, image: str, instance: str, *, who: str, seconds: float
) -> Iterator[None]:
    """A lock as another command would have left it."""
    tags = labels.of(instance, "lock", who=who, until=f"{time.time() + seconds:.0f}")
    lock = engine.containers.create(
        image, name=f"peakproof-{instance}-lock", labels=tags, network_mode="none"
    )
    yield
    if lock.id in {container.id for container in engine.containers.list(all=True)}:
        lock.remove(force=True)


def ended_process() -> int:
    """The id of a process that is no more."""
    process = begin("true")
    process.communicate()
    return process.pid


def test_a_lock_is_there_for_the_block_and_gone_after(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str]
) -> None:
    name = new_name()
    with locks.held(engine, name, image, seconds=60):
        (lock,) = engine.containers.list(all=True, filters={"label": [f"{labels.INSTANCE}={name}"]})
        assert lock.status == "created", "a lock never runs"
    assert left(engine, name) == []


def test_a_lock_that_is_held_is_refused_with_its_holder(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str]
) -> None:
    name = new_name()
    with (
        locks.held(engine, name, image, seconds=60),
        pytest.raises(Refused, match=f"process {os.getpid()} on") as caught,
        locks.held(engine, name, image, seconds=60),
    ):
        pytest.fail("two hold it")
    assert caught.value.hint


def test_other_environments_are_not_locked(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str]
) -> None:
    with locks.held(engine, new_name(), image, seconds=60), locks.held(engine, new_name(), image, seconds=60):
        pass


@pytest.mark.parametrize("case", ["its process is gone", "its time is over"])
def test_a_lock_that_nobody_holds_is_taken_over(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str], case: str
) -> None:
    name, host = new_name(), socket.gethostname()
    who = f"process {ended_process() if case == 'its process is gone' else os.getpid()} on {host}"
    seconds = 60 if case == "its process is gone" else -1
    with (
        somebodys_lock(engine, image, name, who=who, seconds=seconds),
        locks.held(engine, name, image, seconds=60),
    ):
        (lock,) = engine.containers.list(all=True, filters={"label": [f"{labels.INSTANCE}={name}"]})
        assert lock.labels[labels.WHO] == f"process {os.getpid()} on {host}"


def test_a_lock_of_another_machine_stands_until_its_time(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str]
) -> None:
    name = new_name()
    who = f"process {ended_process()} on another-machine"
    with (
        somebodys_lock(engine, image, name, who=who, seconds=60),
        pytest.raises(Refused, match="on another-machine"),
        locks.held(engine, name, image, seconds=60),
    ):
        pytest.fail("two hold it")
