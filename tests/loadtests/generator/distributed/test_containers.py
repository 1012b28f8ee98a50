"""Workers in containers on a network of their own, their master outside: one load, whatever happens."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from docker.client import DockerClient
from docker.models.containers import Container
from docker.models.networks import Network

from environments.docker_client import connect
from environments.images import ensure, silent
from loadtests.judging import measurements
from loadtests.judging.measurements import Measurements
from loadtests.judging.validity import findings
from loadtests.local import generate
from loadtests.planning.job import Job
from loadtests.planning.locustfile import Locust
from loadtests.recording.ledger import Intent, Settled
from loadtests.recording.progress import Event, Note, Progress
from tests.loadtests.conftest import HERE, Loader, RunningShop, until

pytestmark = pytest.mark.integration
LOCUSTFILE = HERE / "generator" / "locustfiles" / "locustfile.py"


@dataclass
class Machines:
    """Containers that stand for other machines: a shop, and workers as they are asked for."""

    client: DockerClient
    image: str
    network: Network
    root: Path
    started: list[Container] = field(default_factory=list)

    @property
    def subnet(self) -> str:
        return str(self.network.attrs["IPAM"]["Config"][0]["Subnet"])

    @property
    def gateway(self) -> str:
        """This machine, as the containers see it."""
        return str(self.network.attrs["IPAM"]["Config"][0]["Gateway"])

    def start(self, *command: str) -> Container:
        container = self.client.containers.run(
            self.image, ["python3", "-u", *command], detach=True, network=self.network.name, init=True,
            environment={"PYTHONPATH": "/code"}, cap_drop=["ALL"], cap_add=["SYS_NICE"],
            volumes={str(self.root / name): {"bind": f"/code/{name}", "mode": "ro"}
                     for name in ("loadtests", "foundation", "peakproof", "tests")},
        )  # fmt: skip
        self.started.append(container)
        return container

    def shop(self) -> str:
        """The URL of a shop on their network."""
        container = self.start("/code/tests/loadtests/shop.py", "8080", "/tmp/books", "{}", "0.0.0.0")  # noqa: S104
        until(lambda: b"8080" in container.logs())
        container.reload()
        address = container.attrs["NetworkSettings"]["Networks"][self.network.name]["IPAddress"]
        return f"http://{address}:8080"

    def worker(self, master: str) -> Container:
        return self.start("-m", "loadtests.generator", "--join", master)


@pytest.fixture(scope="module")
def machines(root: Path) -> Iterator[Machines]:
    client = connect()
    image = ensure(["generator"], folders={}, client=client, progress=silent)["generator"].id
    network = client.networks.create(f"peakproof-test-workers-{socket.gethostname()}", driver="bridge")
    network.reload()
    here = Machines(client=client, image=image, network=network, root=root)
    try:
        yield here
    finally:
        for container in here.started:
            container.remove(force=True, v=True)
        network.remove()


def led(machines: Machines, job: Job, listen: Callable[[Event], None] = lambda _: None) -> Measurements:
    """Runs a job on as many workers as it has processes, each in a container; its master is here."""
    with socket.create_server((machines.gateway, 0)) as free:
        port = free.getsockname()[1]
    master = f"{machines.gateway}:{port}"

    def hear(event: Event) -> None:
        if isinstance(event, Note) and event.text.startswith("waiting for"):
            for _ in range(job.processes):
                machines.worker(master)
        listen(event)

    generate(job, hear, ("--listen", master))
    return measurements.read(Path(job.output))


def contents(measured: Measurements) -> dict[str, str]:
    return {entry.key: entry.content for entry in measured.ledger() if isinstance(entry, Intent)}


def test_two_workers_do_what_one_process_does_and_nothing_is_lost_on_the_way(
    machines: Machines, loader: Loader, shop: Callable[..., RunningShop], tmp_path: Path
) -> None:
    here = loader.job(shop().url, "order", rate=100, duration=2, spacing="poisson")
    single = loader.run(here)
    there = replace(
        here, target=machines.shop(), allowed=(machines.subnet,), processes=2, output=str(tmp_path / "there")
    )
    measured = led(machines, there)
    assert contents(measured) == contents(single) != {}
    assert sum(isinstance(entry, Settled) for entry in measured.ledger()) == len(contents(single))
    assert measured.totals("order").completed == measured.histogram("order").total == len(contents(single))
    assert {found.schedule for found in measured.summaries} == {single.summaries[0].schedule}
    assert [found.worker for found in measured.summaries] == [0, 1]
    assert measured.crew is not None
    assert len({worker.host for worker in measured.crew.workers}) == 2
    assert all(abs(worker.worst.ahead) < 1_000_000 for worker in measured.crew.workers), "the same clock"
    assert {f.name for f in findings(measured) if not f.holds} <= {"arrivals on time"}


def test_a_closed_load_is_locusts_own_distributed_mode(
    machines: Machines, loader: Loader, tmp_path: Path
) -> None:
    asked = loader.job(machines.shop(), "locustfile", duration=2, processes=2, journeys=LOCUSTFILE)
    options = ("--exclude-tags", "wrong", "foreign")
    driven = Locust(model="closed", users=10, spawn_rate=100, arguments=options)
    measured = led(machines, replace(asked, locust=driven, allowed=(machines.subnet,), web=0))
    requests = [sum(totals["dispatched"] for totals in found.totals.values()) for found in measured.summaries]
    assert len(requests) == 2
    assert all(count > 20 for count in requests), "each worker had some of the users"
    assert measured.totals().completed == sum(requests) == measured.histogram("locustfile").total
    assert measured.crew is not None
    assert measured.crew.exit_code == 0, "the file's own verdict is that on the master"
    log = (tmp_path / "out" / "generator.log").read_text()
    assert '"Checker"' in log, "Locust's master gave out its users"
    assert [f.name for f in findings(measured) if not f.holds] == []


@pytest.mark.prove
def test_a_worker_that_dies_makes_the_run_invalid_and_counts_nothing_twice(
    machines: Machines, loader: Loader
) -> None:
    def kill(event: Event) -> None:
        if isinstance(event, Progress) and event.second == 2:
            machines.started[-1].kill()

    asked = loader.job(machines.shop(), "order", rate=60, duration=6, processes=2)
    measured = led(machines, replace(asked, allowed=(machines.subnet,)), kill)
    broken = {finding.name: finding for finding in findings(measured) if not finding.holds}
    assert {"generators ended well", "every arrival sent or turned away"} <= set(broken)
    assert broken["generators ended well"].observed == "1 of 2"
    assert len(measured.summaries) == 1
    assert measured.totals("order").dispatched == 180, "the share of the other, whole, and once"
    workers = json.loads((Path(asked.output) / "workers.json").read_text())["workers"]
    assert [bool(worker["after"]) for worker in workers].count(True) == 1
