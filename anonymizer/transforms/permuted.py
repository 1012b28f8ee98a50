"""Keys without meaning: integers permuted clear of their sequences, and UUIDs. Knows no reference.

An integer of `digits` digits becomes one between 10^digits and 2 * 10^digits: new rows, which a sequence
numbers from its start, never meet it.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from anonymizer.pseudonyms import ff1, prf
from anonymizer.pseudonyms.keys import Key
from anonymizer.pseudonyms.prf import Bytes, Words
from anonymizer.transforms.base import (
    INJECTIVE,
    TEXT,
    Mask,
    Slot,
    Transform,
    among,
    at_most,
    exact,
    holding,
    of_subject,
)
from anonymizer.transforms.results import NOTHING
from anonymizer.transforms.shape import scrambled
from foundation.documents import Input
from foundation.errors import InputError

INTEGERS = frozenset({"smallint", "integer", "bigint"})
# Of wide keys fewer digits than could be: numbers of a browser are exact below 2^53 only.
_USUAL = 15
WIDEST = 18
_NUMBER = r"^-?[0-9]{1,18}$"
_HEXADECIMAL = np.frombuffer(b"0123456789abcdef", np.uint8)
# Where the 32 hexadecimal digits of a UUID stand among its hyphens (RFC 9562).
_PLACES = np.array([*range(8), *range(9, 13), *range(14, 18), *range(19, 23), *range(24, 36)])


class Digits(Input):
    """`digits`: keys below 10^digits can be masked. By default what the key's type holds."""

    digits: int = Field(default=_USUAL, ge=1, le=WIDEST)


def most_digits(greatest: int) -> int:
    """The most digits whose doubled range fits into integers up to the greatest one."""
    return len(str(greatest // 2)) - 1


def usual_digits(greatest: int) -> int:
    """How many digits are masked where nobody says so."""
    return min(_USUAL, most_digits(greatest))


def integer_key(options: BaseModel, _slot: Slot) -> Mask:
    """Numbers permuted, their sign kept; what is no number (a soft reference in a text) keeps its shape."""
    size = cast(Digits, options).digits

    def mask(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
        # The empty string stands for NULL, which the caller puts back.
        plain = pc.if_else(pc.equal(subjects, ""), "0", subjects)
        try:
            return _signed(key, plain.cast(pa.int64()), size)
        except pa.ArrowInvalid:
            return _with_words(key, plain, values, size)

    return mask


def _with_words(key: Key, subjects: pa.Array, values: pa.Array, size: int) -> pa.Array:
    fits = pc.match_substring_regex(subjects, _NUMBER)
    numbers = _signed(key, pc.if_else(fits, subjects, "0").cast(pa.int64()), size)
    return pc.if_else(fits, numbers, scrambled(key, subjects, values))


def _signed(key: Key, numbers: pa.Array, size: int) -> pa.Array:
    signed = numbers.to_numpy(zero_copy_only=False)
    if len(signed) and max(int(signed.max()), -int(signed.min())) >= 10**size:
        hint = f"options: {{digits: {WIDEST}}} where the type is bigint, or keep the key"
        raise InputError(f"a key has more than {size} digits", hint=hint)
    masked = permuted(key, np.abs(signed).astype(np.uint64), size).astype(np.int64) + 10**size
    return pa.array(np.where(signed < 0, -masked, masked)).cast(pa.string())


def permuted(key: Key, numbers: Words, size: int) -> Words:
    """A keyed permutation of the numbers below 10^size: FF1, or a shuffle of all where they are few."""
    if size >= ff1.SHORTEST:
        return ff1.permute_numbers(key, numbers, size)
    return _shuffle(key, 10**size)[numbers.astype(np.int64)]


def _shuffle(key: Key, count: int) -> Words:
    """All numbers below `count` in the order of their AES blocks: distinct, so the order is total."""
    blocks = np.zeros((count, 16), np.uint8)
    blocks[:, 8:] = np.arange(count, dtype=">u8").view(np.uint8).reshape(-1, 8)
    high, low = prf.encrypt(key.aes(), blocks).view(">u8").astype(np.uint64).T
    return np.lexsort((low, high)).astype(np.uint64)


def uuid(key: Key, subjects: pa.Array) -> pa.Array:
    """A random-looking UUID of version 4 for every subject: 122 bits of a PRF."""
    digest = prf.digests(key, subjects).copy()
    digest[:, 6] = digest[:, 6] & 0x0F | 0x40
    digest[:, 8] = digest[:, 8] & 0x3F | 0x80
    return _written(digest)


def _written(blocks: Bytes) -> pa.Array:
    nibbles: NDArray[np.uint8] = np.stack([blocks >> 4, blocks & 15], axis=2).reshape(-1, 32)
    text = np.full((len(blocks), 36), ord("-"), np.uint8)
    text[:, _PLACES] = _HEXADECIMAL[nibbles]
    offsets = np.arange(len(blocks) + 1, dtype=np.int32) * np.int32(36)
    return pa.Array.from_buffers(pa.string(), len(blocks), [None, pa.py_buffer(offsets), pa.py_buffer(text)])


def _canonical_uuid(values: pa.Array) -> pa.Array:
    return pc.utf8_lower(exact(values))


INTEGER_KEY = Transform(
    summary="an integer of a range that the sequence does not reach", bind=integer_key, options=Digits,
    types=INTEGERS | TEXT, family="integer_key", scopes=frozenset({"value"}), canonical=exact,
    longest=lambda options: cast(Digits, options).digits + 2, results=among(INJECTIVE),
    holds=holding(NOTHING),
)  # fmt: skip
UUID = Transform(
    summary="a UUID of version 4", bind=of_subject(uuid), types=frozenset({"uuid"}) | TEXT, family="uuid",
    canonical=_canonical_uuid, longest=at_most(36), results=among(1 << 122),
    holds=holding(NOTHING),
)  # fmt: skip
