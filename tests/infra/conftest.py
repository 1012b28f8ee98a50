"""The laptop's stack and what its program registers; small programs that declare what a test wants."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.loading import site_of, topology_of
from infra.programs import program
from infra.recorded import Recorded
from infra.recording import record
from infra.stack import Stack, described


@pytest.fixture(scope="session")
def stack(root: Path) -> Stack:
    """The real laptop definition on the real laptop site."""
    return described(topology_of("laptop", beside=root).topology, site_of("laptop", beside=root))


@pytest.fixture(scope="session")
def recorded(stack: Stack) -> tuple[Recorded, ...]:
    """What the laptop's program registers."""
    return record(program(stack), stack="laptop")
