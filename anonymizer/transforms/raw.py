"""Bytes: as many other ones. Nobody can look inside a file, so nothing of it is kept but its size."""

from __future__ import annotations

import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import Transform, always, among, exact, holding
from anonymizer.transforms.results import NOTHING

_HEX = "\\x"


def noise(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
    """AES-CTR's key stream, begun at the subject's digest: a PRF of any length (SP 800-38A)."""
    aes = key.derive("stream").aes()
    rows = zip(prf.digests(key, subjects), values.to_pylist(), strict=True)
    return pa.array([_stream(aes, start.tobytes(), value or "") for start, value in rows], pa.string())


def _stream(aes: bytes, start: bytes, value: str) -> str:
    size = max(0, len(value) - len(_HEX)) // 2
    made = Cipher(algorithms.AES(aes), modes.CTR(start)).encryptor().update(bytes(size))
    found = _HEX + made.hex()
    # A few bytes may come out as they were: then the last bit is the other one.
    return found if found != value or not made else _HEX + (made[:-1] + bytes([made[-1] ^ 1])).hex()


NOISE = Transform(
    summary="other bytes, as many", bind=always(noise), types=frozenset({"bytea"}), family="noise",
    canonical=exact, longest=lambda _: None, results=among(1), holds=holding(NOTHING),
)  # fmt: skip
