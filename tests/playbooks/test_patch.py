"""Updates of hosts that form a swarm: one after the other, and only while others serve what runs there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest

from playbooks.specs import ROLES
from tests.environments.commanding import eventually
from tests.playbooks.roles import upgradable
from tests.playbooks.roles.serving import DOCKER, HEALTH, IMAGE, LISTENER
from tests.playbooks.roles.trying import Played, Trial, trial

pytestmark = [pytest.mark.integration, pytest.mark.prove]

PATCH = ROLES.parent / "patch.yml"


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """Two hosts of a swarm, on each a node of the service `web` and a package that has a newer version."""
    with trial(tmp_path_factory.mktemp("patch"), count=2) as made:
        first, second = made.box.hosts
        for host in made.box.hosts:
            made.on(host, DOCKER)
            made.on(host, "apt-get -yq dist-upgrade >/dev/null")
            made.on(host, IMAGE)
            upgradable.make(made, host)
        made.on(first, f"docker swarm init --advertise-addr {made.box.hosts[first]}")
        token = made.on(first, "docker swarm join-token -q worker").strip()
        made.on(second, f"docker swarm join --token {token} {made.box.hosts[first]}:2377")
        made.on(first, "docker network create --driver overlay --attachable --internal inside")
        run(made, first, "web-1")
        run(made, second, "web-2")
        yield made


def run(hosts: Trial, host: str, node: str) -> None:
    labels = f"--label peakproof.kind=node --label peakproof.instance=shop --label peakproof.node={node}"
    health = f'--health-cmd "{HEALTH}" --health-interval 1s'
    name = f"docker run --init --detach --name {node} --network inside {labels} {health}"
    hosts.on(host, f"{name} server /usr/bin/perl -e '{LISTENER}'")
    eventually(lambda: healthy(hosts, host, node), within=30, what=f"{node} is healthy")


def inspected(hosts: Trial, host: str, node: str) -> Mapping[str, object]:
    state: Mapping[str, object] = json.loads(
        hosts.on(host, "docker inspect --format '{{json .State}}' " + node)
    )
    return state


def healthy(hosts: Trial, host: str, node: str) -> bool:
    health = inspected(hosts, host, node)["Health"]
    return isinstance(health, dict) and health["Status"] == "healthy"


def patched(hosts: Trial, *, check: bool = False) -> Played:
    return hosts.play_file(PATCH, hosts.site, check=check)


def test_a_service_with_all_its_nodes_on_one_host_is_not_stopped(hosts: Trial) -> None:
    first, second = hosts.box.hosts
    run(hosts, second, "store-1")
    before = [inspected(hosts, first, "web-1"), inspected(hosts, second, "store-1")]
    played = patched(hosts)
    assert played.status != 0
    assert f"while {second} is patched nobody serves shop/store" in played.said
    assert [upgradable.version(hosts, host) for host in hosts.box.hosts] == ["1 install ok installed"] * 2
    after = [inspected(hosts, first, "web-1"), inspected(hosts, second, "store-1")]
    assert [each["StartedAt"] for each in after] == [each["StartedAt"] for each in before]
    hosts.on(second, "docker rm --force store-1")


def test_a_check_says_what_is_to_be_upgraded_and_changes_nothing(hosts: Trial) -> None:
    first = next(iter(hosts.box.hosts))
    before = inspected(hosts, first, "web-1")
    played = patched(hosts, check=True)
    assert played.status == 0, played.said
    assert played.changed > 0
    assert f"{first}: 1 packages to upgrade: probe" in played.said
    assert upgradable.version(hosts, first) == "1 install ok installed"
    assert inspected(hosts, first, "web-1")["StartedAt"] == before["StartedAt"]


def test_the_first_host_that_fails_is_the_last_and_serves_again(hosts: Trial) -> None:
    first, second = hosts.box.hosts
    hosts.on(first, f"touch {upgradable.FAILS}")
    untouched = inspected(hosts, second, "web-2")["StartedAt"]
    played = patched(hosts)
    hosts.on(first, f"rm {upgradable.FAILS}")
    assert played.status != 0
    assert upgradable.version(hosts, second) == "1 install ok installed"
    assert inspected(hosts, second, "web-2")["StartedAt"] == untouched
    assert healthy(hosts, first, "web-1"), "a host whose upgrade failed serves all the same"
    assert "drain" not in hosts.on(first, "docker node ls --format '{{.Availability}}'").lower()


def test_hosts_are_patched_one_after_the_other_and_serve_again(hosts: Trial) -> None:
    first, second = hosts.box.hosts
    played = patched(hosts)
    assert played.status == 0, played.said
    assert [upgradable.version(hosts, host) for host in hosts.box.hosts] == ["2 install ok installed"] * 2
    one, other = inspected(hosts, first, "web-1"), inspected(hosts, second, "web-2")
    assert healthy(hosts, first, "web-1")
    assert healthy(hosts, second, "web-2")
    assert str(one["StartedAt"]) < str(other["FinishedAt"]), "both were down at once"
    assert "drain" not in hosts.on(first, "docker node ls --format '{{.Availability}}'").lower()


def test_a_host_with_nothing_to_upgrade_is_left_alone(hosts: Trial) -> None:
    first = next(iter(hosts.box.hosts))
    before = inspected(hosts, first, "web-1")["StartedAt"]
    played = patched(hosts)
    assert (played.status, played.changed) == (0, 0), played.said
    assert inspected(hosts, first, "web-1")["StartedAt"] == before


def test_what_an_interrupted_run_stopped_is_started_by_the_next(hosts: Trial) -> None:
    first = next(iter(hosts.box.hosts))
    hosts.on(first, "peakproof-containers stop")
    assert inspected(hosts, first, "web-1")["Status"] == "exited"
    played = patched(hosts)
    assert played.status == 0, played.said
    assert healthy(hosts, first, "web-1")
