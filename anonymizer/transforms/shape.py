"""Masking for codes without a grammar of their own: digits for digits, letters for letters."""

from __future__ import annotations

import hashlib
import string
import struct

import pyarrow as pa

from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import Transform, always, among, exact

_CLASSES = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
_LETTERS = {character: letters for letters in _CLASSES for character in letters}


def scrambled(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
    """Each value in its own shape, decided by its subject. Digits, letters and case keep their places."""
    secret = key.derive("shape").digest()
    pairs = zip(subjects.to_pylist(), values.to_pylist(), strict=True)
    return pa.array([_scrambled(secret, subject, value) for subject, value in pairs], pa.string())


def _scrambled(secret: bytes, subject: str | None, value: str | None) -> str | None:
    if value is None:
        return None
    return "".join(
        _other(character, choice)
        for character, choice in zip(value, _choices(secret, subject, len(value)), strict=True)
    )


def _choices(secret: bytes, subject: str | None, count: int) -> tuple[int, ...]:
    """`count` 16-bit choices: BLAKE2b in counter mode over the subject's digest."""
    seed = hashlib.blake2b((subject or "").encode(), key=secret).digest()
    blocks = (
        hashlib.blake2b(seed + at.to_bytes(8, "big"), key=secret).digest() for at in range(-(-count // 32))
    )
    return struct.unpack(f">{count}H", b"".join(blocks)[: 2 * count])


def _other(character: str, choice: int) -> str:
    letters = _LETTERS.get(character)
    if letters is not None:
        return letters[choice % len(letters)]
    if character.isalpha():
        return (string.ascii_uppercase if character.isupper() else string.ascii_lowercase)[choice % 26]
    return "0" if character.isdigit() else character


SCRAMBLE = Transform(
    summary="other digits and letters in the same places", bind=always(scrambled), family="scramble",
    canonical=exact, longest=lambda _: None, results=among(1),
)  # fmt: skip
