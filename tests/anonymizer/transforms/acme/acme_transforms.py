"""Another company's transforms: one that is right, and some that are wrong in every way that is checked."""

from __future__ import annotations

import hashlib

import pyarrow as pa


def plate(key: bytes, values: pa.Array) -> pa.Array:
    """Number plates, such as "WA 0F3C2"."""
    codes = [hashlib.blake2b(value.encode(), key=key).hexdigest()[:5] for value in values.to_pylist()]
    return pa.array([f"WA {code.upper()}" for code in codes], pa.string())


def short(key: bytes, values: pa.Array) -> pa.Array:
    return plate(key, values)[1:]


def nulls(_key: bytes, values: pa.Array) -> pa.Array:
    return pa.nulls(len(values), pa.string())


def a_list(_key: bytes, values: pa.Array) -> list[str]:
    return list(values.to_pylist())


def broken(_key: bytes, values: pa.Array) -> pa.Array:
    raise ValueError(f"I cannot read {values[0]}")
