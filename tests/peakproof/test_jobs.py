"""Where the load of a rehearsal goes: inside, or to the address at which a site's hosts are reached."""

from __future__ import annotations

from pathlib import Path

import docker
import pytest

from environments.environment import Environment
from environments.fleet import Fleet
from infra.stack import described
from peakproof import jobs, season
from peakproof.season import Season


def client(name: str) -> docker.DockerClient:
    """A client that never connects."""
    return docker.DockerClient(base_url=f"unix:///nowhere/{name}.sock", version="1.41")


def standing(loaded: Season) -> Environment:
    """The season's environment as it would stand."""
    home = client("home")
    engines = {host: client(host) if url else home for host, url in loaded.site.engines.items()}
    return Environment(described(loaded.topology, loaded.site).instance, {}, Fleet(home=home, hosts=engines))


@pytest.fixture
def host_loss(root: Path) -> Season:
    return season.load("host-loss", beside=root)


def test_on_hosts_elsewhere_load_goes_to_the_address_that_moves_and_nowhere_else(host_loss: Season) -> None:
    target = standing(host_loss)
    job = jobs.job_of(host_loss, "run", target)
    assert job.target == f"http://10.232.0.100:{target.instance.ports['balancer']}"
    assert job.allowed == ("10.232.0.100",)


def test_on_this_machine_it_goes_inside(root: Path) -> None:
    laptop = season.load("laptop", beside=root)
    target = standing(laptop)
    job = jobs.job_of(laptop, "run", target)
    assert job.target == "http://balancer:8000"
    assert set(job.allowed) == set(target.instance.subnets.values())


def test_the_season_of_a_lost_host_hits_one_with_application_nodes_alone(host_loss: Season) -> None:
    (fault,) = host_loss.faults
    placement = described(host_loss.topology, host_loss.site).instance.placement
    there = {node.rpartition("-")[0] for node, host in placement.items() if host == fault.node}
    assert there == {"api", "relay", "worker", "door"}


def test_each_host_of_the_box_has_application_nodes(host_loss: Season) -> None:
    placement = described(host_loss.topology, host_loss.site).instance.placement
    assert {host for node, host in placement.items() if node.startswith("api-")} == {
        "box-1",
        "box-2",
        "box-3",
    }
