"""A private certificate authority and the short-lived certificates it signs, as PEM.

Keys are EC P-256. Nothing here reads a clock, writes a file or asks anybody; who keeps the authority's key,
and who puts a certificate before a server, is another's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from foundation.secrets import Secret

AUTHORITY_LIFETIME = timedelta(days=3650)
LEAF_LIFETIME = timedelta(days=30)
# Clocks of two machines differ: what is signed now must hold on one that is behind.
_SKEW = timedelta(minutes=5)
# Let's Encrypt's advice to its clients: renew when a third of the lifetime is left.
_RENEWED_AFTER = 2 / 3
_LONGEST_NAME = 64  # of a common name; X.520's upper bound
_SIGNS = {"key_cert_sign": True, "crl_sign": True}
_SERVES = {"digital_signature": True}
_SERVER, _CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def new_authority(name: str, *, now: datetime) -> Secret:
    """An authority for one environment: its key and its own certificate, which signs no other authority."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), _subject(name)
    built = (
        _certificate(subject, subject, key.public_key(), now, AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(_SIGNS), critical=True)
        .sign(key, SHA256())
    )
    return Secret(_pem(key) + _text(built))


def new_leaf(
    authority: Secret, names: Sequence[str], *, now: datetime, lifetime: timedelta = LEAF_LIFETIME
) -> Secret:
    """A key and a server's certificate for `names` (host names or addresses), then the authority's own.

    One file for a server that reads the key and the chain from wherever they stand in it.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    built = _leaf(authority, key.public_key(), names, (_SERVER,), now, lifetime)
    return Secret(_pem(key) + _text(built) + _text(_first(authority)))


class RequestError(ValueError):
    """What was to be signed is no request, or not by who has its key."""


def sign_request(
    authority: Secret,
    request: str,
    names: Sequence[str],
    *,
    now: datetime,
    lifetime: timedelta = LEAF_LIFETIME,
) -> str:
    """A certificate for a key that never leaves its host: to serve and to be a client, then the authority's.

    `request`: a PEM of PKCS #10; only its key counts, so that nobody gets names that they ask for themselves.
    Raises RequestError.
    """
    built = _leaf(authority, _requested(request), names, (_SERVER, _CLIENT), now, lifetime)
    return _text(built) + _text(_first(authority))


def is_for(pem: Secret, request: str) -> bool:
    """Whether a certificate is for the key of that request. Raises RequestError."""
    return _first(pem).public_key() == _requested(request)


def _requested(request: str) -> ec.EllipticCurvePublicKey:
    try:
        read = x509.load_pem_x509_csr(request.encode())
    except ValueError as error:
        raise RequestError("this is no request for a certificate") from error
    key = read.public_key()
    if not read.is_signature_valid or not isinstance(key, ec.EllipticCurvePublicKey):
        raise RequestError(
            "the request was not signed with its own key, or that is none of an elliptic curve"
        )
    return key


def _leaf(
    authority: Secret,
    key: ec.EllipticCurvePublicKey,
    names: Sequence[str],
    usages: Sequence[x509.ObjectIdentifier],
    now: datetime,
    lifetime: timedelta,
) -> x509.Certificate:
    signer, issuer = load_pem_private_key(_bytes(authority), password=None), _first(authority)
    assert isinstance(signer, ec.EllipticCurvePrivateKey), "new_authority makes no other"
    ends = min(now + lifetime, issuer.not_valid_after_utc)
    return (
        _certificate(_subject(names[0]), issuer.subject, key, now, ends - now)
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(_SERVES), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, SHA256())
    )


def certificate(pem: Secret) -> str:
    """The first certificate of a PEM without its key: of an authority, what everybody may have."""
    return _text(_first(pem))


def names(pem: Secret) -> tuple[str, ...]:
    """The host names and addresses that a certificate was signed for."""
    found = _first(pem).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(str(name.value) for name in found)


def signed_by(pem: Secret, authority: Secret) -> bool:
    """Whether that authority signed the certificate."""
    try:
        _first(pem).verify_directly_issued_by(_first(authority))
    except Exception:  # noqa: BLE001 - whatever is wrong with it, this authority did not sign it
        return False
    return True


def renewal(pem: Secret) -> datetime:
    """From when on another certificate should take its place: two thirds of its lifetime are over."""
    found = _first(pem)
    lifetime = found.not_valid_after_utc - found.not_valid_before_utc
    return found.not_valid_before_utc + lifetime * _RENEWED_AFTER


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lifetime: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:_LONGEST_NAME])])


def _usage(wanted: dict[str, bool]) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in wanted for usage in _USAGES})


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _first(pem: Secret) -> x509.Certificate:
    return x509.load_pem_x509_certificates(_bytes(pem))[0]


def _bytes(pem: Secret) -> bytes:
    return pem.reveal().encode()


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
