"""Every form that an answer of HTTP/1.1 may have, at once and byte by byte; and what is none."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.loadtests.generator.scripted import OK, Told, made, serving


@dataclass(frozen=True, kw_only=True)
class Form:
    """An answer in one of HTTP's forms, and what it comes to. `kept`: the connection serves on."""

    answer: bytes
    status: int | None
    body: str = "{}"
    kept: bool = True
    closes: bool = False  # the server, after it


def form(head: str, rest: str = "Content-Length: 2\r\n\r\n{}", **told: object) -> Form:
    return Form(answer=f"{head}\r\n{rest}".encode("latin-1"), **told)  # type: ignore[arg-type]


CHUNKS = "Transfer-Encoding: chunked\r\n\r\n"
FORMS = {
    "no reason": form("HTTP/1.1 201", status=201),
    "a reason beyond ASCII": form("HTTP/1.1 200 D\xe9j\xe0", status=200),
    "a header beyond ASCII": form("HTTP/1.1 200 OK\r\nX-Name: Ren\xe9", status=200),
    "names in any case": form("HTTP/1.1 200 OK", "CONTENT-LENGTH:2  \r\n\r\n{}", status=200),
    "many headers": form("HTTP/1.1 200 OK\r\n" + "\r\n".join(["X-A: b"] * 300), status=200),
    "several interim answers": form(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 409 No",
        status=409,
    ),
    "an interim answer that names a length": form(
        "HTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK", status=200
    ),
    "chunks": form("HTTP/1.1 200 OK", CHUNKS + "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", status=200),
    "chunks with extensions": form("HTTP/1.1 200 OK", CHUNKS + '2;a="b"\r\n{}\r\n0;c\r\n\r\n', status=200),
    "chunks with trailers": form(
        "HTTP/1.1 200 OK", CHUNKS + "02\r\n{}\r\n0\r\nX-Sum: 7\r\nX-More: 8\r\n\r\n", status=200
    ),
    "a chunk in capitals": form(
        "HTTP/1.1 200 OK", CHUNKS + "A\r\n0123456789\r\n0\r\n\r\n", status=200, body="0123456789"
    ),
    "no chunk": form("HTTP/1.1 200 OK", CHUNKS + "0\r\n\r\n", status=200, body=""),
    "nothing": form("HTTP/1.1 200 OK", "Content-Length: 0\r\n\r\n", status=200, body=""),
    "no content": form("HTTP/1.1 204 No Content", "\r\n", status=204, body=""),
    "no content with a length": form(
        "HTTP/1.1 204 No Content", "Content-Length: 9\r\n\r\n", status=204, body=""
    ),
    "not modified with its length": form(
        "HTTP/1.1 304 Not Modified", "Content-Length: 9\r\n\r\n", status=304, body=""
    ),
    "an offer of another protocol": form(
        "HTTP/1.1 426 Upgrade\r\nUpgrade: h2c\r\nConnection: upgrade", status=426
    ),
    "HTTP/1.0 kept alive": form("HTTP/1.0 200 OK\r\nConnection: keep-alive", status=200),
    "HTTP/1.0": form("HTTP/1.0 200 OK", status=200, kept=False),
    "a farewell": form("HTTP/1.1 200 OK\r\nConnection: close", status=200, kept=False),
    "a farewell among others": form("HTTP/1.1 200 OK\r\nConnection: TE, Close", status=200, kept=False),
    "until the end": form("HTTP/1.1 200 OK", "\r\n{}", status=200, kept=False, closes=True),
    "nothing until the end": form("HTTP/1.1 200 OK", "\r\n", status=200, body="", kept=False, closes=True),
    "until the end after an interim answer with a length": form(
        "HTTP/1.1 103 Hints\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK",
        "\r\n{}",
        status=200,
        kept=False,
        closes=True,
    ),
}
# No answer at all: each ends its attempt without a status, and its connection.
BROKEN = {
    "a folded header": form("HTTP/1.1 200 OK\r\nX-A: b\r\n c", status=None),
    "line feeds alone": form("HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", "", status=None),
    "a length below nothing": form("HTTP/1.1 200 OK", "Content-Length: -2\r\n\r\n{}", status=None),
    "a length beyond measure": form("HTTP/1.1 200 OK", f"Content-Length: {10**30}\r\n\r\n{{}}", status=None),
    "two lengths": form("HTTP/1.1 200 OK\r\nContent-Length: 3", status=None),
    "a length and chunks": form("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", status=None),
    "a chunk without a size": form("HTTP/1.1 200 OK", CHUNKS + "zz\r\n{}\r\n0\r\n\r\n", status=None),
    "a space before a colon": form("HTTP/1.1 200 OK", "Content-Length : 2\r\n\r\n{}", status=None),
    "a zero byte in a header": form("HTTP/1.1 200 OK\r\nX-A: \0", status=None),
    "a status of two digits": form("HTTP/1.1 20 OK", status=None),
    "another protocol": form("HTTP/1.1 101 Switching", "\r\n", status=None),
    "an interim answer alone": form("HTTP/1.1 100 Continue", "\r\n", status=None, closes=True),
    "half a status line": form("HTTP/1.1 2", "", status=None, closes=True),
    "half a header": form("HTTP/1.1 200 OK\r\nContent-Le", "", status=None, closes=True),
    "half a body": form("HTTP/1.1 200 OK", "Content-Length: 3\r\n\r\n{}", status=None, closes=True),
    "chunks without an end": form("HTTP/1.1 200 OK", CHUNKS + "2\r\n{}\r\n", status=None, closes=True),
    "half a chunk": form("HTTP/1.1 200 OK", CHUNKS + "5\r\n{}", status=None, closes=True),
}
WAYS = ("at once", "byte by byte")


@pytest.fixture(scope="module")
def told() -> dict[str, Told]:
    """All forms both ways in one run of the program."""
    with ExitStack() as stack:
        servers = {
            f"{name}, {way}": stack.enter_context(
                serving([each.answer, OK], bytewise=way == "byte by byte", closes=each.closes)
            )
            for name, each in {**FORMS, **BROKEN}.items()
            for way in WAYS
        }
        replies = made(
            [
                {"url": f"http://127.0.0.1:{port}", "authority": "", "requests": 2, "seconds": 5}
                for port, _ in servers.values()
            ]
        )
    return {name: Told(found, servers[name][1]) for name, found in zip(servers, replies, strict=True)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_an_answer_is_one_however_it_comes_and_the_next_is_its_own(
    told: dict[str, Told], name: str, way: str
) -> None:
    expected, found = FORMS[name], told[f"{name}, {way}"]
    first, second = found.replies
    assert first == {"status": expected.status, "body": expected.body, "problem": "", "sent": True}
    assert second == {"status": 200, "body": "{}", "problem": "", "sent": True}
    assert found.server.accepted == (1 if expected.kept else 2)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_answer_has_no_status_and_takes_its_connection_with_it(
    told: dict[str, Told], name: str, way: str
) -> None:
    found = told[f"{name}, {way}"]
    first, second = found.replies
    assert (first["status"], first["body"], first["sent"]) == (None, "", True)
    assert first["problem"]
    assert (second["status"], second["body"]) == (200, "{}")
    assert found.server.accepted == 2
