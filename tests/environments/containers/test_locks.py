"""One command at a time: the first has the lock; it holds while that command's working lease is alive."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import docker
import pytest

from environments import images, labels
from environments.containers import holder, leases, locks
from foundation.errors import Refused
from tests.environments.commanding import left

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def image(engine: docker.DockerClient) -> str:
    return images.ensure(["python"], folders={}, client=engine)["python"].id


THEIRS = "process 4000000 on this-very-machine (0123abcd)"


@contextmanager
def somebodys_lock(
    engine: docker.DockerClient, image: str, instance: str, *, seconds_ago: float
) -> Iterator[None]:
    """A lock that a process took that is in no /proc of ours: in another container, on another machine."""
    until = time.time() + leases.WORKING - seconds_ago
    tags = labels.of(instance, "lock", who=THEIRS, until=f"{until:.3f}")
    lock = engine.containers.create(
        image, name=f"peakproof-{instance}-lock", labels=tags, network_mode="none"
    )
    yield
    if lock.id in {container.id for container in engine.containers.list(all=True)}:
        lock.remove(force=True, v=True)


def their_lease(engine: docker.DockerClient, instance: str, *, ends_in: float, who: str = THEIRS) -> None:
    """The working lease of that process, as it was last renewed."""
    tags = labels.of(instance, "lease", who=who, until=f"{time.time() + ends_in:.3f}")
    engine.volumes.create(f"peakproof-{instance}-lease-{time.time_ns()}", labels=tags)


def test_a_lock_is_there_for_the_block_and_gone_after(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str]
) -> None:
    name = new_name()
    with locks.held(engine, name, image):
        (lock,) = engine.containers.list(all=True, filters={"label": [f"{labels.INSTANCE}={name}"]})
        assert lock.status == "created", "a lock never runs"
    assert left(engine, name) == []


def test_a_lock_that_is_held_is_refused_with_its_holder(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str]
) -> None:
    name = new_name()
    with (
        locks.held(engine, name, image),
        pytest.raises(Refused, match=f"process {os.getpid()} on") as caught,
        locks.held(engine, name, image),
    ):
        pytest.fail("two hold it")
    assert caught.value.hint


def test_other_environments_are_not_locked(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str]
) -> None:
    with locks.held(engine, new_name(), image), locks.held(engine, new_name(), image):
        pass


def test_a_lock_holds_while_its_holder_s_working_lease_is_alive(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str]
) -> None:
    name = new_name()
    their_lease(engine, name, ends_in=50)
    with (
        somebodys_lock(engine, image, name, seconds_ago=3600),
        pytest.raises(Refused, match="process 4000000 on this-very-machine") as caught,
        locks.held(engine, name, image),
    ):
        pytest.fail("two hold it")
    assert "if it was killed, its lock is free after 1 min" in str(caught.value.hint)


def test_a_lock_that_was_just_taken_holds_until_its_holder_has_a_lease(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str]
) -> None:
    name = new_name()
    with (
        somebodys_lock(engine, image, name, seconds_ago=1),
        pytest.raises(Refused, match="on this-very-machine"),
    ):
        locks.refuse_if_held(engine, name)


@pytest.mark.parametrize(
    ("ends_in", "who"),
    [(-1, THEIRS), (50, "process 1 on this-very-machine (fedcba98)")],
    ids=["its lease is over", "only others work"],
)
def test_a_lock_that_nobody_holds_is_taken_over_however_long_the_environment_stays(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str], ends_in: float, who: str
) -> None:
    name = new_name()
    leases.renew(engine, name, 48 * 3600)
    their_lease(engine, name, ends_in=ends_in, who=who)
    with somebodys_lock(engine, image, name, seconds_ago=3600), locks.held(engine, name, image):
        (lock,) = engine.containers.list(all=True, filters=labels.ours(name, "lock"))
        assert lock.labels[labels.WHO] == holder.me()
