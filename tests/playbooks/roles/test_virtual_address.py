"""The virtual address on two real hosts: one has it, who answers is preferred, a dead one loses it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.environments.commanding import eventually
from tests.playbooks.roles.trying import Trial, trial

pytestmark = [pytest.mark.integration, pytest.mark.prove]

TAKEN_OVER = 3.0  # seconds: three lost signs of life of 0.5 s, and as much again for a busy machine
LISTEN = "systemd-run --quiet --unit entry python3 -m http.server --bind {address} 8080"


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with trial(tmp_path_factory.mktemp("virtual-address"), count=2) as made:
        played = made.play("virtual_address", {})
        assert played.status == 0, played.said
        again = made.play("virtual_address", {})
        assert (again.status, again.changed) == (0, 0), again.said
        yield made


def holders(hosts: Trial, among: tuple[str, ...]) -> list[str]:
    """The hosts that have the address just now."""
    address = str(hosts.box.virtual_address)
    return [host for host in among if address in hosts.on(host, "ip -4 -oneline address show dev eth0")]


def test_one_host_has_the_address_and_the_one_that_answers_gets_it(hosts: Trial) -> None:
    everybody = tuple(hosts.box.hosts)
    eventually(lambda: len(holders(hosts, everybody)) == 1, within=15, what="one host has the address")
    (holder,) = holders(hosts, everybody)
    (other,) = set(everybody) - {holder}
    hosts.on(other, LISTEN.format(address=hosts.box.virtual_address))
    eventually(
        lambda: holders(hosts, everybody) == [other], within=15, what=f"{other}, which listens, has it"
    )


def test_when_its_host_is_gone_the_other_has_it_in_seconds(hosts: Trial) -> None:
    everybody = tuple(hosts.box.hosts)
    eventually(lambda: len(holders(hosts, everybody)) == 1, within=15, what="one host has the address")
    (holder,) = holders(hosts, everybody)
    rest = tuple(host for host in everybody if host != holder)
    subprocess.run(["docker", "kill", hosts.box.container(holder)], check=True, capture_output=True)
    lost = time.monotonic()
    eventually(lambda: holders(hosts, rest) != [], within=15, what="another host has the address")
    assert time.monotonic() - lost < TAKEN_OVER
