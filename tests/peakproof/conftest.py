"""Rehearsals that tests of this room share; all of them clean up, and that is checked."""

from __future__ import annotations

from collections.abc import Iterator

import docker
import pytest

from environments.containers import removing
from environments.docker_client import connect
from tests.peakproof.kiosks import Plan, SideBySide

FAR = "book p50 < 10s"
"""A latency limit that nothing comes near: it also lets arrivals be half a second late on a busy machine."""
FAULT = {"at": "2s", "kill": "till.any", "for": "1s"}

PLANS = {
    "sound": Plan(
        timeline=[FAULT],
        load={"duration": "12s"},
        slo=[FAR, "errors < 20%", "lost orders = 0", "recovery < 10s"],
    ),
    "lost": Plan(accept="acknowledges-before-commit-and-dies"),
    # A key in ten is never answered, which is an error of the client's; less than 1 % is promised unasked.
    "in-doubt": Plan(
        accept="commits-and-drops-the-reply", slo=["book p50 < 40s", "errors < 25%", "lost orders = 0"]
    ),
    "doubled": Plan(accept="processes-twice"),
    "oversold": Plan(accept="ignores-the-credit-limit"),
    "slow": Plan(
        accept="takes-its-time", load={"duration": "3s"}, slo=["book/seats p50 < 5s", "errors < 1%"]
    ),
    "overloaded": Plan(
        load={"journey": "book-the-hard-way", "also": [], "duration": "3s"}, slo=["errors < 1%"]
    ),
}


@pytest.fixture(scope="session")
def client() -> docker.DockerClient:
    return connect()


@pytest.fixture(scope="session")
def rehearsed(tmp_path_factory: pytest.TempPathFactory, client: docker.DockerClient) -> Iterator[SideBySide]:
    """The rehearsals in PLANS by name; what a broken one left is removed, after the tests have seen it."""
    running = SideBySide(tmp_path_factory.mktemp("kiosks"), PLANS)
    yield running
    running.end()
    for name in PLANS:
        for each in (running.environment(name), f"{running.environment(name)}_source"):
            removing.remove(client, each)
