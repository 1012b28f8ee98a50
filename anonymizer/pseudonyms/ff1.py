"""FF1, the format-preserving permutation of NIST SP 800-38G, over many decimal numerals at once.

A permutation is how distinct values keep distinct pseudonyms without remembering any of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from anonymizer.pseudonyms import digits as decimal
from anonymizer.pseudonyms.digits import Digits
from anonymizer.pseudonyms.keys import Key
from anonymizer.pseudonyms.prf import Bytes, Words, encrypt

Allowed = Callable[[Digits, NDArray[np.int64]], NDArray[np.bool_]]

_ROUNDS = 10
# SP 800-38G rev. 1 wants a domain of at least a million.
SHORTEST, LONGEST = 6, 28
# Rows at a time that stay in a core's cache.
_CHUNK = 1 << 14


def permute(
    key: Key, numerals: Digits, *, allowed: Allowed | None = None, tweaks: Bytes | None = None
) -> Digits:
    """A keyed permutation of numerals, restricted to those that `allowed` accepts (cycle walking).

    Shapes: (rows, digits) in and out; tweaks (rows, bytes). `allowed` gets numerals and the rows they
    stand in. One-to-one on the allowed numerals of a tweak; another numeral becomes an allowed
    one.
    """
    aes = key.aes()
    out = transform(aes, numerals, tweaks)
    if allowed is None:
        return out
    rows = np.arange(len(out))
    while len(rows := rows[~allowed(out[rows], rows)]):
        out[rows] = transform(aes, out[rows], None if tweaks is None else tweaks[rows])
    return out


def alike(good: Callable[[Digits], NDArray[np.bool_]], numerals: Digits) -> Allowed:
    """Lets good numerals become good ones and others others, so that all of them together stay distinct."""
    was = good(numerals)
    return lambda out, rows: np.asarray(good(out) == was[rows], np.bool_)


def transform(aes: bytes, numerals: Digits, tweaks: Bytes | None = None) -> Digits:
    """FF1.Encrypt with radix 10. Shapes as in `permute`."""
    size = numerals.shape[1]
    left = size // 2
    out = np.empty_like(numerals)
    for at in range(0, len(numerals), _CHUNK):
        part = numerals[at : at + _CHUNK]
        halves = decimal.numbers(part[:, :left]), decimal.numbers(part[:, left:])
        a, b = _mixed(aes, halves, size, None if tweaks is None else tweaks[at : at + _CHUNK])
        out[at : at + _CHUNK, :left] = decimal.of_numbers(a, left)
        out[at : at + _CHUNK, left:] = decimal.of_numbers(b, size - left)
    return out


def permute_numbers(key: Key, numbers: Words, size: int) -> Words:
    """`permute` of numbers below 10^size (at most 19 digits), without the way through their digits."""
    aes = key.aes()
    right = np.uint64(10 ** (size - size // 2))
    out = np.empty(len(numbers), np.uint64)
    for at in range(0, len(numbers), _CHUNK):
        part = numbers[at : at + _CHUNK]
        a, b = _mixed(aes, (part // right, part % right), size, None)
        out[at : at + _CHUNK] = a * right + b
    return out


def _mixed(aes: bytes, halves: tuple[Words, Words], size: int, tweaks: Bytes | None) -> tuple[Words, Words]:
    """The Feistel rounds of FF1 over both halves of a numeral of `size` digits."""
    if not SHORTEST <= size <= LONGEST:
        raise ValueError(f"FF1 here takes {SHORTEST} to {LONGEST} digits, not {size}")
    left, right = size // 2, size - size // 2
    width = math.ceil(math.ceil(right * math.log2(10)) / 8)
    head = _head(aes, size, 0 if tweaks is None else tweaks.shape[1])
    blocks, low = _prefix(head, len(halves[0]), tweaks)
    random = np.empty((len(blocks) + 1, 2), ">u8")  # the cipher wants room for one block more
    cipher = Cipher(algorithms.AES(aes), modes.ECB()).encryptor()  # noqa: S305 - see prf.encrypt
    a, b = halves
    for turn in range(_ROUNDS):
        modulus = np.uint64(10 ** (left if turn % 2 == 0 else right))
        # Q: the tweak, zeros, the round, and the other half in `width` bytes.
        blocks[:, 1] = b ^ (low ^ np.uint64(turn << 8 * width))
        cipher.update_into(blocks.view(np.uint8).data, random.view(np.uint8).data)
        added = a + _below(random[:-1], modulus, 4 * math.ceil(width / 4) + 4)
        # Below twice the modulus; of what is below it once, the difference wraps to something huge.
        a, b = b, np.minimum(added, added - modulus)
    return a, b


def _head(aes: bytes, size: int, tweak: int) -> Bytes:
    """The encrypted first block P: it is the same for all rows and rounds."""
    block = bytes([1, 2, 1, 0, 0, 10, 10, size // 2]) + size.to_bytes(4, "big") + tweak.to_bytes(4, "big")
    return encrypt(aes, np.frombuffer(block, np.uint8).reshape(1, 16))


def _prefix(head: Bytes, rows: int, tweaks: Bytes | None) -> tuple[NDArray[np.void], Words]:
    """What all rounds' blocks have in common: the blocks with it, and the second half of each as a number."""
    fixed = np.broadcast_to(head, (rows if tweaks is not None else 1, 16)).copy()
    if tweaks is not None:
        fixed[:, : tweaks.shape[1]] ^= tweaks
    words = fixed.view(">u8")
    blocks = np.empty((rows, 2), ">u8")
    blocks[:, 0] = words[:, 0]
    return blocks, words[:, 1].astype(np.uint64)


def _below(random: NDArray[np.void], modulus: np.uint64, size: int) -> Words:
    """The first `size` bytes (8 or 12) of each block, as a big-endian number modulo `modulus`."""
    rest = _remainder(random[:, 0].astype(np.uint64), modulus)
    if size == 8:
        return rest
    more = random[:, 1].astype(np.uint64)
    for shift in (48, 32):  # a modulus of at most 14 digits leaves room for 16 bits
        rest = _remainder(rest << np.uint64(16) | more >> np.uint64(shift) & np.uint64(0xFFFF), modulus)
    return rest


def _remainder(values: Words, modulus: np.uint64) -> Words:
    # NumPy divides by a constant many at a time, but not for the remainder.
    return np.asarray(values - values // modulus * modulus, np.uint64)
