"""Leases: a command that works takes nothing from a lease that somebody gave, before or meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

import docker
import pytest

from environments import holding, images
from environments.containers import leases
from environments.fleet import Fleet, connected
from tests.environments.commanding import eventually

pytestmark = pytest.mark.integration

LONG = 48 * 3600.0


@pytest.fixture
def image(engine: docker.DockerClient) -> str:
    return images.ensure(["python"], folders={}, client=engine, progress=images.silent)["python"].id


def left(engine: docker.DockerClient, name: str) -> float:
    """Seconds of the lease in force."""
    lease = leases.newest(engine, name)
    assert lease is not None
    return lease.until - time.time()


def alone(engine: docker.DockerClient) -> Fleet:
    """This machine, and no other."""
    return connected({"local": None}, engine)


def test_a_working_command_leaves_a_longer_lease_as_it_was(
    engine: docker.DockerClient, new_name: Callable[[], str], image: str
) -> None:
    name = new_name()
    given = leases.renew(engine, name, LONG)
    with leases.kept(engine, name, image):
        assert leases.newest(engine, name) == given
    holding.keep(alone(engine), name, image, 600)
    assert leases.newest(engine, name) == given


def test_a_lease_that_is_given_while_a_command_works_outlives_its_renewals(
    engine: docker.DockerClient, new_name: Callable[[], str], image: str
) -> None:
    name, began = new_name(), time.monotonic()
    with leases.kept(engine, name, image, seconds=3):
        holding.extend(alone(engine), name, image, LONG)
        eventually(lambda: time.monotonic() > began + 2.5, within=5, what="two renewals were due")
        assert left(engine, name) == pytest.approx(LONG, abs=30)


def test_a_longer_lease_that_comes_between_looking_and_renewing_stays(
    engine: docker.DockerClient, new_name: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = new_name()
    given: list[leases.Lease] = []

    def late(client: docker.DockerClient, instance: str) -> None:
        given.append(leases.renew(client, instance, LONG))

    monkeypatch.setattr(leases, "newest", late)
    leases.prolong(engine, name, 60)
    monkeypatch.undo()
    assert leases.newest(engine, name) == given[0]


def test_a_lease_says_whether_it_is_only_a_working_command_s(
    engine: docker.DockerClient, new_name: Callable[[], str], image: str
) -> None:
    name = new_name()
    with leases.kept(engine, name, image):
        found = leases.newest(engine, name)
        assert found is not None
        assert found.working
        assert not leases.given(engine, name), "nobody wants what only a command works on"
        holding.extend(alone(engine), name, image, 5)
        assert leases.given(engine, name), "even where the command's own lease lasts longer"
