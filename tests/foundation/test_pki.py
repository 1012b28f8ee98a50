"""An authority signs certificates that a TLS client accepts for their names, until they end."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from foundation import pki
from foundation.secrets import Secret

NOW = datetime.now(UTC)
AUTHORITY = pki.new_authority("shop", now=NOW)


def handshake(folder: Path, *, served: Secret, trusted: str, name: str) -> str:
    """Subject alternative names of the certificate that a verified server showed. Raises ssl.SSLError."""
    file = folder / "served.pem"
    file.write_text(served.reveal())
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    client = ssl.create_default_context(cadata=trusted)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    here, there = socket.socketpair()
    answering = threading.Thread(target=_answer, args=(server, there))
    answering.start()
    try:
        with client.wrap_socket(here, server_hostname=name) as connection:
            return str(connection.getpeercert())
    finally:
        here.close()
        answering.join()


def _answer(server: ssl.SSLContext, end: socket.socket) -> None:
    try:
        server.wrap_socket(end, server_side=True).close()
    except (ssl.SSLError, OSError):
        end.close()


def leaf(
    *names: str, now: datetime = NOW, authority: Secret = AUTHORITY, lifetime: timedelta = pki.LEAF_LIFETIME
) -> Secret:
    return pki.new_leaf(authority, names, now=now, lifetime=lifetime)


@pytest.mark.parametrize("name", ["store", "store-1", "10.240.0.7"])
def test_a_client_that_trusts_the_authority_accepts_every_name_of_a_certificate(
    tmp_path: Path, name: str
) -> None:
    served = leaf("store", "store-1", "10.240.0.7")
    shown = handshake(tmp_path, served=served, trusted=pki.certificate(AUTHORITY), name=name)
    assert name in shown


LATER = NOW + timedelta(days=1)
OTHER = pki.new_authority("shop", now=NOW)
REFUSED = {
    "of another name": (leaf("queue"), AUTHORITY),
    "of another environment's authority": (leaf("store", authority=OTHER), AUTHORITY),
    "that has ended": (leaf("store", now=NOW - timedelta(days=31)), AUTHORITY),
    "that does not hold yet": (leaf("store", now=LATER), AUTHORITY),
    "signed by a server instead of the authority": (leaf("store", authority=leaf("store")), AUTHORITY),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_client_refuses_a_certificate(tmp_path: Path, what: str) -> None:
    served, trusted = REFUSED[what]
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, served=served, trusted=pki.certificate(trusted), name="store")


def test_what_clients_are_given_of_an_authority_has_no_key() -> None:
    assert "PRIVATE KEY" in AUTHORITY.reveal()
    assert "PRIVATE KEY" not in pki.certificate(AUTHORITY)


def test_a_certificate_tells_its_names_and_who_signed_it() -> None:
    signed = leaf("store", "10.240.0.7")
    assert pki.names(signed) == ("store", "10.240.0.7")
    assert pki.signed_by(signed, AUTHORITY)
    assert not pki.signed_by(signed, OTHER)


@pytest.mark.parametrize(("days", "lifetime"), [(20, 30), (1, 1.5)])
def test_a_certificate_is_to_be_renewed_when_a_third_of_its_lifetime_is_left(
    days: float, lifetime: float
) -> None:
    when = pki.renewal(leaf("store", lifetime=timedelta(days=lifetime)))
    assert abs(when - (NOW + timedelta(days=days))) < timedelta(minutes=5)


def test_no_certificate_outlives_its_authority() -> None:
    late = NOW + pki.AUTHORITY_LIFETIME - timedelta(days=3)
    assert pki.renewal(leaf("store", now=late)) < NOW + pki.AUTHORITY_LIFETIME


def test_a_long_name_is_no_reason_to_fail() -> None:
    name = f"{'a' * 50}.{'b' * 40}"
    assert pki.names(leaf(name)) == (name,)


def names_of(*pems: Secret) -> Sequence[str]:
    return [pem.reveal().split("-----")[2] for pem in pems]


def test_every_key_is_its_own() -> None:
    assert len(set(names_of(leaf("a"), leaf("a"), AUTHORITY, OTHER))) == 4


def request(name: str, key: ec.EllipticCurvePrivateKey) -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signed = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


def test_a_key_that_stays_where_it_was_made_gets_a_certificate_that_clients_accept(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    signed = pki.sign_request(AUTHORITY, request("store", key), ["store"], now=NOW)
    assert pki.is_for(Secret(signed), request("another subject", key))
    assert not pki.is_for(Secret(signed), request("store", ec.generate_private_key(ec.SECP256R1())))
    own = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    shown = handshake(tmp_path, served=Secret(own + signed), trusted=pki.certificate(AUTHORITY), name="store")
    assert "store" in shown


def test_a_request_that_somebody_changed_is_not_signed() -> None:
    written = request("store", ec.generate_private_key(ec.SECP256R1()))
    body = written.splitlines()
    broken = "\n".join([*body[:-2], body[-2][::-1], body[-1]])
    with pytest.raises(pki.RequestError):
        pki.sign_request(AUTHORITY, broken, ["store"], now=NOW)
