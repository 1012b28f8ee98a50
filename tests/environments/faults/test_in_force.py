"""Faults in force on real containers: each is seen by what it does, undone, and seen gone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import docker
import pytest
from docker.models.containers import Container
from pydantic import TypeAdapter

from environments import faults_commands, images
from environments.containers import capable
from environments.containers.aimed import AimedFault
from environments.containers.injecting import Tools
from environments.faults import FAULTS, AnyFault, capabilities
from environments.faults.kind import FaultOptions
from tests.environments import commanding
from tests.environments.commanding import eventually
from tests.environments.standing import Standing

pytestmark = pytest.mark.integration

LINE: TypeAdapter[FaultOptions] = TypeAdapter(AnyFault)
Making = Callable[..., AimedFault]


@pytest.fixture(scope="module")
def tools(engine: docker.DockerClient) -> Tools:
    built = images.ensure(["python", "faults"], folders={}, client=engine)
    lacking = capable.lacking(engine, built["faults"].id)
    can = frozenset(capabilities.CAPABILITIES) - lacking.keys()
    return Tools(images={name: image.id for name, image in built.items()}, can=can)


@pytest.fixture
def fault(shop: Standing, tools: Tools) -> Iterator[Making]:
    """Makes a fault ready, as a line of a timeline; it is ended after the test, whatever came."""
    made: list[AimedFault] = []

    def make(written: dict[str, object], *nodes: str, can: frozenset[str] = tools.can) -> AimedFault:
        options = LINE.validate_python({"at": "0s", **written})
        made.append(shop.attach().fault(options, nodes or (options.target,), replace(tools, can=can)))
        return made[-1]

    yield make
    for each in made:
        each.end()
        each.discard()


@pytest.fixture
def target(shop: Standing) -> Container:
    container = shop.attach().nodes["web-1"].get_wrapped_container()
    assert container.status == "running"
    return container


@pytest.fixture
def other(shop: Standing) -> Container:
    """The target's fellow."""
    return shop.attach().nodes["web-2"].get_wrapped_container()


def state(container: Container) -> str:
    container.reload()
    return str(container.status)


def helpers(engine: docker.DockerClient, shop: Standing) -> dict[str, Container]:
    wanted = [f"peakproof.instance={shop.name}", "peakproof.kind=fault"]
    found = engine.containers.list(all=True, filters={"label": wanted}, ignore_removed=True)
    return {str(each.id): each for each in found}


def did(fault: AimedFault) -> list[str]:
    return [moment.did for moment in fault.moments()]


def applied(fault: AimedFault) -> AimedFault:
    fault.apply()
    eventually(lambda: did(fault), within=15, what="the helper said what it did")
    assert did(fault) == ["applied"], fault.moments()
    return fault


def test_a_kill_is_sigkill_and_the_target_is_started_again_when_the_fault_ends(
    fault: Making, target: Container
) -> None:
    ready = fault({"kill": "web-1"})
    assert state(target) == "running", "a fault that is only prepared does nothing"
    applied(ready)
    assert state(target) == "exited"
    assert target.attrs["State"]["ExitCode"] == 137
    died = datetime.fromisoformat(target.attrs["State"]["FinishedAt"]).timestamp()
    ready.end()
    assert state(target) == "running", "undone when `end` returns"
    began, ended = ready.moments()
    assert began.at < died * 1e9 < ended.at, "what it did to clients is counted from when it struck"
    assert ready.died_at is None
    ready.end()
    assert state(target) == "running", "ending twice is fine"


def test_a_stop_lets_the_target_end_by_itself(fault: Making, target: Container) -> None:
    ready = applied(fault({"stop": "web-1", "grace": "9s"}))
    assert state(target) == "exited"
    assert target.attrs["State"]["ExitCode"] != 137, "SIGTERM was enough"
    ready.end()
    assert state(target) == "running"


def test_a_pause_freezes_for_its_time_and_loses_nothing(fault: Making, target: Container) -> None:
    ready = applied(fault({"pause": "web-1", "for": "1s"}))
    began = target.attrs["State"]["StartedAt"]
    eventually(lambda: did(ready) == ["applied", "undone"], within=15, what="it went on by itself")
    assert state(target) == "running"
    assert target.attrs["State"]["StartedAt"] == began, "the same process"
    first, last = ready.moments()
    assert 1e9 <= last.at - first.at < 6e9


CONNECT = """
import socket, sys, time
began = time.monotonic()
with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=0.7) as stream:
    connected = time.monotonic() - began
    stream.sendall(b"GET /ready HTTP/1.0\\r\\n\\r\\n")
    stream.recv(1)
print(connected)
"""


def connected(container: Container, host: str, port: int) -> float | None:
    """Seconds until a container was connected to a port; None: it never was."""
    status, said = ran(container, CONNECT, host, str(port))
    return float(said) if status == 0 else None


def ran(container: Container, program: str, *arguments: str) -> tuple[int, str]:
    """The status of a Python program in a container, and what it said."""
    status, said = container.exec_run(["python3", "-c", program, *arguments])
    assert isinstance(said, bytes)
    return int(status or 0), said.decode()


HEARD = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
    listening.bind(("", 9010))
    listening.settimeout(1)
    listening.recv(1)
"""
SAID = """
import socket, sys, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaking:
    for _ in range(24):
        try:
            speaking.sendto(b"x", (sys.argv[1], 9010))
        except PermissionError:  # what the kernel says of a packet that rules drop
            pass
        time.sleep(0.05)
"""


def hears(listener: Container, speaker: Container) -> bool:
    """Whether datagrams of one container come to the other."""
    host = str(listener.attrs["Config"]["Hostname"])
    with ThreadPoolExecutor(1) as pool:
        speaking = pool.submit(ran, speaker, SAID, host)
        heard = ran(listener, HEARD)[0] == 0
        speaking.result()
    return heard


@pytest.mark.parametrize(
    ("written", "hears_other", "heard_by_other", "store"),
    [
        ({}, False, False, False),
        ({"from": "web", "direction": "in"}, False, True, True),
        ({"from": ["web-2"], "direction": "out"}, True, False, True),
    ],
    ids=["from all", "from a service, one way", "from a node, the other way"],
)
def test_a_partition_drops_what_goes_between_the_target_and_who_is_named(
    fault: Making,
    target: Container,
    other: Container,
    written: dict[str, object],
    hears_other: bool,
    heard_by_other: bool,
    store: bool,
) -> None:
    ready = applied(fault({"partition": "web-1", **written}))
    assert (connected(target, "store", 5432) is not None) == store
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(hears, *pair) for pair in ((target, other), (other, target))]
        assert [each.result() for each in both] == [hears_other, heard_by_other]
    ready.end()
    assert connected(target, "store", 5432) is not None
    assert connected(target, "web-2", 8000) is not None


def test_a_latency_makes_every_round_trip_so_much_longer(
    fault: Making, tools: Tools, target: Container, other: Container
) -> None:
    both = [(target, "web-2"), (other, "web-1")]
    ways = tools.can & {capabilities.NETEM, capabilities.NFQUEUE}
    assert ways, "one of the two is in every kernel that this is tested on"
    for way in ways:
        ready = applied(fault({"latency": "web-1", "by": "200ms"}, can=frozenset({way})))
        slow = [connected(container, host, 8000) for container, host in both]
        ready.end()
        quick = [connected(container, host, 8000) for container, host in both]
        assert all(0.2 <= (each or 0) < 0.5 for each in slow), (way, slow)
        assert all((each or 1) < 0.15 for each in quick), (way, quick)


SINK = """
import socket
with socket.create_server(("", 9009)) as server:
    stream, _ = server.accept()
    size = 0
    while size < 65536:
        size += len(stream.recv(65536))
    stream.sendall(b"k" + bytes(65536))
"""
TRANSFER = """
import socket, time
deadline = time.monotonic() + 10
while True:
    try:
        stream = socket.create_connection(("web-2", 9009), timeout=10)
        break
    except ConnectionRefusedError:
        assert time.monotonic() < deadline
began = time.monotonic()
stream.sendall(bytes(65536))
assert stream.recv(1) == b"k"
sent = time.monotonic()
size = 0
while size < 65536:
    size += len(stream.recv(65536))
print(sent - began, time.monotonic() - sent)
"""


def transferred(target: Container, other: Container) -> list[bool]:
    """Whether 64 KiB out and 64 KiB in took their time: at 400 kbit/s a second, less what may burst."""
    other.exec_run(["python3", "-c", SINK], detach=True)
    status, said = ran(target, TRANSFER)
    assert status == 0, said
    return [float(each) > 0.7 for each in said.split()]


@pytest.mark.parametrize(("direction", "slow"), [("both", [True, True]), ("out", [True, False])])
def test_a_bandwidth_limits_what_goes_the_ways_that_are_named(
    fault: Making, target: Container, other: Container, direction: str, slow: list[bool]
) -> None:
    ready = applied(fault({"bandwidth": "web-1", "to": "400kbit", "direction": direction}))
    assert transferred(target, other) == slow
    ready.end()
    assert transferred(target, other) == [False, False]


@pytest.mark.parametrize(
    ("kind", "node"),
    [("kill", "prepare-1"), ("kill", "web-1"), ("stop", "web-1"), ("pause", "web-1")],
)
def test_a_target_that_does_not_run_is_missed_and_is_not_started(
    fault: Making, shop: Standing, target: Container, kind: str, node: str
) -> None:
    down = shop.attach().nodes[node].get_wrapped_container()
    ready = fault({kind: "web-1"}, node)
    if node == "web-1":
        target.kill()
    try:
        eventually(lambda: state(down) == "exited", within=10, what="it does not run")
        ready.apply()
        eventually(ready.moments, within=15, what="the helper said something")
        ready.end()
        assert did(ready) == ["missed"]
        assert ready.moments()[0].why.startswith("it was not running")
        assert ready.died_at is None
        assert state(down) == "exited"
    finally:
        target.start()


@pytest.mark.parametrize("kind", ["kill", "partition"])
def test_a_fault_whose_helper_is_killed_is_undone_by_the_reaper(
    engine: docker.DockerClient, shop: Standing, fault: Making, target: Container, kind: str
) -> None:
    before = helpers(engine, shop)
    ready = applied(fault({kind: "web-1"}))
    (helper,) = [each for name, each in helpers(engine, shop).items() if name not in before]
    helper.kill("SIGKILL")
    ready.end()
    ready.discard()  # which leaves it: from it the reaper knows what to undo
    eventually(lambda: helper.id not in helpers(engine, shop), within=20, what="the dead helper is gone")
    assert state(target) == "running", "it was started again"
    assert connected(target, "web-2", 8000) is not None
    ready.end()
    assert did(ready) == ["applied"], "what it did is known though it is gone"
    assert ready.died_at is not None


def test_who_has_a_role_is_asked_when_the_fault_strikes(fault: Making) -> None:
    first, second = fault({"pause": "store.leader"}, "store-1"), fault({"kill": "store.leader"}, "store-1")
    before = time.time_ns()
    applied(first)
    assert first.answer is not None
    assert (first.answer.node, first.answer.probed) == ("store-1", True)
    assert before <= first.answer.at <= first.moments()[0].at
    second.apply()
    assert [(moment.did, moment.why) for moment in second.moments()] == [
        ("missed", "no node was store.leader")
    ], "it is frozen, so it leads nobody"


def test_the_command_says_of_every_fault_whether_this_machine_can_do_it(
    tools: Tools, capsys: pytest.CaptureFixture[str]
) -> None:
    done = commanding.run_here("faults", "list", "--json", env={})
    assert done.returncode == 0, done.stderr
    found = {each["name"]: each for each in json.loads(done.stdout)["faults"]}
    assert found.keys() == FAULTS.keys()
    for name, each in found.items():
        assert each["here"] == (not FAULTS[name].lacks(tools.can))
        assert bool(each["why_not"]) != each["here"]
    faults_commands.show(list(found.values()))
    told = capsys.readouterr().err
    assert all(name in told for name in FAULTS)
