"""The swarm of three real hosts: all manage it, and one that is replaced takes the place of its name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest

from playbooks.reference import SITE
from tests.environments.commanding import eventually
from tests.playbooks.roles.trying import Played, Trial, trial

pytestmark = [pytest.mark.integration, pytest.mark.prove]


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with trial(tmp_path_factory.mktemp("swarm"), count=3) as made:
        played = configured(made)
        assert played.status == 0, played.said
        yield made


def configured(hosts: Trial) -> Played:
    return hosts.play_file(SITE, hosts.site, tags=("docker", "swarm"))


def nodes(hosts: Trial) -> dict[str, Mapping[str, str]]:
    """Host name -> what the first host's swarm says of it; a name that stands there twice fails."""
    first = next(iter(hosts.box.hosts))
    lines = hosts.on(first, "docker node ls --format '{{json .}}'").splitlines()
    found = {node["Hostname"]: node for node in map(json.loads, lines)}
    assert len(found) == len(lines)
    return found


def test_three_hosts_manage_one_swarm_and_stay_as_they_are(hosts: Trial) -> None:
    found = nodes(hosts)
    assert found.keys() == set(hosts.box.hosts)
    assert {node["Status"] for node in found.values()} == {"Ready"}
    assert sorted(node["ManagerStatus"] for node in found.values()) == ["Leader", "Reachable", "Reachable"]
    again = configured(hosts)
    assert (again.status, again.changed) == (0, 0), again.said


def test_a_bare_engine_takes_the_place_of_the_one_that_had_its_name(hosts: Trial) -> None:
    *_, last = hosts.box.hosts
    before = nodes(hosts)[last]["ID"]
    hosts.on(last, "systemctl stop docker.socket docker; rm -r /var/lib/docker/swarm; systemctl start docker")
    eventually(lambda: nodes(hosts)[last]["Status"] == "Down", within=60, what=f"{last} is missed")
    played = configured(hosts)
    assert played.status == 0, played.said
    after = nodes(hosts)[last]
    assert after["ID"] != before
    assert (after["Status"], after["ManagerStatus"]) == ("Ready", "Reachable")


def test_a_host_of_another_swarm_is_refused_and_nothing_there_is_touched(hosts: Trial) -> None:
    *_, last = hosts.box.hosts
    hosts.on(last, f"docker swarm leave --force; docker swarm init --advertise-addr {hosts.box.hosts[last]}")
    played = configured(hosts)
    assert played.status != 0
    assert f"{last} is in another swarm than" in played.said
    assert hosts.on(last, "docker node ls --format '{{.Hostname}}'").split() == [last]
