"""What comes on a connection while nothing is asked is no answer, and is told unless it harms nobody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.loadtests.generator.programs import told

# Per case: what the server sends together with its first answer, and what it sends when it is told to.
PROGRAM = """
import json
import gevent
from gevent.event import Event
from gevent.server import StreamServer
from gevent.socket import wait_read
from http.client import HTTPException
from loadtests.generator.client import PinnedClients
from loadtests.generator.connection import Connection
from loadtests.generator.requests import Requests
from loadtests.planning.targets import pinned

def answer(body, status="200 OK", more=""):
    return f"HTTP/1.1 {status}\\r\\n{more}Content-Length: {len(body)}\\r\\n\\r\\n{body}".encode()

CASES = {
    "nothing": (b"", b""),
    "a copy at once": (answer("1"), b""),
    "rubbish at once": (b"x", b""),
    "a farewell at once": (answer("", "408 Request Timeout"), b""),
    "a line's end at once": (b"\\r\\n", b""),
    "a copy": (b"", answer("1")),
    "a line's end and a copy": (b"", b"\\r\\n" + answer("1")),
    "the rest of a body": (b"", b"and more"),
    "half a copy": (b"", b"HT"),
    "a farewell": (b"", answer("", "408 Request Timeout")),
    "line ends": (b"", b"\\r\\n\\r\\n"),
    "the connection's end": (b"", None),
}

class Server:
    def __init__(self, at_once, later):
        self.at_once, self.later = at_once, later
        self.answered, self.go, self.accepted = 0, Event(), 0
        self.server = StreamServer(("127.0.0.1", 0), self.handle)
        self.server.start()

    def handle(self, sock, _):
        self.accepted += 1
        while sock.recv(65536):
            self.answered += 1
            first = self.answered == 1
            sock.sendall(answer(str(self.answered)) + (self.at_once if first else b""))
            if first and self.later is None:
                return sock.close()
            if first and self.later:
                self.go.wait()
                sock.sendall(self.later)

def seen(at_once, later, of_locust):
    server, unasked = Server(at_once, later), []
    target = pinned(f"http://127.0.0.1:{server.server.server_port}")
    if of_locust:
        client = PinnedClients(target, None, lambda: unasked.append(1)).client
        ask, kept = lambda: client.get("/").read().decode(), lambda: client._connection_pool._socket
    else:
        client = Connection(target, None, lambda: unasked.append(1))
        request = Requests(target).encoded("GET", "/", b"", {}, {})
        ask, kept = lambda: client.exchange(request)[1].decode(), lambda: client._socket
    bodies = [ask()]
    server.go.set()
    if later != b"":
        wait_read(kept().fileno(), timeout=10)
    bodies.append(ask())
    client.close()
    return {"bodies": bodies, "accepted": server.accepted, "unasked": len(unasked)}

def late():
    # The copy of the first answer comes when the second request is there already.
    server, unasked = Server(b"", answer("1")), []
    target = pinned(f"http://127.0.0.1:{server.server.server_port}")
    client = Connection(target, None, lambda: unasked.append(1))
    request = Requests(target).encoded("GET", "/", b"", {}, {})
    bodies = [client.exchange(request)[1].decode()]
    gevent.spawn(server.go.set)
    bodies.append(client.exchange(request)[1].decode())
    wait_read(client._socket.fileno(), timeout=10)
    client.close()
    return {"bodies": bodies, "accepted": server.accepted, "unasked": len(unasked)}

def refused(case):
    # Locust's client, where the first answer fails: for want of another way to leave out what lies behind it.
    try:
        return seen(*case, True)
    except HTTPException as error:
        return str(error)

of_locust = {name: seen(*case, True) for name, case in CASES.items() if not case[0]}
at_once = {name: refused(case) for name, case in CASES.items() if case[0]}
print(json.dumps({"ours": {name: seen(*case, False) for name, case in CASES.items()},
                  "of_locust": of_locust, "late": late(), "at_once": at_once}))
"""
AT_ONCE = {"a copy at once", "rubbish at once"}
SURPLUS = AT_ONCE | {"a copy", "a line's end and a copy", "the rest of a body", "half a copy"}


@pytest.fixture(scope="module")
def found() -> Any:  # noqa: ANN401 - what a program prints as JSON
    return told(PROGRAM)


@pytest.mark.parametrize("client", ["ours", "of_locust"])
def test_no_request_gets_what_was_sent_before_it(found: Any, client: str) -> None:  # noqa: ANN401
    assert [name for name, each in found[client].items() if each["bodies"] != ["1", "2"]] == []


@pytest.mark.parametrize("client", ["ours", "of_locust"])
def test_surplus_bytes_are_told_and_their_connection_is_given_up(found: Any, client: str) -> None:  # noqa: ANN401
    seen = found[client]
    assert {name for name, each in seen.items() if each["unasked"]} == SURPLUS & seen.keys()
    kept = {name for name, each in seen.items() if each["accepted"] == 1}
    assert kept == {"nothing", "a line's end at once"} & seen.keys()


def test_a_copy_that_comes_too_late_to_be_told_apart_leaves_an_answer_over(found: Any) -> None:  # noqa: ANN401
    assert found["late"] == {"bodies": ["1", "1"], "accepted": 1, "unasked": 1}


def test_an_answer_of_locusts_client_with_surplus_behind_it_is_none(found: Any) -> None:  # noqa: ANN401
    """It took a second answer's body for more of the first one's, and its status for the first one's."""
    surplus = "surplus bytes: the server sent more than it was asked for"
    told = found["at_once"]
    assert {name for name, each in told.items() if each == surplus} == AT_ONCE | {"a farewell at once"}
    assert told["a line's end at once"] == {"bodies": ["1", "2"], "accepted": 1, "unasked": 0}
