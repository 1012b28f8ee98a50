"""A passphrase and how it becomes a key: only through scrypt (RFC 7914), with a salt that a file keeps.

The file holds nothing secret; the passphrase is never written down, printed or taken from the command line.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import final

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from foundation.errors import InputError

# OWASP's Password Storage Cheat Sheet: N = 2^17, r = 8, p = 1, which takes 128 MiB of memory.
_COST, _BLOCK, _PARALLEL = 1 << 17, 8, 1
_MOST = 1 << 20  # a file that asks for more than 1 GiB is not one of ours
_SALT = 16  # bytes; NIST SP 800-132 asks for 128 bits
# Four words of a list of 7,776 (EFF's) have 51 bits and at least so many characters.
_SHORTEST = 16


@final
class Passphrase:
    """A person's words, at least 16 characters, that show as *** wherever they are printed."""

    __slots__ = ("_words",)

    def __init__(self, words: str) -> None:
        if len(words) < _SHORTEST:
            raise InputError(
                f"the passphrase has {len(words)} characters, at least {_SHORTEST} are needed",
                hint="take five random words, or a key: `peakproof anonymize key new --out FILE`",
            )
        self._words = words

    def encoded(self) -> bytes:
        """What scrypt reads."""
        return self._words.encode()

    def __repr__(self) -> str:
        return "Passphrase(***)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a Passphrase is not pickled")


def from_variable(name: str, environment: Mapping[str, str] = os.environ) -> Passphrase:
    """The passphrase in an environment variable. Raises InputError: not set, too short."""
    if name not in environment:
        raise InputError(f"the environment variable {name} is not set", hint="it should hold the passphrase")
    return Passphrase(environment[name])


@dataclass(frozen=True, kw_only=True)
class Stretching:
    """How a passphrase is stretched: scrypt's numbers, the salt in hexadecimal, which key must come out."""

    kdf: str
    n: int
    r: int
    p: int
    salt: str
    fingerprint: str

    @staticmethod
    def new() -> Stretching:
        """With a new salt; the fingerprint is not known yet."""
        salt = secrets.token_bytes(_SALT).hex()
        return Stretching(kdf="scrypt", n=_COST, r=_BLOCK, p=_PARALLEL, salt=salt, fingerprint="")

    @staticmethod
    def read(content: bytes, where: str) -> Stretching | None:
        """What a file says; None when it is none of this kind. Raises InputError: such a file, but broken."""
        if not content.lstrip().startswith(b"{"):
            return None
        try:
            found = Stretching(**json.loads(content))
            sound = (
                found.kdf == "scrypt"
                and _COST <= found.n <= _MOST
                and len(bytes.fromhex(found.salt)) >= _SALT
            )
        except (ValueError, TypeError):
            sound = False
        if not sound:
            raise InputError("is not a salt file, or a weak one", where=where, hint="make a new one")
        return found

    def written(self) -> str:
        """The file's line."""
        return json.dumps(asdict(self))

    def stretched(self, passphrase: Passphrase) -> bytes:
        """32 bytes; takes about half a second and 128 MiB, which is what makes guessing dear."""
        scrypt = Scrypt(salt=bytes.fromhex(self.salt), length=32, n=self.n, r=self.r, p=self.p)
        return scrypt.derive(passphrase.encoded())
