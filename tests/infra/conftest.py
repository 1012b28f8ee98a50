"""The laptop's stack and what its program registers; stacks brought up with the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from environments.docker_client import connect
from environments.loading import site_of, topology_of
from infra import healthchecks
from infra.programs import program
from infra.recorded import Recorded
from infra.recording import record
from infra.stack import Stack, described
from tests.infra import stacks as stacks_
from tests.infra.stacks import PASSPHRASE, Stacks


@pytest.fixture(scope="session")
def stack(root: Path) -> Stack:
    """The real laptop definition on the real laptop site."""
    return described(topology_of("laptop", beside=root).topology, site_of("laptop", beside=root))


@pytest.fixture(scope="session")
def recorded(stack: Stack) -> tuple[Recorded, ...]:
    """What the laptop's program registers."""
    return record(program(stack), stack="laptop")


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[docker.DockerClient]:
    """The Docker Engine of this machine."""
    client = connect()
    yield client
    client.close()


@pytest.fixture(scope="session")
def stacks(
    root: Path, docker_engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stacks]:
    """The command with the real engine, and a provider for Docker."""
    folder = stacks_.engine_folder(root)
    state = tmp_path_factory.mktemp("state")
    with stacks_.plugin() as attached, pytest.MonkeyPatch.context() as patch:
        patch.setattr(healthchecks, "INTERVAL", 0.5)  # half of the time would go by between two questions
        if folder:
            patch.setenv("PATH", str(folder), prepend=":")
        variables = {**attached, "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
        yield Stacks(client=docker_engine, state=state, variables=variables)
