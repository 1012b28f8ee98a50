"""One of three configured hosts dies under load: the others serve what it served, and no order is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.verdict import Status
from playbooks.sandbox import Sandbox
from tests.peakproof import kiosks, over_hosts

pytestmark = [pytest.mark.integration, pytest.mark.quiet, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def hosts() -> Iterator[Sandbox]:
    with over_hosts.hosts() as box:
        yield box


def test_a_lost_host_costs_no_order(hosts: Sandbox, tmp_path: Path) -> None:
    lost = {"at": "5s", "kill": "host.3", "for": "8s"}
    ran = kiosks.rehearse(over_hosts.plan(hosts, tmp_path, duration="25s", timeline=[lost]))
    assert (ran.results.verdict.status, ran.exit_code) == (Status.PASS, 0), ran.stderr
    (fault,) = ran.results.faults
    assert (fault.role, fault.node) == ("host.3", [*hosts.hosts][2])
    assert ran.broken == {}
