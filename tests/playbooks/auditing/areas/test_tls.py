"""What a real server takes, found by handshakes; and what of it is weak."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from foundation import pki
from playbooks.auditing import collect
from playbooks.auditing.judging import Severity, Status
from playbooks.deriving.firewall import Opening
from tests.playbooks.auditing.given import NOW, answer, evidence, said

TODAY = datetime.fromtimestamp(NOW, UTC)


def chain(*, made: datetime = TODAY, lifetime: timedelta = timedelta(days=30)) -> str:
    authority = pki.new_authority("test", now=made)
    return pki.new_leaf(authority, ["box-1"], now=made, lifetime=lifetime).reveal()


def der(pem: str) -> str:
    begin = pem.index("-----BEGIN CERTIFICATE-----")
    end = pem.index("-----END CERTIFICATE-----", begin) + len("-----END CERTIFICATE-----")
    return base64.b64encode(ssl.PEM_cert_to_DER_cert(pem[begin:end])).decode()


def endpoint(versions: dict[str, list[str]], *, pem: str = "", port: int = 8443) -> list[dict[str, object]]:
    return [{"address": "10.0.0.1", "port": port, "versions": versions, "certificate": der(pem or chain())}]


MODERN = {"TLSv1.2": ["ECDHE-ECDSA-AES128-GCM-SHA256"], "TLSv1.3": ["TLS_AES_256_GCM_SHA384"]}


@contextmanager
def serving(folder: Path, *, oldest: ssl.TLSVersion, suites: str, asking: bool = False) -> Iterator[int]:
    """A TLS server of its own thread; every connection is closed after its handshake.

    `asking`: only who shows a certificate of the server's own authority gets through it.
    """
    file = folder / "server.pem"
    file.write_text(chain(made=datetime.now(UTC)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.set_ciphers(suites)
    context.minimum_version = oldest
    if asking:
        context.load_verify_locations(file)
        context.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, context), daemon=True).start()
        yield listener.getsockname()[1]


def _serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:  # the test is over
            return
        try:
            context.wrap_socket(plain, server_side=True).close()
        except OSError:
            plain.close()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_every_version_and_suite_that_a_server_takes_is_found(tmp_path: Path) -> None:
    suites = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"
    with serving(tmp_path, oldest=ssl.TLSVersion.TLSv1, suites=suites) as port:
        found = collect._endpoint("127.0.0.1", port)
    versions = found["versions"]
    assert isinstance(versions, dict)
    assert versions["TLSv1.2"] == ["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA"]
    assert versions["TLSv1"] == ["ECDHE-ECDSA-AES128-SHA"]
    assert list(versions["TLSv1.3"]) != []
    given = evidence(tls=[found])
    assert answer(given, "tls.versions").open[0].severity is Severity.HIGH
    assert "takes TLSv1 and TLSv1.1" in said(given, "tls.versions")[0]
    assert "two steps (CBC)" in said(given, "tls.suites")[0]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_one_that_lets_nobody_in_without_a_certificate_tells_what_it_takes(tmp_path: Path) -> None:
    suites = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA"
    with serving(tmp_path, oldest=ssl.TLSVersion.TLSv1_2, suites=suites, asking=True) as port:
        found = collect._endpoint("127.0.0.1", port)
    versions = found["versions"]
    assert isinstance(versions, dict)
    assert versions["TLSv1.2"] == ["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA"]
    assert said(evidence(tls=[{**found, "certificate": ""}]), "tls.certificates") == [
        f"tcp/{port} at 127.0.0.1: its certificate was not shown: it asks for one of its clients first"
    ]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_port_that_speaks_something_else_takes_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        threading.Thread(target=_greet, args=(listener,), daemon=True).start()
        assert collect._endpoint("127.0.0.1", port)["versions"] == {}


def _greet(listener: socket.socket) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        plain.sendall(b"SSH-2.0-something\r\n")
        plain.close()


@pytest.mark.parametrize("check", ["versions", "suites", "certificates"])
def test_a_modern_endpoint_holds(check: str) -> None:
    assert answer(evidence(tls=endpoint(MODERN)), f"tls.{check}").status is Status.HOLDS


@pytest.mark.parametrize(
    ("suite", "severity"),
    [
        ("ADH-AES128-GCM-SHA256", Severity.HIGH),
        ("ECDHE-RSA-NULL-SHA", Severity.HIGH),
        ("ECDHE-RSA-DES-CBC3-SHA", Severity.HIGH),
        ("AES256-GCM-SHA384", Severity.MEDIUM),
        ("ECDHE-RSA-AES128-SHA", Severity.LOW),
    ],
)
def test_weak_suites_are_as_bad_as_they_are(suite: str, severity: Severity) -> None:
    (found,) = answer(evidence(tls=endpoint({"TLSv1.2": [suite]})), "tls.suites").open
    assert found.severity is severity


def test_a_certificate_that_ended_is_a_gate_and_one_that_soon_will_is_told() -> None:
    ended = chain(made=TODAY - timedelta(days=40))
    soon = chain(made=TODAY - timedelta(days=20))
    (gone,) = answer(evidence(tls=endpoint(MODERN, pem=ended)), "tls.certificates").open
    assert gone.severity is Severity.HIGH
    (found,) = answer(evidence(tls=endpoint(MODERN, pem=soon)), "tls.certificates").open
    assert (found.severity, found.what) == (
        Severity.MEDIUM,
        "tcp/8443 at 10.0.0.1: its certificate ends in 10 days",
    )


def test_an_open_port_without_tls_is_told_and_one_that_nobody_reaches_is_not() -> None:
    opened = (Opening(why="the entry for customers", port="80"),)
    plain = endpoint({}, port=80)
    assert said(evidence(tls=plain, opened=opened), "tls.everywhere") == [
        "tcp/80 at 10.0.0.1 (the entry for customers) answered no TLS handshake"
    ]
    assert said(evidence(tls=plain, opened=()), "tls.everywhere") == []


def test_a_host_that_speaks_no_tls_has_nothing_to_look_at() -> None:
    assert answer(evidence(tls=[]), "tls.suites").status is Status.NOTHING
