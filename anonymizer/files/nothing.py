"""Columns of NULLs, of any type. Arrow's own break structures with parts that may not be NULL."""

from __future__ import annotations

import pyarrow as pa


def nothing(count: int, kind: pa.DataType) -> pa.Array:
    """So many NULLs of that type. What stands in a structure that is NULL is not NULL where it may not be."""
    if not pa.types.is_struct(kind):
        return pa.nulls(count, kind)
    none = pa.nulls(count, kind).buffers()[0]
    return pa.Array.from_buffers(kind, count, [none], children=_parts(count, kind))


def _parts(count: int, kind: pa.StructType) -> list[pa.Array]:
    return [nothing(count, one.type) if one.nullable else _something(count, one.type) for one in kind]


def _something(count: int, kind: pa.DataType) -> pa.Array:
    """So many values of that type that nobody will see: zeros, empty texts and lists."""
    if pa.types.is_struct(kind):
        return pa.Array.from_buffers(kind, count, [None], children=_parts(count, kind))
    if pa.types.is_dictionary(kind):
        one = _something(1, kind.value_type)
        return pa.DictionaryArray.from_arrays(_something(count, kind.index_type), one, ordered=kind.ordered)
    empty = pa.nulls(count, kind)
    if pa.types.is_fixed_size_list(kind):
        parts = _something(count * kind.list_size, kind.value_type)
        return pa.Array.from_buffers(kind, count, [None], children=[parts])
    if pa.types.is_map(kind):
        parts = pa.nulls(0, pa.struct([kind.key_field, kind.item_field]))
        return pa.Array.from_buffers(kind, count, [None, empty.buffers()[1]], children=[parts])
    if pa.types.is_nested(kind):
        parts = pa.nulls(0, kind.value_type)
        return pa.Array.from_buffers(kind, count, [None, empty.buffers()[1]], children=[parts])
    return pa.Array.from_buffers(kind, count, [None, *empty.buffers()[1:]])
