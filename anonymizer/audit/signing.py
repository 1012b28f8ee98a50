"""Ed25519 signatures (RFC 8032) of documents, as canonical JSON: their layout does not count.

The signing key says *who* vouches; it decides no pseudonym and is never the anonymiser's key.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from foundation.errors import InputError
from foundation.files import write_new

ALGORITHM = "Ed25519"
_MAKE_ONE = "make a pair with `peakproof anonymize key signing --out FILE`"
_FIELD = "signature"
_BEFORE = b"peakproof signed document\n"  # so that a signature is good for nothing else


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A signature in a document: base64 of its 64 bytes, and of the 32 of the public key that checks it."""

    public_key: str
    value: str
    algorithm: str = ALGORITHM


def create(path: Path) -> Path:
    """A new signing key in a new file that only its owner reads; the public key goes beside it, in `.pub`.

    Raises InputError: a file exists (nothing is written over), or cannot be written.
    """
    public = path.with_name(path.name + ".pub")
    key = Ed25519PrivateKey.generate()
    private_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public_pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    write_new(path, private_pem, hint=_MAKE_ONE, mode=0o600)
    write_new(public, public_pem, hint=_MAKE_ONE)
    return public


def private_key(path: Path) -> Ed25519PrivateKey:
    """The signing key in a PEM file. Raises InputError: no such file, or another kind of key."""
    try:
        key = serialization.load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError("holds no Ed25519 private key in PEM", where=str(path), hint=_MAKE_ONE)
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The public key in a PEM file. Raises InputError: no such file, or another kind of key."""
    try:
        key = serialization.load_pem_public_key(_read(path))
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise InputError("holds no Ed25519 public key in PEM", where=str(path), hint=_MAKE_ONE)
    return key


def signed(document: Mapping[str, object], key: Ed25519PrivateKey) -> dict[str, object]:
    """The document with its signature in `signature`, in place of any that stood there."""
    value = key.sign(_canonical(document))
    found = Signature(public_key=_raw(key.public_key()), value=base64.b64encode(value).decode())
    return {**document, _FIELD: asdict(found)}


def signature(document: Mapping[str, object]) -> Signature | None:
    """The signature that stands in a document, unchecked; None when it says that it is unsigned."""
    found = document.get(_FIELD)
    if not isinstance(found, Mapping):
        return None
    return Signature(public_key=str(found.get("public_key")), value=str(found.get("value")))


def holds(document: Mapping[str, object], key: Ed25519PublicKey) -> bool:
    """Whether whoever has that key's private half signed this document as it is."""
    found = signature(document)
    if found is None or found.public_key != _raw(key):
        return False
    try:
        key.verify(base64.b64decode(found.value, validate=True), _canonical(document))
    except (InvalidSignature, ValueError):
        return False
    return True


def named(found: Signature) -> Ed25519PublicKey | None:
    """The public key that a signature names: whoever signed could name any. None when it is none."""
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(found.public_key, validate=True))
    except ValueError:
        return None


def _canonical(document: Mapping[str, object]) -> bytes:
    bare = {name: value for name, value in document.items() if name != _FIELD}
    return _BEFORE + json.dumps(bare, sort_keys=True, separators=(",", ":")).encode()


def _raw(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path), hint=_MAKE_ONE) from error
