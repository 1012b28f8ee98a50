"""The reaper at work: what holds one environment does not hold the others, and is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import docker
import pytest
from docker.models.networks import Network

from environments import images, labels
from environments.containers import leases, reaper, removing
from foundation.errors import Refused
from tests.environments.commanding import eventually, left

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def image(engine: docker.DockerClient) -> str:
    return images.ensure(["python"], folders={}, client=engine)["python"].id


def network_of(engine: docker.DockerClient, instance: str) -> Network:
    """All that is there of an environment, beside its lease."""
    leases.renew(engine, instance, 60)
    tags = labels.of(instance, "network")
    return engine.networks.create(f"peakproof-{instance}-front", internal=True, labels=tags)


@contextmanager
def guest_in(engine: docker.DockerClient, image: str, network: str) -> Iterator[str]:
    """A container that is nobody's we know, in the network of an environment."""
    guest = engine.containers.run(image, ["sleep", "300"], detach=True, init=True, network=network)
    try:
        yield str(guest.name)
    finally:
        guest.remove(force=True, v=True)


def test_one_environment_that_cannot_be_removed_does_not_keep_the_others(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str]
) -> None:
    stuck, other = sorted((new_name(), new_name()))
    network = network_of(engine, stuck)
    with guest_in(engine, image, str(network.name)) as guest:
        network_of(engine, other)
        for name in (stuck, other):
            leases.renew(engine, name, 0)
        reaper.ensure(engine, image)
        eventually(lambda: left(engine, other) == [], within=30, what="the other is removed")
        assert network.name in left(engine, stuck)
        expected = f"cannot remove {stuck} yet: network {network.name} is used by {guest}"
        said = engine.containers.get(reaper.NAME).logs().decode().splitlines()
        assert said.count(expected) == 1, "named, and not again at every round"
    eventually(lambda: left(engine, stuck) == [], within=30, what="it goes once nothing is in the way")


def test_down_names_what_is_in_the_way(
    engine: docker.DockerClient, image: str, new_name: Callable[[], str]
) -> None:
    name = new_name()
    network = network_of(engine, name)
    with guest_in(engine, image, str(network.name)) as guest:
        with pytest.raises(Refused, match=f"{network.name} is used by {guest}") as caught:
            removing.remove(engine, name)
        assert f"docker network disconnect {network.name} {guest}" in str(caught.value.hint)
