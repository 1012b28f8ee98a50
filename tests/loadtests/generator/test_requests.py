"""Requests are whole, say where they go, and nothing that a journey puts into them makes another of them."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import InputError
from loadtests.planning.targets import Target
from tests.loadtests.generator.alone import alone

Requests = alone("requests").Requests
NAMES = st.text(string.ascii_letters + string.digits + "-_!#$%&'*+.^`|~", min_size=1, max_size=12)
VALUES = st.text(string.printable, max_size=20) | st.text(max_size=20)


def target(**given: object) -> Target:
    values = {"scheme": "http", "host": "shop", "port": 8080, "prefix": "", "addresses": ("127.0.0.1",)}
    return Target(**{**values, **given})  # type: ignore[arg-type]


def parsed(request: bytes) -> tuple[str, list[tuple[str, str]], bytes]:
    """Request line, headers, body: as strictly as RFC 9112 has it."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    assert "\n" not in first + "".join(lines)
    assert "\r" not in first + "".join(lines)
    return first, [(name, value) for name, _, value in (line.partition(": ") for line in lines)], body


def test_a_request_is_these_bytes() -> None:
    own = {"Content-Type": "application/json", "Idempotency-Key": "run-1"}
    assert Requests(target()).encoded("POST", "/orders?x=1", b"{}", own, {}) == (
        b"POST /orders?x=1 HTTP/1.1\r\nHost: shop:8080\r\nUser-Agent: peakproof\r\n"
        b"Content-Type: application/json\r\nIdempotency-Key: run-1\r\nContent-Length: 2\r\n\r\n{}"
    )


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ({"port": 80}, "shop"),
        ({"port": 443}, "shop:443"),
        ({"scheme": "https", "port": 443}, "shop"),
        ({"scheme": "https", "port": 80}, "shop:80"),
        ({"host": "::1"}, "[::1]:8080"),
        ({"host": "::1", "port": 80}, "[::1]"),
        ({"host": "127.0.0.1"}, "127.0.0.1:8080"),
    ],
)
def test_the_host_is_named_with_its_port_unless_it_is_the_schemes_own(
    given: dict[str, object], host: str
) -> None:
    _, headers, _ = parsed(Requests(target(**given)).encoded("GET", "/", b"", {}, {}))
    assert ("Host", host) in headers


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [
        ("GET", b"", None),
        ("GET", b"x", "1"),
        ("POST", b"", "0"),
        ("POST", b"\r\n\r\n", "4"),
        ("PUT", b"", "0"),
    ],
)
def test_a_body_has_its_length_and_what_may_have_one_says_that_it_has_none(
    method: str, body: bytes, length: str | None
) -> None:
    _, headers, found = parsed(Requests(target()).encoded(method, "/", body, {}, {}))
    assert dict(headers).get("Content-Length") == length
    assert found == body


def test_a_target_with_a_path_of_its_own_comes_before_the_steps() -> None:
    first, _, _ = parsed(Requests(target(prefix="/shop")).encoded("GET", "/orders", b"", {}, {}))
    assert first == "GET /shop/orders HTTP/1.1"


@pytest.mark.parametrize("name", ["host", "HOST", "User-Agent", "idempotency-key", "Content-TYPE"])
def test_a_journeys_header_replaces_ours_of_that_name_in_whatever_case(name: str) -> None:
    own = {"Content-Type": "application/json", "Idempotency-Key": "run-1"}
    _, headers, _ = parsed(Requests(target()).encoded("POST", "/", b"", own, {name: "mine"}))
    assert [value for key, value in headers if key.lower() == name.lower()] == ["mine"]
    assert len(headers) == 5, "the others stay: two of all requests, one of the step, and the length"


@pytest.mark.parametrize(
    "name", ["Content-Length", "content-length", "Transfer-Encoding", "TRANSFER-ENCODING"]
)
def test_where_a_request_ends_is_for_the_generator_alone_to_say(name: str) -> None:
    with pytest.raises(InputError, match=f"'{name.lower()}' is the generator's own"):
        Requests(target()).encoded("POST", "/", b"", {}, {name: "0"})


@pytest.mark.parametrize(
    "path",
    ["", "orders", "http://other/", "/a b", "/a\r\nX: y", "/a\n", "/ä", "/a\0", "/\x7f", " /a", "/a\t"],
)
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="a path starts with /"):
        Requests(target()).encoded("GET", path, b"", {}, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-A", "b\r\nX-B: c"), ("X-A", "b\n"), ("X A", "b"), ("X-A:", "b"), ("", "b"), ("X-A", "ä"),
     ("X-Ä", "b"), ("X-A", "\0"), ("X-A\r\nX-B", "c"), ("X-A", "\x7f")],
)  # fmt: skip
def test_a_header_that_would_begin_a_line_of_its_own_is_refused_without_its_value(
    name: str, value: str
) -> None:
    with pytest.raises(InputError, match="characters that no header may have") as refused:
        Requests(target()).encoded("GET", "/", b"", {}, {name: value})
    assert "X-B: c" not in str(refused.value), "a token may stand there"


@given(
    path=st.text(max_size=20), body=st.binary(max_size=30), headers=st.dictionaries(NAMES, VALUES, max_size=4)
)
def test_whatever_is_asked_is_one_request_or_refused(path: str, body: bytes, headers: dict[str, str]) -> None:
    try:
        request = Requests(target()).encoded("POST", "/" + path, body, {}, headers)
    except InputError:
        return
    first, found, rest = parsed(request)
    assert first == f"POST /{path} HTTP/1.1"
    assert dict(found).items() >= headers.items()
    assert rest == body
    assert found[-1] == ("Content-Length", str(len(body)))
