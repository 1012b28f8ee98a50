"""The server that does nothing answers every whole request once, however it comes; it ends with its stdin."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.null_server import ANSWER, whole

bodies = st.binary(max_size=20)


def request(body: bytes, name: str = "Content-Length") -> bytes:
    length = f"{name}: {len(body)}\r\n" if body else ""
    return f"POST /orders HTTP/1.1\r\nHost: shop\r\n{length}\r\n".encode() + body


@given(st.lists(bodies, min_size=1, max_size=4), bodies)
def test_requests_that_lie_behind_each_other_are_told_apart(sent: list[bytes], more: bytes) -> None:
    received, found = b"".join(map(request, sent)), []
    while (size := whole(received)) is not None:
        found.append(received[:size])
        received = received[size:]
    assert found == list(map(request, sent))
    assert received == b""
    assert whole(request(more) + b"POST") == len(request(more))


@given(bodies)
def test_a_request_is_whole_with_its_last_byte_and_not_before(body: bytes) -> None:
    sent = request(body)
    assert [whole(sent[:size]) for size in range(len(sent))] == [None] * len(sent)
    assert whole(sent) == len(sent)


@pytest.mark.parametrize("name", ["content-length", "CONTENT-LENGTH", "Content-Length"])
def test_a_length_is_found_in_whatever_case(name: str) -> None:
    assert whole(request(b"{}", name)) == len(request(b"{}", name))


def test_a_length_in_a_body_or_at_the_end_of_another_name_is_none() -> None:
    assert whole(request(b"\r\ncontent-length: 99\r\n\r\n")) == len(
        request(b"\r\ncontent-length: 99\r\n\r\n")
    )
    other = b"GET / HTTP/1.1\r\nX-Content-Length: 99\r\n\r\n"
    assert whole(other) == len(other)


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    command = [sys.executable, "-m", "loadtests.null_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
        process.kill()


def test_it_answers_byte_by_byte_and_all_at_once_until_its_stdin_ends(
    server: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, port = server
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for byte in request(b"{}"):
            connection.sendall(bytes([byte]))
        connection.sendall(request(b"") * 3)
        answers = b""
        while len(answers) < 4 * len(ANSWER):
            answers += connection.recv(4096)
        assert answers == 4 * ANSWER
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=10) == 0
