# ruff: noqa: N802, ANN401, ARG002 - the protocol's names and arguments; its messages have no types
"""A stand-in for Pulumi's Docker plugin, for tests where the real one cannot be had: it speaks the engine's
provider protocol and makes real networks, volumes and containers. Attached by PULUMI_DEBUG_PROVIDERS.

It refuses inputs that it does not know, and tells hosts apart by the connection on which each was configured.
What it answers is compared with what the real plugin answered (`test_stand_in.py`). It is no product.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Never

import docker
import grpc
from docker.errors import DockerException, NotFound
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from google.rpc.status_pb2 import Status
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc
from pulumi.runtime.proto import provider_pb2 as pb

from environments import ssh
from foundation.errors import PeakproofError
from infra.changes import UNKNOWN
from infra.recorded import CONTAINER, NETWORK, VOLUME
from tests.infra.stand_in_docker import CONTAINERS, NETWORKS, VOLUMES, Kind, NotReady, Properties

VERSION = "5.2.0"
KINDS: Mapping[str, Kind] = {CONTAINER: CONTAINERS, NETWORK: NETWORKS, VOLUME: VOLUMES}
CONFIGURATION = frozenset({"host", "sshOpts", "version"})
_WORKERS = 16

# grpc's own types are not written for a checker: what is given here is passed through.
Context = Any


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """The stand-in on a port of loopback; what PULUMI_DEBUG_PROVIDERS must say."""
    server = grpc.server(ThreadPoolExecutor(_WORKERS), options=[("grpc.max_receive_message_length", -1)])
    stand_in = StandIn()
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(stand_in, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"docker:{port}"
    finally:
        server.stop(grace=None).wait()
        stand_in.close()


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """One server for all hosts: each has a connection of its own, and is configured on it."""

    def __init__(self) -> None:
        self._clients: dict[str, docker.DockerClient] = {}
        self._tunnels: list[ssh.Tunnel] = []

    def Handshake(self, request: Any, context: Context) -> Any:
        return pb.ProviderHandshakeResponse(accept_resources=True)

    def Attach(self, request: Any, context: Context) -> Empty:
        return Empty()

    def GetPluginInfo(self, request: Any, context: Context) -> Any:
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: Any, context: Context) -> Any:
        return pb.GetSchemaResponse(schema='{"name": "docker", "version": "5.2.0"}')

    def CheckConfig(self, request: Any, context: Context) -> Any:
        failures = [_unknown(name) for name in _given(request.news) if name not in CONFIGURATION]
        return pb.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, context: Context) -> Any:
        return _difference(_differing(_given(request.olds), _given(request.news)), frozenset())

    def Configure(self, request: Any, context: Context) -> Any:
        given = _given(request.args)
        try:
            self._clients[context.peer()] = self._connected(given.get("host"), given.get("sshOpts"))
        except (DockerException, PeakproofError) as error:
            _abort(context, f"Error initializing Docker client: {error}")
        return pb.ConfigureResponse(supportsPreview=True, acceptResources=True)

    def _connected(self, host: str | None, options: Any) -> docker.DockerClient:
        if not host:
            return docker.from_env()
        if not host.startswith("ssh://"):
            return docker.DockerClient(base_url=host)
        said = json.loads(options) if isinstance(options, str) else options or []
        for config in said[said.index("-F") + 1 :][:1] if "-F" in said else []:
            host = ssh.configured(host, Path(config))
        self._tunnels.append(ssh.engine(host))
        return docker.DockerClient(base_url=f"unix://{self._tunnels[-1].at}")

    def close(self) -> None:
        for tunnel in self._tunnels:
            tunnel.close()

    def Check(self, request: Any, context: Context) -> Any:
        kind, inputs = KINDS[_type(request)], _given(request.news)
        return pb.CheckResponse(
            inputs=request.news, failures=[_unknown(name) for name in kind.unknown(inputs)]
        )

    def Diff(self, request: Any, context: Context) -> Any:
        kind = KINDS[_type(request)]
        before = _given(request.old_inputs) or kind.inputs_of(_given(request.olds))
        return _difference(_differing(before, _given(request.news)), kind.updatable)

    def Create(self, request: Any, context: Context) -> Any:
        inputs = _given(request.properties)
        if request.preview:
            return pb.CreateResponse(properties=request.properties)
        kind, client = KINDS[_type(request)], self._client(context)
        with _told(context):
            identity = kind.create(client, inputs)
            try:
                kind.ready(client, identity, inputs)
            except NotReady as error:
                _abort_half_made(context, identity, kind.read(client, identity, inputs), inputs, str(error))
            return pb.CreateResponse(id=identity, properties=_struct(kind.read(client, identity, inputs)))

    def Read(self, request: Any, context: Context) -> Any:
        kind, client = KINDS[_type(request)], self._client(context)
        with _told(context):
            try:
                properties = _ended(request.properties) | kind.read(
                    client, request.id, _given(request.inputs)
                )
            except NotFound:
                return pb.ReadResponse()
        inputs = {name: properties.get(name) for name in _given(request.inputs)}
        return pb.ReadResponse(id=request.id, properties=_struct(properties), inputs=_struct(inputs))

    def Update(self, request: Any, context: Context) -> Any:
        inputs = _given(request.news)
        if request.preview:
            return pb.UpdateResponse(properties=request.news)
        kind, client = KINDS[_type(request)], self._client(context)
        with _told(context):
            kind.update(client, request.id, inputs)
            properties = _ended(request.olds) | kind.read(client, request.id, inputs)
            return pb.UpdateResponse(properties=_struct(properties))

    def Delete(self, request: Any, context: Context) -> Empty:
        kind, client = KINDS[_type(request)], self._client(context)
        with _told(context), contextlib.suppress(NotFound):
            kind.delete(client, request.id, _given(request.properties))
        return Empty()

    def Cancel(self, request: Any, context: Context) -> Empty:
        return Empty()

    def _client(self, context: Context) -> docker.DockerClient:
        if context.peer() not in self._clients:
            _abort(context, f"the connection {context.peer()} was never configured")
        return self._clients[context.peer()]


def _type(request: Any) -> str:
    return str(request.urn).split("::")[2].rpartition("$")[2]


def _given(struct: Struct) -> Properties:
    return {key: _whole(value) for key, value in MessageToDict(struct).items() if not key.startswith("__")}


def _whole(value: object) -> object:
    """The wire has only doubles."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    return value


def _struct(properties: Properties) -> Struct:
    struct: Struct = ParseDict(dict(properties), Struct())
    return struct


def _ended(before: Struct) -> dict[str, Any]:
    """How a container ended once stays in its properties, also when it runs again: the plugin does so."""
    return {name: value for name, value in _given(before).items() if name == "exitCode"}


def _unknown(name: str) -> Any:
    return pb.CheckFailure(property=name, reason=f"the stand-in does not know {name!r}")


def _differing(before: Properties, after: Properties) -> list[str]:
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def _difference(differing: list[str], updatable: frozenset[str]) -> Any:
    replaces = [name for name in differing if name not in updatable]
    return pb.DiffResponse(
        changes=pb.DiffResponse.DIFF_SOME if differing else pb.DiffResponse.DIFF_NONE,
        diffs=differing,
        replaces=replaces,
        deleteBeforeReplace=bool(replaces),
    )


@contextlib.contextmanager
def _told(context: Context) -> Iterator[None]:
    """What Docker says, as the plugin's own complaint."""
    try:
        yield
    except NotFound:
        raise
    except (DockerException, OSError) as error:
        _abort(context, str(error))


def _abort(context: Context, said: str) -> Never:
    context.abort(grpc.StatusCode.UNKNOWN, said)
    raise AssertionError("abort raises")


def _abort_half_made(
    context: Context, identity: str, properties: Properties, inputs: Properties, said: str
) -> Never:
    """Made, and not ready: the engine keeps it in its state, and knows that something is wrong with it."""
    detail = Packed()
    detail.Pack(
        pb.ErrorResourceInitFailed(
            id=identity, properties=_struct(properties), inputs=_struct(inputs), reasons=[said]
        )
    )
    status = Status(code=grpc.StatusCode.UNKNOWN.value[0], message=said, details=[detail])
    context.set_trailing_metadata([("grpc-status-details-bin", status.SerializeToString())])
    _abort(context, said)


def is_unknown(value: object) -> bool:
    """Whether the engine will know this value only while it updates."""
    return value == UNKNOWN
