"""A host with application nodes dies under load, ten times: new orders recover in time, and none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from environments.containers.sandboxed import SANDBOX
from foundation.verdict import Status
from peakproof import results
from tests.environments import commanding

pytestmark = [pytest.mark.prove, pytest.mark.integration, pytest.mark.quiet]
MINUTE = 60.0


@pytest.fixture(scope="module")
def configured() -> Iterator[None]:
    """The site in a box, made and configured; gone again unless it was there before."""
    client = docker.from_env()
    there = client.containers.list(filters={"label": f"{SANDBOX}=box"})
    for command in (("sandbox", "up"), ("configure", "box")):
        done = commanding.run("hosts", *command, within=30 * MINUTE)
        assert done.returncode == 0, done.stderr
    yield
    if not there:
        commanding.run("hosts", "sandbox", "down", within=5 * MINUTE)


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("round_", range(1, 11))
def test_a_lost_host_costs_no_order_and_is_recovered_from(tmp_path: Path, root: Path, round_: int) -> None:
    out = tmp_path / "report"
    plan = root / "seasons" / "host-loss.yaml"
    ran = commanding.run("rehearse", str(plan), "--out", str(out), within=15 * MINUTE)
    found = results.read(out / results.FILE)
    assert (found.verdict.status, ran.returncode) == (Status.PASS, 0), f"round {round_}: {ran.stderr}"
    (fault,) = found.faults
    assert (fault.role, fault.node) == ("host.3", "box-3")
    assert fault.recovery is not None
    assert fault.recovery < 15
    assert found.conservation is not None
    assert found.conservation.bad == ()
