"""Keys of a sandbox: one for the automation, one for each host, so that no host is trusted on first sight."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from foundation.secrets import Secret


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    """An Ed25519 key as OpenSSH writes it; `public` is one line without a comment."""

    private: Secret
    public: str


def new() -> KeyPair:
    """A key that nobody has yet."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    return KeyPair(
        private=Secret(private),
        public=key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode(),
    )
