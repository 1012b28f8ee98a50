"""A host has several addresses, the first of which is dead: it refuses, or says nothing at all."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

LIVE, DEAD = "127.0.0.1", "127.0.0.2"
# A process of its own: importing the generator patches the standard library for gevent.
PROGRAM = """
import json, sys
from time import monotonic
import loadtests.generator
from loadtests.generator.connection import connected
from loadtests.generator.reaching import answering_first
from loadtests.planning.targets import Target

port, *addresses = json.loads(sys.argv[1])
target = Target(scheme="http", host="shop", port=port, prefix="", addresses=tuple(addresses))
began = monotonic()
reached = connected(target, None).getpeername()[0]
took = monotonic() - began
print(json.dumps({"reached": reached, "took": took, "order": answering_first(target).addresses}))
"""


def asked(port: int, *addresses: str) -> dict[str, object]:
    command = [sys.executable, "-c", PROGRAM, json.dumps([port, *addresses])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.fixture
def server() -> Iterator[int]:
    """The port of a server on the live address; nobody listens on the dead one."""
    with socket.create_server((LIVE, 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def silent(server: int) -> Iterator[int]:
    """The dead address does not even refuse: its queue of connections is full and nobody takes one."""
    with ExitStack() as open_:
        full = open_.enter_context(socket.create_server((DEAD, server), backlog=0))
        full.setblocking(False)
        for _ in range(4):
            waiting = open_.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex((DEAD, server))
        yield server


def test_an_address_that_refuses_is_passed_over_at_once(server: int) -> None:
    found = asked(server, DEAD, LIVE)
    assert found["reached"] == LIVE
    assert float(str(found["took"])) < 0.5
    assert found["order"] == [LIVE, DEAD]


def test_an_address_that_says_nothing_is_passed_over_in_a_second(silent: int) -> None:
    found = asked(silent, DEAD, LIVE)
    assert found["reached"] == LIVE
    assert 0.5 < float(str(found["took"])) < 5
    assert found["order"] == [LIVE, DEAD], "the next connections do not even ask it"


def test_addresses_that_all_answer_keep_their_order(server: int) -> None:
    with socket.create_server((DEAD, server)):
        found = asked(server, DEAD, LIVE)
    assert (found["reached"], found["order"]) == (DEAD, [DEAD, LIVE])
