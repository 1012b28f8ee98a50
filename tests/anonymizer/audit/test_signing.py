"""A signature holds for the document as it is, by that key, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.audit import signing
from foundation.errors import InputError

DOCUMENT = {"passes": True, "tables": [{"name": "Zażółć", "rows": 2, "share": 0.1}]}


def _published() -> tuple[Ed25519PublicKey, str]:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    found = signing.signature(signing.signed(DOCUMENT, key))
    assert found is not None
    return key.public_key(), found.public_key


PUBLIC, PUBLIC_RAW = _published()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    private = tmp_path_factory.mktemp("keys") / "audit.pem"
    return private, signing.create(private)


def test_a_signed_document_is_told_from_a_changed_one(pair: tuple[Path, Path]) -> None:
    document = signing.signed(DOCUMENT, signing.private_key(pair[0]))
    public = signing.public_key(pair[1])
    assert signing.holds(document, public)
    assert signing.holds(dict(reversed(document.items())), public)
    assert not signing.holds({**document, "passes": False}, public)
    assert not signing.holds({**document, "more": 1}, public)
    assert not signing.holds(DOCUMENT, public)


def test_somebody_elses_signature_does_not_hold(pair: tuple[Path, Path], tmp_path: Path) -> None:
    other = signing.create(tmp_path / "other.pem")
    forged = signing.signed(DOCUMENT, signing.private_key(tmp_path / "other.pem"))
    public = signing.public_key(pair[1])
    assert not signing.holds(forged, public)
    mine = signing.signature(signing.signed(DOCUMENT, signing.private_key(pair[0])))
    assert mine is not None
    assert isinstance(forged["signature"], dict)
    relabelled = {**forged, "signature": {**forged["signature"], "public_key": mine.public_key}}
    assert not signing.holds(relabelled, public)
    assert signing.holds(forged, signing.public_key(other))


@given(st.text())
def test_a_signature_that_is_none_does_not_hold(value: str) -> None:
    document = {**DOCUMENT, "signature": {"public_key": PUBLIC_RAW, "value": value}}
    assert not signing.holds(document, PUBLIC)


def test_a_signing_key_is_its_owners_alone_and_never_written_over(pair: tuple[Path, Path]) -> None:
    assert pair[0].stat().st_mode & 0o777 == 0o600
    with pytest.raises(InputError, match="not written over"):
        signing.create(pair[0])


def test_what_is_no_key_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no Ed25519 private key"):
        signing.private_key(pair[1])
    with pytest.raises(InputError, match="no Ed25519 public key"):
        signing.public_key(pair[0])
    with pytest.raises(InputError, match="cannot be read"):
        signing.public_key(tmp_path / "none.pub")
