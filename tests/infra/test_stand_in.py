"""The stand-in for the Docker plugin answers as the real one did; each connection is a host of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

import docker
import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc

from infra.recorded import VOLUME
from tests.infra import conversation, stand_in

pytestmark = pytest.mark.integration


def recorded() -> conversation.Answers:
    answers: conversation.Answers = json.loads(conversation.ANSWERS.read_text(encoding="utf-8"))
    return answers


def test_the_stand_in_answers_as_the_plugin_did(docker_engine: docker.DockerClient) -> None:
    with stand_in.serving() as where:
        answers = conversation.held_with(where.replace("docker:", "127.0.0.1:"), docker_engine)
    assert answers == recorded()


def test_the_plugin_answers_as_it_did(docker_engine: docker.DockerClient) -> None:
    if shutil.which(conversation.PLUGIN) is None:
        pytest.skip(f"no Docker plugin of Pulumi's: {conversation.PLUGIN} is not on PATH")
    with conversation.plugin() as address:
        assert conversation.held_with(address, docker_engine) == recorded()


def test_two_hosts_are_told_apart_by_their_connections() -> None:
    with stand_in.serving() as where:
        address = where.replace("docker:", "127.0.0.1:")
        with (
            grpc.insecure_channel(address, options=ONE_EACH) as here,
            grpc.insecure_channel(address, options=ONE_EACH) as away,
        ):
            assert configured(here, {}) == "answers"
            assert "port=9" in configured(away, {"host": "tcp://127.0.0.1:9"})
            assert looked(here) == "answers"
            assert "was never configured" in looked(away)


# Else both channels would share one connection, as no two processes do.
ONE_EACH = [("grpc.use_local_subchannel_pool", 1)]


def configured(channel: grpc.Channel, arguments: dict[str, str]) -> str:
    """What a provider says when it is configured over a connection."""
    given = Struct()
    given.update(arguments)
    stub = provider_pb2_grpc.ResourceProviderStub(channel)
    return _told(lambda: stub.Configure(pb.ConfigureRequest(args=given)))


def looked(channel: grpc.Channel) -> str:
    """What it says when it is asked for something over a connection."""
    stub = provider_pb2_grpc.ResourceProviderStub(channel)
    request = pb.ReadRequest(urn=f"urn:pulumi:s::p::{VOLUME}::v", id="peakproof-none")
    return _told(lambda: stub.Read(request))


def _told(ask: Callable[[], object]) -> str:
    try:
        ask()
    except grpc.RpcError as error:
        return str(error.details())
    return "answers"
