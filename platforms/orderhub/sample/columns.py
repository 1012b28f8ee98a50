"""Columns of tables: text put together, money, moments, digits. Knows no table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Integers = NDArray[np.int64]
DAY = 86_400
TODAY = 1_793_491_200  # 2026-11-01, so that the same seed is the same on any day


def column(table: pa.Table, name: str) -> pa.Array:
    return table.column(name).combine_chunks()


def join(parts: Sequence[pa.Array | str]) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def stack(*parts: pa.Array) -> pa.Array:
    return pa.concat_arrays(parts)


def pick(random: np.random.Generator, values: Sequence[str], count: int) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(random.integers(0, len(values), count)))


def sometimes(random: np.random.Generator, share: float, values: pa.Array) -> pa.Array:
    return where(random.random(len(values)) < share, values)


def where(condition: NDArray[np.bool_], values: pa.Array) -> pa.Array:
    """The values where the condition holds, NULL elsewhere."""
    return pc.if_else(pa.array(condition), values, pa.scalar(None, pa.string()))


def plain(names: pa.Array) -> pa.Array:
    lower = pc.utf8_lower(pc.replace_substring(pc.replace_substring(names, "ł", "l"), "Ł", "l"))
    return pc.replace_substring_regex(pc.utf8_normalize(lower, form="NFD"), r"[^a-z0-9]", "")


def money(grosz: Integers) -> pa.Array:
    """Whole grosz as numeric(12, 2): Arrow's decimals are 128-bit integers."""
    wide = np.column_stack([grosz.astype(np.int64), np.zeros(len(grosz), np.int64)])
    return pa.Array.from_buffers(
        pa.decimal128(14, 2), len(grosz), [None, pa.py_buffer(np.ascontiguousarray(wide))]
    )


def grosz(table: pa.Table, name: str) -> Integers:
    return np.frombuffer(column(table, name).buffers()[1], np.int64)[::2]


def moments(seconds: Integers) -> pa.Array:
    return pa.array(seconds.astype("datetime64[s]")).cast(pa.timestamp("s", "UTC"))


def as_digits(numbers: Integers, width: int) -> Integers:
    return numbers[:, None] // 10 ** np.arange(width - 1, -1, -1) % 10


def written(matrix: Integers) -> pa.Array:
    """Rows of digits as text."""
    rows, width = matrix.shape
    data = np.ascontiguousarray(matrix.astype(np.uint8) + 48)
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def padded(numbers: Integers, width: int) -> pa.Array:
    return written(as_digits(numbers, width))


def uuids(random: np.random.Generator, count: int) -> pa.Array:
    text = random.bytes(16 * count).hex()
    return pa.array(
        [
            f"{one[:8]}-{one[8:12]}-4{one[13:16]}-8{one[17:20]}-{one[20:]}"
            for one in (text[at : at + 32] for at in range(0, 32 * count, 32))
        ]
    )
