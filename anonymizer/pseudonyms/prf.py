"""The pseudo-random function behind every pseudonym: AES-CMAC over many strings at once.

Vectorised NIST SP 800-38B. Nothing else in this room turns a value into a choice: no mixer, no generator.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from anonymizer.pseudonyms.keys import Key

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]

_BLOCK = 16
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
    data, starts, lengths = _packed(key, messages)
    aes = key.aes()
    out = np.empty((len(starts), _BLOCK), np.uint8)
    blocks = np.maximum(1, -(-lengths // _BLOCK))
    for count in np.unique(blocks):
        rows = np.flatnonzero(blocks == count)
        windows = sliding_window_view(data, int(count) * _BLOCK)[starts[rows]]
        out[rows] = _cmac(aes, windows, lengths[rows] - (int(count) - 1) * _BLOCK)
    return out


def words(key: Key, label: str, blocks: Bytes) -> tuple[Words, Words]:
    """Two independent 64-bit words for every digest, under a subkey of their own."""
    expanded = encrypt(key.derive(label).aes(), blocks).view(">u8").astype(np.uint64)
    return expanded[:, 0], expanded[:, 1]


def encrypt(aes: bytes, blocks: Bytes) -> Bytes:
    """AES-128 of every 16-byte block by itself. Shape: (rows, 16) in and out."""
    # ECB is right here: each block is one input of a permutation, never a part of a longer text.
    cipher = Cipher(algorithms.AES(aes), modes.ECB()).encryptor()  # noqa: S305
    return np.frombuffer(cipher.update(np.ascontiguousarray(blocks).data), np.uint8).reshape(-1, _BLOCK)


def _cmac(aes: bytes, messages: Bytes, in_last: NDArray[np.int64]) -> Bytes:
    """CMAC of messages of one block count; `in_last`: the bytes of the message in its last block."""
    message, (kept, added) = messages.view(np.uint64), _endings(aes)
    message[:, -2:] = message[:, -2:] & kept[in_last] ^ added[in_last]
    state = np.zeros((len(messages), 2), np.uint64)
    for at in range(0, message.shape[1], 2):
        state = encrypt(aes, (state ^ message[:, at : at + 2]).view(np.uint8)).view(np.uint64)
    return state.view(np.uint8)


def _endings(aes: bytes) -> tuple[Words, Words]:
    """By the number of bytes in the last block: the bits of it that are kept, and what is added to it."""
    whole, partial = _subkeys(aes)
    places = np.arange(_BLOCK)
    sizes = np.arange(_BLOCK + 1)[:, None]
    kept = np.where(places < sizes, 0xFF, 0).astype(np.uint8)
    added = np.where(places == sizes, 0x80, 0).astype(np.uint8) ^ np.where(sizes < _BLOCK, partial, whole)
    return kept.view(np.uint64), added.view(np.uint64)


def _subkeys(aes: bytes) -> tuple[Bytes, Bytes]:
    first = _doubled(int.from_bytes(encrypt(aes, np.zeros((1, _BLOCK), np.uint8)).tobytes(), "big"))
    return _block(first), _block(_doubled(first))


def _doubled(value: int) -> int:
    carry = 0x87 if value >> 127 else 0
    return ((value << 1) & ((1 << 128) - 1)) ^ carry


def _block(value: int) -> Bytes:
    return np.frombuffer(value.to_bytes(_BLOCK, "big"), np.uint8)


def _packed(key: Key, messages: pa.Array) -> tuple[Bytes, NDArray[np.int64], NDArray[np.int64]]:
    """The strings' bytes, padded so that a window may run past the end; where each starts; how long it is."""
    data, starts, lengths = layout(messages)
    if len(lengths) and int(lengths.max()) > _LONGEST:
        short = [_shortened(key, data[at : at + size]) for at, size in zip(starts, lengths, strict=True)]
        data, starts, lengths = layout(pa.array(short, pa.binary()))
    return np.concatenate([data, np.zeros(_LONGEST + _BLOCK, np.uint8)]), starts, lengths


def _shortened(key: Key, message: Bytes) -> bytes:
    if len(message) <= _LONGEST:
        return message.tobytes()
    return hashlib.blake2b(message.tobytes(), key=key.digest()).digest()


def layout(strings: pa.Array) -> tuple[Bytes, NDArray[np.int64], NDArray[np.int64]]:
    """An Arrow string array as NumPy: all bytes, each string's start and length (0 for NULL)."""
    wide = strings.cast(pa.large_binary())
    _, offsets, content = wide.buffers()
    bounds = np.frombuffer(offsets, np.int64)[wide.offset : wide.offset + len(wide) + 1]
    data = np.frombuffer(content, np.uint8) if content is not None else np.zeros(0, np.uint8)
    lengths = np.diff(bounds)
    if wide.null_count:
        lengths = np.where(wide.is_valid().to_numpy(zero_copy_only=False), lengths, 0)
    return data, bounds[:-1], lengths


def choose(choices: Words, size: int) -> NDArray[np.int64]:
    """An index below `size` from each word; the bias of the remainder is below size / 2^64."""
    divisor = np.uint64(size)  # NumPy divides by a constant many at a time, but not for the remainder
    return (choices - choices // divisor * divisor).astype(np.int64)


def from_bytes(rows: Sequence[bytes]) -> Bytes:
    """Blocks of 16 bytes as an array, for known-answer tests and constants."""
    return np.frombuffer(b"".join(rows), np.uint8).reshape(-1, _BLOCK)
