"""Encrypts files to people and machines with age (age-encryption.org/v1: X25519, ChaCha20-Poly1305).

An identity opens what was sealed to its recipient. Files are streamed; neither is ever wholly in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pyrage

from foundation.errors import InputError
from foundation.files import write_new

_MAKE_ONE = "make a pair with `peakproof anonymize key encryption --out FILE`, or with age-keygen"


def create(path: Path) -> str:
    """A new identity in a new file that only its owner reads; the recipient, no secret, goes beside it.

    Returns the recipient. Raises InputError: a file exists (nothing is written over), or cannot be written.
    """
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    write_new(path, f"# recipient: {recipient}\n{identity}\n".encode(), hint=_MAKE_ONE, mode=0o600)
    write_new(path.with_name(path.name + ".pub"), f"{recipient}\n".encode(), hint=_MAKE_ONE)
    return recipient


def recipient(written: str) -> pyrage.x25519.Recipient:
    """Whom to seal to: `age1…`, or a file that holds it. Raises InputError."""
    text = written if written.startswith("age1") else _only_line(Path(written))
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise InputError(f"is no recipient: {error}", where=written, hint=_MAKE_ONE) from error


def identity(path: Path) -> pyrage.x25519.Identity:
    """Who opens: the identity in a file. Raises InputError, which never repeats what the file holds."""
    try:
        return pyrage.x25519.Identity.from_str(_only_line(path))
    except pyrage.IdentityError:
        raise InputError("holds no age identity", where=str(path), hint=_MAKE_ONE) from None


def seal(plain: BinaryIO, sealed: BinaryIO, recipients: Sequence[pyrage.x25519.Recipient]) -> None:
    """Encrypts a file to all recipients."""
    pyrage.encrypt_io(plain, sealed, list(recipients))


def unseal(sealed: BinaryIO, plain: BinaryIO, opener: pyrage.x25519.Identity, where: str) -> None:
    """Decrypts a file. Raises InputError: it is for somebody else, was cut or changed, or is no such file.

    What was written to `plain` before an error is worth nothing.
    """
    try:
        pyrage.decrypt_io(sealed, plain, [opener])
    except pyrage.DecryptError as error:
        raise InputError(
            f"cannot be opened with this identity: {error}", where=where, hint="ask who it was published for"
        ) from error
    except OSError as error:
        raise InputError("is damaged", where=where, hint="copy it again") from error


def _only_line(path: Path) -> str:
    """The one line that is no comment, as age-keygen writes files."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InputError(f"cannot be read: {why}", where=str(path), hint=_MAKE_ONE) from error
    return next((line.strip() for line in lines if line.strip() and not line.startswith("#")), "")
