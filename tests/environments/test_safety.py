"""What an environment must never do: reach out, be reached from outside, or touch what is not its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from ipaddress import IPv4Network

import docker
import pytest
from docker.models.containers import Container

from environments import images, labels
from environments.containers import leases, removing
from environments.containers.injecting import helper_for
from environments.containers.reaper import NAME as REAPER
from environments.faults.fault import AT_THE_ENGINE, Call, Fault
from foundation.errors import Refused
from tests.environments.commanding import eventually, left, run
from tests.environments.standing import Standing

pytestmark = pytest.mark.integration

# A question for the address of outside.example, as a resolver sends it.
QUESTION = "1234010000010000000000000" + "0000000" + "076f757473696465076578616d706c650000010001"


class Outside:
    """Something on this machine, outside every environment, that would like to be reached: TCP and DNS."""

    def __init__(self, stream: socket.socket, datagrams: socket.socket) -> None:
        self.tcp, self.udp = stream.getsockname()[1], datagrams.getsockname()[1]
        self.reached: list[str] = []
        self._stream, self._datagrams = stream, datagrams

    def accept(self) -> None:
        while True:
            try:
                connection, (address, _) = self._stream.accept()
            except OSError:
                return
            self.reached.append(f"tcp from {address}")
            connection.sendall(b"reached\n")
            connection.close()

    def answer(self) -> None:
        while True:
            try:
                question, asker = self._datagrams.recvfrom(512)
            except OSError:
                return
            if question:
                self.reached.append(f"dns from {asker[0]}")
                self._datagrams.sendto(b"answered\n", asker)


@pytest.fixture
def outside() -> Iterator[Outside]:
    with ExitStack() as stack:
        # On all addresses, as a careless database of this machine would listen.
        stream = stack.enter_context(socket.create_server(("0.0.0.0", 0)))  # noqa: S104 - that is the point
        datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        datagrams.bind(("0.0.0.0", 0))  # noqa: S104
        listener = Outside(stream, datagrams)
        threads = [threading.Thread(target=work) for work in (listener.accept, listener.answer)]
        for thread in threads:
            thread.start()
        yield listener
        stream.shutdown(socket.SHUT_RDWR)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wake:
            datagrams.close()
            wake.sendto(b"", ("127.0.0.1", listener.udp))
        for thread in threads:
            thread.join(5)


@pytest.fixture
def bystander(engine: docker.DockerClient) -> Iterator[Container]:
    """An ordinary container on Docker's own bridge: what reaches out from there must not from a node."""
    image = images.ensure(["python"], folders={}, client=engine)["python"].id
    container = engine.containers.run(image, ["sleep", "300"], detach=True, init=True)
    yield container
    container.remove(force=True, v=True)


def bridge_address(bystander: Container) -> str:
    """The address of this machine on Docker's own bridge."""
    bystander.reload()
    return str(bystander.attrs["NetworkSettings"]["Gateway"])


def reaches(container: Container, protocol: str, address: str, port: int) -> bool:
    """Whether something there answers the container, asked with what every image of ours has: bash."""
    question = "".join(f"\\x{QUESTION[at : at + 2]}" for at in range(0, len(QUESTION), 2))
    connect = f"exec 3<>/dev/{protocol}/{address}/{port}"
    ask = f"{connect} && printf '{question}' >&3 && read -r -N 1 -t 1 answer <&3 && test \"$answer\""
    return container.exec_run(["timeout", "2", "bash", "-c", ask])[0] == 0


def test_an_ordinary_container_reaches_out(bystander: Container, outside: Outside) -> None:
    """The proof that the next test can fail."""
    bridge = bridge_address(bystander)
    assert reaches(bystander, "tcp", bridge, outside.tcp)
    assert reaches(bystander, "udp", bridge, outside.udp)
    assert len(outside.reached) == 2


def at_once(questions: Iterable[Callable[[], bool]]) -> list[bool]:
    """The answers to questions of which most are answered by nothing but a time-out."""
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda question: question(), questions))


def test_a_packet_and_a_dns_query_out_are_dropped(
    bystander: Container, shop: Standing, outside: Outside
) -> None:
    bridge, nodes = bridge_address(bystander), shop.attach().nodes
    asked = {
        f"{node} by {protocol}": partial(reaches, nodes[node].get_wrapped_container(), protocol, bridge, port)
        for node in ("web-1", "front-1", "store-1", "door-1")
        for protocol, port in (("tcp", outside.tcp), ("udp", outside.udp))
    }
    answered = dict(zip(asked, at_once(asked.values()), strict=True))
    assert [who for who, reached in answered.items() if reached] == []
    assert outside.reached == []


def test_a_node_reaches_no_address_of_the_machine_on_its_own_networks(
    shop: Standing, outside: Outside
) -> None:
    environment = shop.attach()
    subnets = [IPv4Network(environment.instance.subnets[name]) for name in ("front", "back")]
    container = environment.nodes["web-1"].get_wrapped_container()
    machine = [str(subnet.network_address + 1) for subnet in subnets]
    assert not any(at_once(partial(reaches, container, "tcp", address, outside.tcp) for address in machine))
    assert outside.reached == []


def test_the_door_reaches_nothing_of_the_machine_at_its_edge(
    engine: docker.DockerClient, shop: Standing, outside: Outside
) -> None:
    """The machine has an address there, from which Docker's proxy brings connections in."""
    edge = IPv4Network(shop.attach().instance.subnets["edge"])
    machine = str(edge.network_address + 1)
    addresses = [network.attrs for network in engine.networks.list(names=[f"peakproof-{shop.name}-edge"])]
    assert addresses[0]["IPAM"]["Config"][0]["Subnet"] == str(edge)
    door = shop.attach().nodes["door-1"].get_wrapped_container()
    ports = {"tcp": outside.tcp, "udp": outside.udp}
    assert not any(at_once(partial(reaches, door, by, machine, port) for by, port in ports.items()))
    assert outside.reached == []


def answers(container: Container, address: str, port: int) -> bool:
    """Whether a connection is accepted."""
    connect = f"exec 3<>/dev/tcp/{address}/{port}"
    return container.exec_run(["timeout", "2", "bash", "-c", connect])[0] == 0


def test_no_node_reaches_another_network_through_the_door(shop: Standing) -> None:
    environment = shop.attach()
    names = [endpoint.name for endpoint in environment.instance.topology.endpoints]
    inside = environment.nodes["front-1"].get_wrapped_container()
    door = environment.nodes["door-1"].get_wrapped_container()
    door.reload()
    joined = door.attrs["NetworkSettings"]["Networks"]
    at_front = joined[f"peakproof-{shop.name}-front"]["IPAddress"]
    at_edge = joined[f"peakproof-{shop.name}-edge"]["IPAddress"]
    ports = [10_000 + number for number in range(len(names))]
    assert all(answers(door, at_edge, port) for port in ports), "it listens there"
    assert not any(
        at_once(partial(answers, inside, at, port) for at in (at_front, at_edge) for port in ports)
    )


def test_a_name_outside_is_not_known_and_nobody_is_asked(shop: Standing) -> None:
    containers = [shop.attach().nodes[node].get_wrapped_container() for node in ("web-1", "door-1")]

    def unknown(container: Container) -> bool:
        return container.exec_run(["timeout", "20", "getent", "hosts", "outside.example"])[0] == 2

    assert all(at_once(partial(unknown, container) for container in containers))
    for container in containers:
        assert container.exec_run(["getent", "hosts", "web"])[0] == 0, "names inside are known"
        assert container.attrs["HostConfig"]["Dns"] == ["127.0.0.1"], "where nothing listens"


def test_the_name_of_a_node_that_is_down_is_unknown_at_once(shop: Standing) -> None:
    """Docker 20.10 would ask outside for it, and a client that reconnects would wait 10 s for each try."""
    container = shop.attach().nodes["web-1"].get_wrapped_container()
    assert container.exec_run(["timeout", "4", "getent", "hosts", "nobody-1"])[0] == 2


def test_every_network_but_the_doors_is_internal(engine: docker.DockerClient, shop: Standing) -> None:
    networks = engine.networks.list(filters={"label": [f"{labels.INSTANCE}={shop.name}"]})
    internal = {str(network.name).rpartition("-")[2]: network.attrs["Internal"] for network in networks}
    assert internal == {"edge": False, "front": True, "back": True}


def test_no_node_has_more_rights_than_it_needs(shop: Standing) -> None:
    for node in shop.attach().nodes.values():
        host = node.get_wrapped_container().attrs["HostConfig"]
        assert host["CapDrop"] == ["ALL"]
        assert not host["CapAdd"] or node.node.name == "door-1"
        assert not host["Privileged"]
        assert "no-new-privileges" in host["SecurityOpt"]
        assert not host["Binds"] or all("/var/run" not in bind for bind in host["Binds"])
        assert 0 < host["Memory"] == host["MemorySwap"]


def test_what_the_door_runs_has_no_right_left(shop: Standing) -> None:
    """It begins with those that setting its rules needs."""
    door = shop.attach().nodes["door-1"].get_wrapped_container()
    every = (
        "for one in /proc/[0-9]*; do [[ $(<$one/comm) != haproxy ]] || "
        'grep -h "Cap\\(Eff\\|Prm\\)\\|Uid" $one/status; done'
    )
    status, said = door.exec_run(["bash", "-c", every], user="904")
    assert isinstance(said, bytes)
    assert status == 0, said
    lines = [line.split() for line in said.decode().splitlines()]
    assert {line[0] for line in lines} == {"Uid:", "CapEff:", "CapPrm:"}
    assert {line[1] for line in lines} == {"904", "0000000000000000"}


@contextmanager
def owned_by_infra(engine: docker.DockerClient, instance: str) -> Iterator[list[str]]:
    """A container, a network and a volume that belong to `infra` under the same name."""
    tags = {labels.OWNER: "infra", labels.INSTANCE: instance, labels.KIND: "node", labels.NODE: "web-1"}
    image = images.ensure(["python"], folders={}, client=engine)["python"].id
    container = engine.containers.run(
        image, ["sleep", "300"], detach=True, labels=tags, init=True, network_mode="none"
    )
    network = engine.networks.create(f"{instance}-infra", labels=tags, internal=True)
    volume = engine.volumes.create(f"{instance}-infra", labels=tags)
    try:
        yield left(engine, instance)
    finally:
        container.remove(force=True, v=True)
        network.remove()
        volume.remove()


def test_down_and_the_reaper_leave_what_infra_owns(
    engine: docker.DockerClient, shop: Standing, new_name: Callable[[], str]
) -> None:
    assert shop.name, "something stands, so the reaper is there"
    name = new_name()
    with owned_by_infra(engine, name) as theirs:
        assert len(theirs) == 3
        down = run("env", "down", name)
        assert "nothing was there" in down.stderr
        assert name not in run("env", "list").stderr
        # A lapsed lease of the same name: the reaper has been by when that is gone.
        lapsed = f"peakproof-{name}-lease-1"
        engine.volumes.create(lapsed, labels=labels.of(name, "lease", until="1"))
        assert engine.containers.get(REAPER).status == "running"
        eventually(lambda: lapsed not in left(engine, name), within=20, what="the reaper removed the lease")
        assert left(engine, name) == theirs
        removing.remove(engine, name)
        assert left(engine, name) == theirs


def test_faults_go_only_to_nodes_of_the_environment(engine: docker.DockerClient, shop: Standing) -> None:
    environment = shop.attach()
    door = environment.nodes["door-1"].get_wrapped_container()
    with pytest.raises(Refused, match="door-1 is not a node"):
        helper_for(engine, a_kill_of(str(door.name)), instance=shop.name, image="python")
    door.reload()
    assert door.status == "running"


def a_kill_of(container: str) -> Fault:
    call = Call(path=f"/containers/{container}/kill")
    return Fault(name="kill", container=container, post=AT_THE_ENGINE, apply=call, undo=call)


@pytest.mark.parametrize("owner", ["infra", "another environment", "nobody"])
def test_a_container_that_is_not_ours_is_never_a_target(
    engine: docker.DockerClient, shop: Standing, new_name: Callable[[], str], owner: str
) -> None:
    other = new_name()
    leases.renew(engine, other, 60)
    tags = {
        "infra": {**labels.of(shop.name, "node", node="web-9"), labels.OWNER: "infra"},
        "another environment": labels.of(other, "node", node="web-1"),
        "nobody": {},
    }[owner]
    image = images.ensure(["python"], folders={}, client=engine)["python"].id
    target = engine.containers.run(
        image, ["sleep", "300"], detach=True, labels=tags, init=True, network_mode="none"
    )
    try:
        with pytest.raises(Refused) as caught:
            helper_for(engine, a_kill_of(str(target.name)), instance=shop.name, image=image)
        assert caught.value.exit_code == 5
        target.reload()
        assert target.status == "running"
    finally:
        target.remove(force=True, v=True)
