"""The key that decides every pseudonym, and the keys derived from it. It never prints itself."""

from __future__ import annotations

import binascii
import os
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anonymizer.pseudonyms.passphrase import Passphrase, Stretching
from foundation import given
from foundation.errors import InputError
from foundation.files import write_new

SHORTEST = 32
_SALT_FILE = "such a file is made by `peakproof anonymize key new --passphrase-env NAME --out FILE`"
_MAKE_ONE = "make one with `peakproof anonymize key new --out FILE`; 32 random bytes, raw or in hexadecimal"
_LOST = "a lost key cannot be made again: name another file, or move this one away"


@final
class Key:
    """Key material of at least 32 bytes that shows as *** wherever it is printed."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) < SHORTEST:
            raise InputError(f"the key has {len(raw)} bytes, at least {SHORTEST} are needed", hint=_MAKE_ONE)
        self._raw = bytearray(raw)

    def derive(self, *labels: str) -> Key:
        """The subkey for `labels`, by HKDF-SHA256 (RFC 5869). Other labels give an unrelated key."""
        info = b"".join(len(label.encode()).to_bytes(4, "big") + label.encode() for label in labels)
        return Key(HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(self._material()))

    def forget(self) -> None:
        """Overwrites the key in memory: nothing can be derived from it any more. Subkeys are not reached."""
        self._raw[:] = bytes(len(self._raw))

    def aes(self) -> bytes:
        """16 bytes for AES-128."""
        return bytes(self.derive("aes-128")._raw[:16])

    def digest(self) -> bytes:
        """32 bytes for a keyed digest (BLAKE2b)."""
        return bytes(self.derive("digest")._raw)

    def for_worker(self) -> bytes:
        """The key itself, for a pipe to a process of our own and for nothing else."""
        return bytes(self._material())

    def fingerprint(self) -> str:
        """Tells keys apart and nothing about them: 64 bits of a one-way derivation, in hexadecimal."""
        return self.derive("fingerprint")._raw[:8].hex()

    def _material(self) -> bytearray:
        if not any(self._raw):
            raise ValueError("the key was forgotten")
        return self._raw

    def __repr__(self) -> str:
        return "Key(***)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a Key is not pickled")


def ephemeral() -> Key:
    """A new random key that nobody else will ever have: runs under it cannot be linked to each other."""
    return Key(secrets.token_bytes(SHORTEST))


def from_file(path: Path, passphrase: Passphrase | None = None) -> Key:
    """The key in a file, or the one that the file and a passphrase give.

    Raises InputError: no such file, too short, a passphrase that is missing, of no use, or another one.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"the key cannot be read: {error.strerror}", where=str(path), hint=_MAKE_ONE
        ) from error
    stretching = Stretching.read(content, str(path))
    if stretching is None:
        if passphrase is not None:
            raise InputError("holds a key, not the salt of a passphrase", where=str(path), hint=_SALT_FILE)
        return _decoded(content, f"the key in {path}")
    if passphrase is None:
        raise InputError(
            "holds the salt of a passphrase: the passphrase is missing", where=str(path),
            hint="give it with --passphrase-env NAME",
        )  # fmt: skip
    key = Key(stretching.stretched(passphrase))
    if key.fingerprint() != stretching.fingerprint:
        raise InputError("not the passphrase that this file was made with", where=str(path), hint="try again")
    return key


def from_variable(name: str, environment: Mapping[str, str] = os.environ) -> Key:
    """The key in an environment variable. Raises InputError: not set, too short."""
    if name not in environment:
        raise InputError(f"the environment variable {name} is not set", hint=_MAKE_ONE)
    return _decoded(environment[name].encode(), f"the key in ${name}")


def from_command(command: str) -> Key:
    """The key that a command writes to stdout: a vault's client. Split into words here, no shell is started.

    What it says is never repeated, on either channel: it may be the key. Raises InputError.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InputError(
            f"the key command cannot be split into words: {error}", hint="check the quotes"
        ) from None
    printed = given.printed_by(words, what="the key command")
    return _decoded(printed, f"the key from {words[0]}")


def create(path: Path) -> Key:
    """A new random key in a new file that only its owner reads, in hexadecimal.

    Raises InputError: the file exists (a key is never written over), or cannot be written.
    """
    key = ephemeral()
    write_new(path, key._raw.hex().encode() + b"\n", hint=_LOST, mode=0o600)
    return key


def create_stretched(path: Path, passphrase: Passphrase) -> Key:
    """The key that a passphrase gives with a new salt; the file holds the salt and no secret.

    Raises InputError as `create`.
    """
    stretching = Stretching.new()
    key = Key(stretching.stretched(passphrase))
    line = replace(stretching, fingerprint=key.fingerprint()).written()
    write_new(path, line.encode() + b"\n", hint=_LOST, mode=0o600)
    return key


def _decoded(content: bytes, what: str) -> Key:
    try:
        raw = binascii.unhexlify(content.strip())
    except binascii.Error:
        raw = content
    if len(raw) < SHORTEST:
        raise InputError(f"{what} has {len(raw)} bytes, at least {SHORTEST} are needed", hint=_MAKE_ONE)
    if len(set(raw)) < 8:
        raise InputError(f"{what} is not random", hint=_MAKE_ONE)
    return Key(raw)
