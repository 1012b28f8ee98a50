"""Masks blocks of typed columns: what is masked travels as text and becomes its own type again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from anonymizer.canonical import Kind, canonical, kind_of
from anonymizer.files.content import WrongRow
from anonymizer.files.nothing import nothing
from anonymizer.files.tables import base_of
from anonymizer.masks.leaves import WrongDocument
from anonymizer.masks.masking import ColumnMask, table_mask
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import beside
from anonymizer.policies.schema import Schema
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms import DROP
from foundation.errors import InputError


@dataclass(frozen=True, kw_only=True)
class BlockMask:
    """What turns a block of a table's rows, of any types, into masked rows of the same types."""

    columns: Mapping[str, ColumnMask]
    read_as_text: tuple[str, ...]
    dropped: tuple[str, ...]

    def __call__(self, block: pa.Table) -> pa.Table:
        """Raises InputError that names the column, and WrongRow with the row where one is told; no value."""
        kept = block
        for name in self.dropped:
            kept = _with(kept, name, nothing(block.num_rows, block.schema.field(name).type))
        texts = kept
        for name in self.read_as_text:
            texts = texts.set_column(texts.column_names.index(name), name, _as_text(kept, name))
        for name, mask in self.columns.items():
            kept = _with(kept, name, _masked(name, mask, texts, block.schema.field(name).type))
        return kept


def block_mask(plan: TablePlan, schema: Schema, key: Key) -> BlockMask:
    """The mask of one table of any Arrow types."""
    columns = table_mask(plan, schema, key).columns
    others = {name for rule in plan.masked.values() for name in beside(rule)}
    return BlockMask(
        columns=columns,
        read_as_text=tuple(sorted({*columns, *(others & plan.rules.keys())})),
        dropped=tuple(name for name, rule in plan.rules.items() if rule.transform == DROP),
    )


def kinds_of(schema: pa.Schema) -> dict[str, Kind]:
    """What each column holds, for digests."""
    return {field.name: kind_of(base_of(field.type)) for field in schema}


def _with(block: pa.Table, name: str, values: pa.Array) -> pa.Table:
    at = block.column_names.index(name)
    return block.set_column(at, block.schema.field(at), values)


def _as_text(block: pa.Table, name: str) -> pa.Array:
    column = block.column(name).combine_chunks() if block.num_rows else pa.array([], pa.string())
    return canonical(column, kind_of(base_of(block.schema.field(name).type)))


def _masked(name: str, mask: ColumnMask, texts: pa.Table, kind: pa.DataType) -> pa.Array:
    try:
        return _typed(mask(texts, {}), kind)
    except InputError as error:
        raise InputError(error.what, where=f"column {name}", hint=error.hint) from None
    except WrongDocument as wrong:
        hint = "correct the document, or leave its row out"
        raise WrongRow(f"the document {wrong.what}", wrong.row, where=f"column {name}", hint=hint) from None
    except (pa.ArrowException, ValueError) as error:
        # Their messages quote values, and so would a traceback: neither is kept.
        what = f"a value could not be masked ({type(error).__name__})"
        raise InputError(what, where=f"column {name}", hint="check the transform of this column") from None


def _typed(masked: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return masked.cast(kind.value_type).dictionary_encode().cast(kind)
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return masked.cast(pa.timestamp(kind.unit)).cast(pa.timestamp(kind.unit, "UTC")).cast(kind)
    return masked.cast(kind)
