"""Masking for codes without a grammar of their own: digits for digits, letters for letters.

Decided by a PRF, so two codes may meet; with `unique`, permuted among all codes of the same shape.
"""

from __future__ import annotations

import hashlib
import math
import string
import struct
from collections.abc import Sequence
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, Field

from anonymizer.pseudonyms import digits, ff1
from anonymizer.pseudonyms.keys import Key
from anonymizer.pseudonyms.shuffle import LARGEST, cycle
from anonymizer.transforms.base import INJECTIVE, Mask, Slot, Transform, exact
from anonymizer.transforms.results import WORDLESS, Holds, without
from foundation.documents import Input

_CLASSES = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
_LETTERS = {character: letters for letters in _CLASSES for character in letters}
_POLISH = ("ąćęłńóśźż", "ĄĆĘŁŃÓŚŹŻ")
_PERMUTED = {**_LETTERS, **{character: letters for letters in _POLISH for character in letters}}

# What has no digit and no letter that could be another one stays.
_SHAPED = Holds(exact=True, stays=WORDLESS)
_UNIQUE = Holds(exact=True, stays=without(f"[0-9A-Za-z{''.join(_POLISH)}]"))


class Distinct(Input):
    """`unique`: distinct codes stay distinct; letters that are neither ASCII nor Polish stay, too."""

    unique: bool = Field(default=False)


def scramble(options: BaseModel, _slot: Slot) -> Mask:
    if not cast(Distinct, options).unique:
        return scrambled
    return lambda key, _subjects, values: permuted(key, exact(values))


def scrambled(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
    """Each value in its own shape, decided by its subject. Digits, letters and case keep their places; where
    there are any, the value is another one.
    """
    secret = key.derive("shape").digest()
    pairs = zip(subjects.to_pylist(), values.to_pylist(), strict=True)
    return pa.array([_scrambled(secret, subject, value) for subject, value in pairs], pa.string())


def _scrambled(secret: bytes, subject: str | None, value: str | None) -> str | None:
    if value is None:
        return None
    found = "".join(
        _other(character, choice)
        for character, choice in zip(value, _choices(secret, subject, len(value)), strict=True)
    )
    return found if found != value else _moved(value)


def _moved(value: str) -> str:
    """What came out as it was: its last digit or letter becomes the next one, so that nothing stays."""
    for at in range(len(value) - 1, -1, -1):
        letters = _LETTERS.get(value[at])
        if letters is not None:
            return value[:at] + letters[(letters.index(value[at]) + 1) % len(letters)] + value[at + 1 :]
    return value


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


def permuted(key: Key, values: pa.Array) -> pa.Array:
    """Each value as another one of its shape, one-to-one."""
    encoded = values.dictionary_encode()
    codes = encoded.dictionary.to_pylist()
    by_shape: dict[str, list[int]] = {}
    for at, code in enumerate(codes):
        by_shape.setdefault("".join(_PERMUTED.get(one, (one,))[0] for one in code), []).append(at)
    out = list[str](codes)
    for shape, places in by_shape.items():
        same = [codes[at] for at in places]
        for at, other in zip(places, _of_one_shape(key, shape, same), strict=True):
            out[at] = other
    return pa.array(out, pa.string()).take(encoded.indices) if out else pc.cast(values, pa.string())


def _of_one_shape(key: Key, shape: str, codes: Sequence[str]) -> Sequence[str]:
    classes = [_PERMUTED.get(one, one) for one in shape]
    size = math.prod(map(len, classes))
    own = key.derive("unique", shape)
    if size > 10**ff1.LONGEST:
        # So many that two meet once in 10^9 runs of a billion codes.
        return [str(code) for code in scrambled(own, pa.array(codes), pa.array(codes)).to_pylist()]
    return [
        _code(number, classes) for number in _others(own, [_number(code, classes) for code in codes], size)
    ]


def _others(key: Key, numbers: Sequence[int], size: int) -> Sequence[int]:
    """Other numbers below `size`, one-to-one: a shuffle of all, or FF1 where they are a million and more."""
    if size <= LARGEST:
        return [int(number) for number in cycle(key, size)[np.array(numbers, np.int64)]]
    width = len(str(size - 1))
    numerals = np.array([list(f"{number:0{width}d}".encode()) for number in numbers], np.uint8) - np.uint8(48)
    last = np.array(list(str(size - 1).encode()), np.uint8) - np.uint8(48)
    found = ff1.permute(key, numerals, allowed=lambda out, _rows: _at_most(out, last))
    return [int(text) for text in digits.text(found).to_pylist()]


def _at_most(numerals: digits.Digits, last: digits.Digits) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Whether numerals are no greater than the last one: so is the first digit that differs."""
    differs = numerals != last
    first = differs.argmax(axis=1)
    below = numerals[np.arange(len(numerals)), first] < last[first]
    return np.asarray(below | ~differs.any(axis=1), np.bool_)


def _number(code: str, classes: Sequence[str]) -> int:
    """A code's place among all of its shape."""
    found = 0
    for one, letters in zip(code, classes, strict=True):
        found = found * len(letters) + letters.index(one)
    return found


def _code(number: int, classes: Sequence[str]) -> str:
    out = []
    for letters in reversed(classes):
        number, place = divmod(number, len(letters))
        out.append(letters[place])
    return "".join(reversed(out))


SCRAMBLE = Transform(
    summary="other digits and letters in the same places", bind=scramble, options=Distinct, family="scramble",
    canonical=exact, longest=lambda _: None,
    results=lambda options, _slot: INJECTIVE if cast(Distinct, options).unique else 1,
    holds=lambda options, _slot: _UNIQUE if cast(Distinct, options).unique else _SHAPED,
)  # fmt: skip
