"""A network that Docker Engine keeps by a fault of its own: told, and in nobody's way.

No engine miscounts at will, so its answer (from a run in which it did) is given in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import docker
import pytest
from docker.errors import APIError
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool

from environments import labels
from environments.containers import leases, removing
from environments.containers.removing import Miscounted
from tests.environments.commanding import left, run
from tests.environments.written import application, definition

pytestmark = pytest.mark.integration
MISCOUNTED = APIError("error while removing network: network x id 4d5e has active endpoints")


@pytest.fixture
def name(engine: docker.DockerClient, new_name: Callable[[], str]) -> str:
    """Of an environment that the reaper leaves alone for a minute."""
    given = new_name()
    leases.renew(engine, given, 60)
    return given


@pytest.fixture
def network(engine: docker.DockerClient, name: str) -> Iterator[Network]:
    """The network `back` of a former environment of that name, in a range that is no site's."""
    made = engine.networks.create(
        f"peakproof-{name}-back",
        internal=True,
        labels=labels.of(name, "network"),
        ipam=IPAMConfig(pool_configs=[IPAMPool(subnet="10.255.254.240/28")]),
    )
    yield made
    if made in engine.networks.list():
        made.remove()


def test_everything_else_goes_and_the_error_says_what_helps(
    engine: docker.DockerClient, name: str, network: Network
) -> None:
    engine.volumes.create(f"peakproof-{name}-data", labels=labels.of(name, "volume"))
    refusing = patch.object(Network, "remove", side_effect=MISCOUNTED)
    with refusing, patch.object(removing, "_LEAVING", 0), pytest.raises(Miscounted) as caught:
        removing.remove(engine, name)
    assert f"Docker Engine keeps network {network.name}" in caught.value.what
    assert caught.value.hint is not None
    assert "restart docker" in caught.value.hint
    kept = left(engine, name)
    assert len(kept) == 2, kept
    assert any("lease" in each for each in kept), "the reaper needs it to go on"
    assert f"peakproof-{name}-back" in kept


@pytest.mark.usefixtures("network")
def test_who_is_leaving_is_waited_for(engine: docker.DockerClient, name: str) -> None:
    with patch.object(Network, "remove", side_effect=[MISCOUNTED, MISCOUNTED, None]) as asked:
        removing.remove(engine, name)
    assert asked.call_count == 3


@pytest.mark.usefixtures("network")
def test_the_next_environment_of_that_name_stands(tmp_path: Path, name: str) -> None:
    path = definition(tmp_path, {"web": application("web")})
    up = run("env", "up", str(path), "--name", name)
    assert up.returncode == 0, up.stderr
