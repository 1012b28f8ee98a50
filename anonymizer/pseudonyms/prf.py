"""The pseudo-random function behind every pseudonym: AES-CMAC over many strings at once.

Vectorised NIST SP 800-38B. Nothing else in this room turns a value into a choice: no mixer, no generator.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from numpy.typing import NDArray

from anonymizer.kernels import loops
from anonymizer.kernels.machine import compiled
from anonymizer.pseudonyms.keys import Key

Bytes = loops.Bytes
Words = loops.Words
# Strings as they lie in memory: all bytes, where each begins, how long it is.
Layout = tuple[loops.Bytes, loops.Places, loops.Places]

_BLOCK = 16
# Rows at a time whose blocks stay in a core's cache.
ROWS = 1 << 15
_cmac_blocks, _parted = compiled(loops.cmac_blocks), compiled(loops.parted)
_remainders = compiled(loops.remainders)
# A longer message is first digested (keyed BLAKE2b), so that one large value cannot take all memory.
_LONGEST = 512


class Subjects:
    """Strings whose digests are remembered: several columns of a batch are often about the same subjects."""

    def __init__(self, texts: pa.Array) -> None:
        self.texts = texts
        self._known: dict[Key, Bytes] = {}

    def digests(self, key: Key) -> Bytes:
        """Their digests under a key, computed once. Keys are told apart by identity."""
        if key not in self._known:
            self._known[key] = digests(key, self.texts)
        return self._known[key]


def digests(key: Key, messages: pa.Array | Subjects) -> Bytes:
    """AES-CMAC of every string; NULL counts as the empty string. Shape: (rows, 16)."""
    if isinstance(messages, Subjects):
        return messages.digests(key)
    data, starts, lengths = _short(key, messages)
    aes = key.aes()
    cipher, subkeys = encryptor(aes), _subkeys(aes)
    out = np.empty((len(starts), 2), np.uint64)
    for at in range(0, len(starts), ROWS):
        part = slice(at, at + ROWS)
        _cmac(cipher, subkeys, (data, starts[part], lengths[part]), out[part])
    return out.view(np.uint8)


def words(key: Key, label: str, blocks: Bytes) -> tuple[Words, Words]:
    """Two independent 64-bit words for every digest, under a subkey of their own."""
    expanded = encrypt(key.derive(label).aes(), blocks).view(np.uint64)
    first, second = np.empty(len(blocks), np.uint64), np.empty(len(blocks), np.uint64)
    _parted(expanded, len(blocks), first, second)
    return first, second


def encrypt(aes: bytes, blocks: Bytes) -> Bytes:
    """AES-128 of every 16-byte block by itself. Shape: (rows, 16) in and out."""
    whole = encryptor(aes).update(np.ascontiguousarray(blocks).data)
    return np.frombuffer(whole, np.uint8).reshape(-1, _BLOCK)


def encryptor(aes: bytes) -> CipherContext:
    """What encrypts blocks by themselves, call after call."""
    # ECB is right here: each block is one input of a permutation, never a part of a longer text.
    return Cipher(algorithms.AES(aes), modes.ECB()).encryptor()  # noqa: S305


def room(rows: int) -> Words:
    """Room for so many blocks from a cipher's `update_into`, which wants one more. Shape: (rows + 1, 2)."""
    return np.empty((rows + 1, 2), np.uint64)


def _cmac(cipher: CipherContext, subkeys: Words, messages: Layout, out: Words) -> None:
    data, starts, lengths = messages
    rows = len(starts)
    blocks, state = np.empty((rows, 2), np.uint64), room(rows)
    content, turn = blocks.view(np.uint8), 0
    while _cmac_blocks(data, starts, lengths, rows, turn, subkeys, state, content, blocks, out):
        cipher.update_into(content.data, state.view(np.uint8).data)
        turn += 1


def _subkeys(aes: bytes) -> Words:
    """What is added to a last block: the two words for a whole one, the two for another."""
    first = _doubled(int.from_bytes(encrypt(aes, np.zeros((1, _BLOCK), np.uint8)).tobytes(), "big"))
    return np.concatenate([_block(first), _block(_doubled(first))]).view(np.uint64)


def _doubled(value: int) -> int:
    carry = 0x87 if value >> 127 else 0
    return ((value << 1) & ((1 << 128) - 1)) ^ carry


def _block(value: int) -> Bytes:
    return np.frombuffer(value.to_bytes(_BLOCK, "big"), np.uint8)


def _short(key: Key, messages: pa.Array) -> Layout:
    data, starts, lengths = layout(messages)
    if len(lengths) and int(lengths.max()) > _LONGEST:
        short = [_shortened(key, data[at : at + size]) for at, size in zip(starts, lengths, strict=True)]
        return layout(pa.array(short, pa.binary()))
    return data, starts, lengths


def _shortened(key: Key, message: Bytes) -> bytes:
    if len(message) <= _LONGEST:
        return message.tobytes()
    return hashlib.blake2b(message.tobytes(), key=key.digest()).digest()


def layout(strings: pa.Array) -> Layout:
    """An Arrow string array as NumPy: all bytes, each string's start and length (0 for NULL)."""
    if not len(strings):  # its buffers may be none
        return np.zeros(0, np.uint8), np.zeros(0, np.int64), np.zeros(0, np.int64)
    _, offsets, content = strings.buffers()
    kind = np.int64 if strings.type in (pa.large_string(), pa.large_binary()) else np.int32
    bounds = np.frombuffer(offsets, kind)[strings.offset : strings.offset + len(strings) + 1].astype(np.int64)
    data = np.frombuffer(content, np.uint8) if content is not None else np.zeros(0, np.uint8)
    lengths = bounds[1:] - bounds[:-1]
    if strings.null_count:
        lengths = np.where(strings.is_valid().to_numpy(zero_copy_only=False), lengths, 0)
    return data, bounds[:-1], lengths


def choose(choices: Words, size: int) -> NDArray[np.int64]:
    """An index below `size` from each word; the bias of the remainder is below size / 2^64."""
    return remainders(choices, size).view(np.int64)


def remainders(values: Words, size: int) -> Words:
    """Each value modulo `size`."""
    whole, out = np.ascontiguousarray(values), np.empty(len(values), np.uint64)
    _remainders(whole, len(whole), np.uint64(size), out)
    return out


def from_bytes(rows: Sequence[bytes]) -> Bytes:
    """Blocks of 16 bytes as an array, for known-answer tests and constants."""
    return np.frombuffer(b"".join(rows), np.uint8).reshape(-1, _BLOCK)
