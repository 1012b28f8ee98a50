"""A digest of a table's rows that no order of rows, columns, blocks or workers changes, on any engine.

Two tables with the same rows have the same digest; it never tells a value, unless the rows can be guessed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from anonymizer.canonical import Kind, canonical

_LANES = 1024
_ROWS_AT_ONCE = 1024  # 2 MiB of lanes

Lanes = NDArray[np.uint64]


def _none() -> Lanes:
    return np.zeros(_LANES, np.uint64)


@dataclass(frozen=True, kw_only=True)
class TableDigest:
    """What has been added up of a table so far. Values of one table are put together with `+`.

    Each row's canonical bytes are expanded by SHAKE128 into 1,024 words of 16 bits; the words are added over
    the integers. That is LtHash16 (Bellare and Micciancio 1997; Lewi, Kim, Maykov and Weis, "Securing Update
    Propagation with Homomorphic Hashing", 2019: at least 200 bits of security) without its reduction modulo
    2^16: whoever finds two multisets with the same sum has found a collision of LtHash16, and rows that occur
    65,536 times do not cancel out. Good for 2^48 rows.
    """

    rows: int = 0
    lanes: Lanes = field(default_factory=_none, repr=False)

    def __add__(self, other: TableDigest) -> TableDigest:
        return TableDigest(rows=self.rows + other.rows, lanes=self.lanes + other.lanes)

    def of(self, kinds: Mapping[str, Kind]) -> str:
        """The digest of the table of these columns: BLAKE2b of their names, the count and the sums."""
        head = ",".join(sorted(kinds)).encode()
        whole = b"%d:%b%d:" % (len(head), head, self.rows) + self.lanes.astype("<u8").tobytes()
        return "lthash:" + hashlib.blake2b(whole, digest_size=32).hexdigest()

    def to_bytes(self) -> bytes:
        """The state, to be stored or sent by a worker."""
        return self.rows.to_bytes(8, "little") + self.lanes.astype("<u8").tobytes()

    @staticmethod
    def from_bytes(state: bytes) -> TableDigest:
        """The state that `to_bytes` gave. Raises ValueError for any other length."""
        if len(state) != 8 + 8 * _LANES:
            raise ValueError("not the state of a table's digest")
        lanes = np.frombuffer(state, "<u8", offset=8).astype(np.uint64)
        return TableDigest(rows=int.from_bytes(state[:8], "little"), lanes=lanes)


def digest_of(batch: pa.Table, kinds: Mapping[str, Kind]) -> TableDigest:
    """What a batch adds to its table's digest; `kinds` says what each column holds."""
    total = _none()
    for rows in _row_blocks(canonical_rows(batch, kinds)):
        words = b"".join([hashlib.shake_128(row).digest(2 * _LANES) for row in rows])
        total += np.frombuffer(words, "<u2").reshape(-1, _LANES).sum(axis=0, dtype=np.uint64)
    return TableDigest(rows=batch.num_rows, lanes=total)


def canonical_rows(batch: pa.Table, kinds: Mapping[str, Kind]) -> pa.Array:
    """Every row as bytes: its columns by name, each as "-" (NULL) or "+length:value". One-to-one."""
    fields = [_field(canonical(_one(batch, name), kinds[name])) for name in sorted(kinds)]
    if not fields:
        return pa.array([b""] * batch.num_rows, pa.large_binary())
    return pc.binary_join_element_wise(*fields, _word("")).cast(pa.large_binary())


def _one(batch: pa.Table, name: str) -> pa.Array:
    column = batch.column(name)
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _field(text: pa.Array) -> pa.Array:
    size = pc.binary_length(text).cast(pa.large_string())
    parts = (_word("+"), size, _word(":"), text.cast(pa.large_string()))
    return pc.binary_join_element_wise(*parts, _word("")).fill_null("-")


def _word(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())


def _row_blocks(rows: pa.Array) -> Iterator[list[bytes]]:
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        yield rows.slice(at, _ROWS_AT_ONCE).to_pylist()
