"""Enumerated types: every label becomes another one of the same type, always the same.

One-to-one and no label stays; whoever knows how often each label occurs can tell which became which.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from anonymizer.pseudonyms.keys import Key
from anonymizer.pseudonyms.shuffle import cycle
from anonymizer.transforms.base import ENUM, INJECTIVE, Mask, Slot, Transform, among, exact, holding
from anonymizer.transforms.results import NOTHING


def relabel(_options: BaseModel, slot: Slot) -> Mask:
    # Sorted, so that a label added in the middle of the type does not depend on where.
    labels = pa.array(sorted(slot.labels), pa.string())

    def mask(key: Key, subjects: pa.Array, _values: pa.Array) -> pa.Array:
        others = labels.take(pa.array(cycle(key, len(labels))))
        return others.take(pc.index_in(subjects, labels))

    return mask


def _misfit(_options: BaseModel, slot: Slot) -> str | None:
    return None if len(slot.labels) > 1 else "a type of one label has no other"


RELABEL = Transform(
    summary="another label of the same enumerated type", bind=relabel, types=frozenset({ENUM}),
    family="relabel", scopes=frozenset({"value"}), canonical=exact, longest=lambda _: None,
    results=among(INJECTIVE), misfit=_misfit, holds=holding(NOTHING),
)  # fmt: skip
