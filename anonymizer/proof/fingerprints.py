"""Keyed fingerprints of texts, under a secret that lives as long as one check.

Decides nothing about what they mean. The transforms know nothing of it, and it nothing of them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.proof import kernels
from anonymizer.proof.characters import Bytes, Places, Words

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_BEYOND_ASCII = 0x80


@dataclass(frozen=True, kw_only=True)
class Seed:
    """The secret of one check: a number for every byte (in `letters` both cases share one), and a base."""

    letters: Words
    exact: Words
    base: np.uint64
    powers: Words

    @classmethod
    def new(cls) -> Seed:
        exact = np.frombuffer(secrets.token_bytes(8 * 256), np.uint64)
        letters = exact.copy()
        letters[ord("A") : ord("Z") + 1] = letters[ord("a") : ord("z") + 1]
        base = secrets.randbits(64) | 1
        powers = [pow(base, exponent, 1 << 64) for exponent in range(kernels.MOST_DIGITS + 1)]
        return cls(letters=letters, exact=exact, base=np.uint64(base), powers=np.array(powers, np.uint64))


def lowered(values: pa.Array) -> pa.Array:
    """Text of which only ASCII letters may still be upper case; NULL is the empty string.

    Compatibility characters and marks that stand apart become what they mean (NFKC), and what is neither
    letter nor digit beyond ASCII becomes a space. Most texts need nothing of it and are only looked at.
    """
    text = values.cast(pa.large_string())
    text = text.fill_null("") if text.null_count else text
    data, bounds = layout(text)
    if data[bounds[0] : bounds[-1]].max(initial=0) < _BEYOND_ASCII:
        return text
    low = _latin(text, data, bounds)
    return _any_script(text) if low is None else low


def _latin(text: pa.Array, data: Bytes, bounds: Places) -> pa.Array | None:
    """The texts in lower case where all of them need no more; else None."""
    low = np.empty(int(bounds[-1] - bounds[0]), np.uint8)
    if not kernels.lowered(data, int(bounds[0]), int(bounds[-1]), low):
        return None
    offsets = pa.py_buffer(np.ascontiguousarray(bounds - bounds[0]))
    return pa.Array.from_buffers(pa.large_string(), len(text), [None, offsets, pa.py_buffer(low)])


def _any_script(text: pa.Array) -> pa.Array:
    low = pc.utf8_lower(text)
    odd = pc.match_substring_regex(low, _NEEDS_WORK)
    if not pc.any(odd).as_py():
        return low
    # A mark joins the letter that it stands behind; of some that is only a letter in upper case.
    plain = pc.utf8_lower(pc.utf8_normalize(text.filter(odd), "NFKC"))
    return pc.replace_with_mask(low, odd, pc.replace_substring_regex(plain, r"[^\p{L}\p{N}\x00-\x7f]+", " "))


# Beyond ASCII, Latin letters with their marks (U+00C0 to U+017F) are already what they mean, but for these.
_NEEDS_WORK = "[^\x00-\x7f\u00c0-\u017f]|[\u00d7\u00f7\u0132\u0133\u013f\u0140\u0149\u017f]"


def layout(text: pa.Array) -> tuple[Bytes, Places]:
    """All bytes of an array of large strings without NULL, and where each begins and the last one ends."""
    _, offsets, content = text.buffers()
    bounds = np.frombuffer(offsets, np.int64)[text.offset : text.offset + len(text) + 1]
    return np.frombuffer(content, np.uint8) if content is not None else np.zeros(0, np.uint8), bounds


def longest(texts: pa.Array) -> int:
    """The bytes of the longest text."""
    kind = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    bounds = np.frombuffer(texts.buffers()[1], kind)[texts.offset : texts.offset + len(texts) + 1]
    return int(np.diff(bounds).max()) if len(texts) else 0


def whole(text: pa.Array, seed: Seed) -> Words:
    """One fingerprint a large string: of all its bytes, as they are."""
    prints = np.zeros(len(text), np.uint64)
    if len(text):
        kernels.whole(*layout(text), seed.exact, seed.base, prints)
    return prints


def mixed(left: Words, right: Words) -> Words:
    """One fingerprint of two."""
    both: Words = (left ^ (left >> _HALF)) * _SPREAD + right
    return (both ^ (both >> _HALF)) * _SPREAD
