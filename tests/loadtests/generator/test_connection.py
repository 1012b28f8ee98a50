"""The generator's connection against servers on loopback that answer byte by byte what a test says."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.loadtests.generator.scripted import OK, Script, Server, Told, made, serving

CHUNKED = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n".replace(
    b"Content-Length: x\r\n", b"X-Length: Content-Length\r\n"
)
SCRIPTS: dict[str, Script] = {
    "kept": [OK, OK, OK],
    "closing": [OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), OK],
    "chunked": [CHUNKED + b"2\r\n{}\r\n3\r\n[1]\r\n0\r\n\r\n", OK],
    "interim": [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK, OK],
    "without a length": [b"HTTP/1.1 200 OK\r\n\r\nall of it", OK],
    "cut off": [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf", OK],
    "no answer": [None, OK],
    "no HTTP": [b"SSH-2.0-OpenSSH_9.2\r\nContent-Length\r\n", OK],
    "two at once": [OK + OK.replace(b"{}", b"[]"), OK],
    "a farewell in the same segment": [
        OK + b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 5\r\nConnection: close\r\n\r\nadieu",
        OK,
    ],
    "an interim answer in the same segment": [OK + b"HTTP/1.1 100 Continue\r\n\r\n", OK],
    "rubbish in the same segment": [OK + b"\x00rubbish", OK],
    "half an answer in the same segment": [OK + b"HTTP/1.1 500 Oh", OK],
    "switching protocols": [b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", None, OK],
    "redirect": [b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n", OK],
    "no content": [b"HTTP/1.1 204 No Content\r\nX-Length: Content-Length\r\n\r\n", OK],
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """All scripts in one run of the program: starting it takes a second."""
    folder = tmp_path_factory.mktemp("connection")
    authority, trusted = certificates(folder)
    strange = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    strange.load_cert_chain(*_files(folder, "stranger"))
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(script)) for name, script in SCRIPTS.items()}
        servers["TLS"] = stack.enter_context(serving([OK, OK], trusted))
        servers["a stranger's TLS"] = stack.enter_context(serving([OK], strange))
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        servers["TLS that never answers"] = silent.getsockname()[1], Server(script=[])
        servers["nobody"] = _unused(), Server(script=[])
        cases: list[dict[str, object]] = [
            {
                "url": f"{'https' if 'TLS' in name else 'http'}://127.0.0.1:{port}",
                "authority": str(authority) if "TLS" in name else "",
                "requests": max(len(server.script), 1),
                "seconds": 0.3 if name == "TLS that never answers" else 5,
            }
            for name, (port, server) in servers.items()
        ]
        replies = made(cases)
    return {name: Told(found, servers[name][1]) for name, found in zip(servers, replies, strict=True)}


def test_one_connection_serves_many_requests(told: dict[str, Told]) -> None:
    assert told["kept"].statuses == [200, 200, 200]
    assert told["kept"].server.accepted == 1


def test_a_request_is_whole_and_names_its_host(told: dict[str, Told]) -> None:
    request = told["kept"].server.requests[0]
    assert request.startswith(b"POST /orders HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nIdempotency-Key: k\r\n" in request
    assert request.endswith(b"\r\nContent-Length: 2\r\n\r\n{}")


@pytest.mark.parametrize("name", ["closing", "two at once", "without a length"])
def test_a_connection_that_cannot_serve_again_is_replaced(told: dict[str, Told], name: str) -> None:
    assert told[name].statuses == [200, 200]
    assert told[name].replies[1]["body"] == "{}", "no answer is taken for another request's"
    assert told[name].server.accepted == 2


@pytest.mark.parametrize("name", [name for name in SCRIPTS if "in the same segment" in name])
def test_what_comes_behind_an_answer_is_no_part_of_it_and_of_no_other(
    told: dict[str, Told], name: str
) -> None:
    assert [(reply["status"], reply["body"]) for reply in told[name].replies] == [(200, "{}"), (200, "{}")]
    assert told[name].server.accepted == 2, "and its connection serves no other request"


def test_switching_protocols_is_no_answer(told: dict[str, Told]) -> None:
    assert told["switching protocols"].statuses[0] is None


def test_a_body_comes_as_a_whole_in_chunks_and_without_a_length(told: dict[str, Told]) -> None:
    assert [told[name].replies[0]["body"] for name in ("chunked", "without a length", "no content")] == [
        "{}[1]", "all of it", "",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["chunked", "interim", "no content"])
def test_an_answer_of_any_form_leaves_the_connection_usable(told: dict[str, Told], name: str) -> None:
    assert told[name].statuses[1] == 200
    assert told[name].server.accepted == 1


def test_an_interim_answer_is_not_the_answer(told: dict[str, Told]) -> None:
    assert told["interim"].replies[0] == {"status": 200, "body": "{}", "problem": "", "sent": True}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("cut off", "the server closed the connection before the end of its answer"),
        ("no answer", "the server closed the connection before the end of its answer"),
        ("no HTTP", "not an HTTP answer"),
    ],
)
def test_half_an_answer_is_none_and_the_next_request_has_a_new_connection(
    told: dict[str, Told], name: str, problem: str
) -> None:
    first, second = told[name].replies
    assert (first["status"], first["sent"], second["status"]) == (None, True, 200)
    assert str(first["problem"]).startswith(problem)
    assert told[name].server.accepted == 2


def test_a_redirect_is_an_answer_and_followed_nowhere(told: dict[str, Told]) -> None:
    assert told["redirect"].statuses == [302, 200]


def test_nobody_there_means_that_nothing_was_sent(told: dict[str, Told]) -> None:
    assert told["nobody"].replies == [
        {"status": None, "body": "", "problem": "Connection refused", "sent": False}
    ]


def test_tls_is_1_3_under_an_authority_of_ones_own(told: dict[str, Told]) -> None:
    assert told["TLS"].statuses == [200, 200]
    assert told["TLS"].server.versions == ["TLSv1.3"], "one connection, one handshake"


def test_a_certificate_of_another_authority_is_named_and_nothing_is_sent(told: dict[str, Told]) -> None:
    (reply,) = told["a stranger's TLS"].replies
    assert (reply["status"], reply["sent"]) == (None, False)
    assert "certificate verify failed" in str(reply["problem"])


def test_a_handshake_that_never_ends_is_ended(told: dict[str, Told]) -> None:
    (reply,) = told["TLS that never answers"].replies
    assert reply == {"status": None, "body": "", "problem": "no answer in 0.3 s", "sent": False}


def _unused() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def certificates(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """An authority's file and a server's context under it; a stranger's certificate lies beside."""
    certified(folder, "stranger")
    authority = certified(folder, "server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_files(folder, "server"))
    return authority, context


def certified(folder: Path, name: str) -> Path:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = _files(folder, name)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate


def _files(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.pem", folder / f"{name}.key"
