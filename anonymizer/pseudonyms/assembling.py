"""Puts texts together from frozen lists, row by row: a name, a dot, another name. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.kernels import loops
from anonymizer.kernels.loops import Bytes, Offsets, Places
from anonymizer.kernels.machine import compiled

_lengthened, _appended = compiled(loops.lengthened), compiled(loops.appended)
_MOST = 2**31 - 1  # bytes in an Arrow array of strings


@dataclass(frozen=True, kw_only=True, eq=False)
class Chosen:
    """For every row one of `values`, by its place in them. No value is NULL; every place is one of theirs."""

    values: pa.Array = field(repr=False)
    places: Places


def ending(values: pa.Array, end: str) -> pa.Array:
    """Each value with the same end."""
    return pc.binary_join_element_wise(values, end, "")


def assembled(parts: Sequence[Chosen]) -> pa.Array:
    """The texts that each row has chosen, one after another. Raises ValueError: more than 2 GiB."""
    rows = len(parts[0].places)
    sources = [(*_layout(part.values), np.ascontiguousarray(part.places)) for part in parts]
    sizes = np.zeros(rows, np.int64)
    for _, bounds, places in sources:
        _lengthened(bounds, places, rows, sizes)
    ends = np.zeros(rows + 1, np.int64)
    np.cumsum(sizes, out=ends[1:])
    if ends[-1] > _MOST:
        raise ValueError("too much text for one batch")
    offsets, out = ends.astype(np.int32), np.empty(int(ends[-1]), np.uint8)
    for data, bounds, places in sources:
        _appended(data, bounds, places, rows, ends, out)
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(out)])


def _layout(values: pa.Array) -> tuple[Bytes, Offsets]:
    _, offsets, content = values.buffers()
    bounds = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
    return np.frombuffer(content, np.uint8), bounds
