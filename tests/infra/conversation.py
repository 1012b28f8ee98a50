"""One conversation with a provider for Docker: every kind of call that the engine makes for us.

Held with the real plugin and with the stand-in. `python -m tests.infra.conversation` writes down the answers
of the plugin that is on PATH (recorded_answers.json); afterwards nothing of it is left in Docker.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import docker
import grpc
from docker.errors import NotFound
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from google.rpc.status_pb2 import Status
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc

from environments import images
from environments.docker_client import connect
from infra.recorded import CONTAINER, NETWORK, VOLUME

ANSWERS = Path(__file__).parent / "recorded_answers.json"
PLUGIN = "pulumi-resource-docker"
SUBNET = "10.231.255.192/26"  # the last of the laptop's range
Properties = dict[str, Any]  # JSON of the wire
Answers = dict[str, object]

LABELS = [{"label": "peakproof.kind", "value": "conversation"}]
OTHER_LABELS = [{"label": "peakproof.kind", "value": "another"}]
VOLUME_OF_IT: Properties = {"name": "peakproof-conversation-v", "labels": LABELS}
NETWORK_OF_IT: Properties = {
    "name": "peakproof-conversation-n",
    "driver": "bridge",
    "internal": True,
    "options": {"com.docker.network.bridge.inhibit_ipv4": "true"},
    "ipamConfigs": [{"subnet": SUBNET}],
    "labels": LABELS,
}


def container(image: str, name: str, command: list[str], **more: object) -> Properties:
    """Inputs of a container, as `infra` gives them."""
    return {
        "name": f"peakproof-conversation-{name}",
        "hostname": name,
        "image": image,
        "command": command,
        "labels": LABELS,
        "envs": ["GREETING=hello"],
        "memory": 64,
        "memorySwap": 64,
        "cpuShares": 512,
        "dns": ["127.0.0.1"],
        "dnsOpts": ["ndots:1", "timeout:1"],
        "init": True,
        "stopTimeout": 1,
        "destroyGraceSeconds": 1,
        "capabilities": {"adds": ["CAP_NET_RAW"], "drops": ["ALL"]},
        "securityOpts": ["no-new-privileges"],
        "logDriver": "json-file",
        "logOpts": {"max-size": "1m"},
        "networksAdvanced": [{"name": NETWORK_OF_IT["name"], "aliases": [name]}],
        "restart": "no",
        "mustRun": True,
        **more,
    }


def healthcheck(command: str) -> Properties:
    """A health check and the wait for it."""
    check = {
        "tests": ["CMD", command],
        "interval": "1s",
        "timeout": "1s",
        "startPeriod": "1m0s",
        "retries": 1,
    }
    return {"healthcheck": check, "wait": True, "waitTimeout": 3}


ONCE: Properties = {"attach": True, "logs": True, "mustRun": False}
FILE = {"file": "/etc/note", "content": "a note", "permissions": "0400", "owner": "7", "group": "7"}


class Conversation:
    """Asks a provider and keeps the answers, without what is different every time."""

    def __init__(self, stub: Any, image: str) -> None:  # noqa: ANN401 - the generated stub
        self._stub, self._image = stub, image
        self.answers: Answers = {}

    def hold(self, client: docker.DockerClient) -> Answers:
        """The whole of it."""
        self._stub.Configure(pb.ConfigureRequest(args=Struct(), acceptResources=True))
        volume = self._made("volume", VOLUME, VOLUME_OF_IT)
        self._compared("volume, other labels", VOLUME, volume, {**VOLUME_OF_IT, "labels": OTHER_LABELS})
        network = self._made("network", NETWORK, NETWORK_OF_IT)
        self._compared("network, other options", NETWORK, network, {**NETWORK_OF_IT, "options": {}})
        self._refused("an input that nobody knows", CONTAINER, {"image": "x", "name": "x", "nonsense": "1"})
        self._a_service(client)
        self._once_nodes()
        self._never_ready()
        return self.answers

    def _a_service(self, client: docker.DockerClient) -> None:
        mounted = {"volumeName": VOLUME_OF_IT["name"], "containerPath": "/data"}
        inputs = container(
            self._image, "s", ["sleep", "600"], uploads=[FILE], volumes=[mounted], **healthcheck("true")
        )
        made = self._made("service", CONTAINER, inputs)
        self._compared("service, the same", CONTAINER, made, inputs)
        self._compared("service, other labels", CONTAINER, made, {**inputs, "labels": OTHER_LABELS})
        self._compared("service, other command", CONTAINER, made, {**inputs, "command": ["sleep", "1"]})
        more = {**inputs, "memory": 70, "memorySwap": 70}
        self._compared("service, more memory", CONTAINER, made, more)
        self._updated("service, given more memory", CONTAINER, made, more)
        client.containers.get(made["id"]).stop(timeout=0)
        stopped = self._read("service, stopped by hand", CONTAINER, made, more)
        self._compared("service, to run again", CONTAINER, stopped, more)
        self._updated("service, started again", CONTAINER, stopped, more)
        client.containers.get(made["id"]).remove(force=True, v=True)
        self._read("service, removed by hand", CONTAINER, made, more)

    def _once_nodes(self) -> None:
        for status in (0, 3):
            command = ["sh", "-c", f"echo ending; exit {status}"]
            self._made(
                f"once, status {status}", CONTAINER, container(self._image, f"o{status}", command, **ONCE)
            )

    def _never_ready(self) -> None:
        inputs = container(self._image, "n", ["sleep", "600"], **healthcheck("false"))
        try:
            self._made("never ready", CONTAINER, inputs)
        except grpc.RpcError as error:
            why = "container failed to be in healthy state" in error.details()
            self.answers["never ready"] = {"says why": why, "half made": _half_made(error)}

    def _made(self, name: str, type_: str, inputs: Properties) -> Properties:
        checked = self._stub.Check(pb.CheckRequest(urn=_urn(type_), news=_struct(inputs)))
        assert not checked.failures
        made = self._stub.Create(pb.CreateRequest(urn=_urn(type_), properties=checked.inputs))
        self._keep(f"{name}, made", made.properties, inputs)
        known = {"id": made.id, "properties": made.properties, "inputs": checked.inputs}
        self._read(f"{name}, looked at", type_, known, inputs)
        return known

    def _read(self, name: str, type_: str, known: Properties, inputs: Properties) -> Properties:
        request = pb.ReadRequest(
            urn=_urn(type_), id=known["id"], properties=known["properties"], inputs=known["inputs"]
        )
        read = self._stub.Read(request)
        if read.id:
            self._keep(name, read.properties, inputs)
        else:
            self.answers[name] = "gone"
        return {"id": read.id, "properties": read.properties, "inputs": read.inputs}

    def _compared(self, name: str, type_: str, known: Properties, wanted: Properties) -> None:
        found = self._stub.Diff(self._request(pb.DiffRequest, type_, known, wanted))
        self.answers[name] = {
            "changes": pb.DiffResponse.DiffChanges.Name(found.changes),
            "differ": sorted({_top(path) for path in found.diffs}),
            "replace": sorted({_top(path) for path in found.replaces}),
            "old one first": found.deleteBeforeReplace,
        }

    def _updated(self, name: str, type_: str, known: Properties, wanted: Properties) -> None:
        updated = self._stub.Update(self._request(pb.UpdateRequest, type_, known, wanted))
        self._keep(name, updated.properties, wanted)

    def _refused(self, name: str, type_: str, inputs: Properties) -> None:
        checked = self._stub.Check(pb.CheckRequest(urn=_urn(type_), news=_struct(inputs)))
        self.answers[name] = "refused" if checked.failures else "taken"

    def _request(self, kind: Any, type_: str, known: Properties, wanted: Properties) -> Any:  # noqa: ANN401
        checked = self._stub.Check(
            pb.CheckRequest(urn=_urn(type_), olds=known["inputs"], news=_struct(wanted))
        )
        return kind(
            urn=_urn(type_),
            id=known["id"],
            olds=known["properties"],
            old_inputs=known["inputs"],
            news=checked.inputs,
        )

    def _keep(self, name: str, properties: Struct, inputs: Properties) -> None:
        """Of what a resource is, what was asked for, and how it ended."""
        given = _given(properties)
        kept = {key: given.get(key) for key in (*inputs, "exitCode", "containerLogs")}
        self.answers[name] = json.loads(json.dumps(_in_order(kept)).replace(self._image, "IMAGE"))


def _half_made(error: Any) -> bool:  # noqa: ANN401 - grpc's error has no type
    """Whether the engine learns that the resource exists all the same."""
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            return any(
                one.Is(pb.ErrorResourceInitFailed.DESCRIPTOR) for one in Status.FromString(value).details
            )
    return False


def _urn(type_: str) -> str:
    return f"urn:pulumi:stack::peakproof::{type_}::conversation"


def _struct(properties: Mapping[str, object]) -> Struct:
    struct: Struct = ParseDict(dict(properties), Struct())
    return struct


def _given(struct: Struct) -> Properties:
    given: Properties = MessageToDict(struct)
    return given


def _top(path: str) -> str:
    return path.partition("[")[0].partition(".")[0]


_NOTHING: tuple[object, ...] = (None, "", "0s", False, [], {})


def _in_order(value: object) -> object:
    """Sets have no order, the plugin's own marks no meaning, and what was not asked for has many forms."""
    if isinstance(value, dict):
        told = {key: _in_order(inner) for key, inner in value.items() if not key.startswith("__")}
        return {key: inner for key, inner in told.items() if inner not in _NOTHING}
    if isinstance(value, list):
        return sorted(
            (_in_order(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True)
        )
    return value


def image(client: docker.DockerClient) -> str:
    """The id of an image with a shell."""
    return images.ensure(["python"], folders={}, client=client)["python"].id


@contextmanager
def plugin() -> Iterator[str]:
    """The address of the real plugin, started from PATH."""
    with subprocess.Popen([PLUGIN, "127.0.0.1:1"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def held_with(address: str, client: docker.DockerClient) -> Answers:
    """The answers of the provider at that address. What it made is removed."""
    with grpc.insecure_channel(address) as channel:
        try:
            return Conversation(provider_pb2_grpc.ResourceProviderStub(channel), image(client)).hold(client)
        finally:
            _clean(client)


def _clean(client: docker.DockerClient) -> None:
    for name in ("s", "o0", "o3", "n"):
        with suppress(NotFound):
            client.containers.get(f"peakproof-conversation-{name}").remove(force=True, v=True)
    for network in client.networks.list(names=[NETWORK_OF_IT["name"]]):
        network.remove()
    with suppress(NotFound):
        client.volumes.get(VOLUME_OF_IT["name"]).remove()


def main() -> None:
    """Writes the answers of the plugin on PATH."""
    assert shutil.which(PLUGIN), f"no {PLUGIN} on PATH"
    with plugin() as address:
        answers = held_with(address, connect())
    ANSWERS.write_text(json.dumps(answers, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    sys.stderr.write(f"{len(answers)} answers in {ANSWERS}\n")


if __name__ == "__main__":
    main()
