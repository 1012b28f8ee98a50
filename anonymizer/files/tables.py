"""What a file looks like as a table: columns and their types, in PostgreSQL's words. Reads no row."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from anonymizer.policies.policy import Policy, Rule
from anonymizer.policies.schema import Column, Table
from anonymizer.transforms import JSON, transform
from anonymizer.transforms.base import TEXT

_BASES: Mapping[pa.DataType, str] = {
    pa.int8(): "smallint", pa.int16(): "smallint", pa.uint8(): "smallint", pa.int32(): "integer",
    pa.uint16(): "integer", pa.int64(): "bigint", pa.uint32(): "bigint", pa.uint64(): "numeric",
    pa.float16(): "real", pa.float32(): "real", pa.float64(): "double precision", pa.bool_(): "boolean",
    pa.date32(): "date", pa.date64(): "date", pa.string(): "text", pa.large_string(): "text",
    pa.string_view(): "text", pa.binary(): "bytea", pa.large_binary(): "bytea", pa.null(): "text",
}  # fmt: skip


def base_of(kind: pa.DataType) -> str:
    """What PostgreSQL calls such values; a type that it does not have keeps its own name."""
    if pa.types.is_dictionary(kind):
        return base_of(kind.value_type)
    if pa.types.is_fixed_size_binary(kind):
        return "bytea"
    if pa.types.is_decimal(kind):
        return "numeric"
    if pa.types.is_timestamp(kind):
        return f"timestamp {'without' if kind.tz is None else 'with'} time zone"
    if pa.types.is_time(kind):
        return "time without time zone"
    return _BASES.get(kind, str(kind))


def table_of(name: str, schema: pa.Schema, rows: int, policy: Policy) -> Table:
    """The table in a file. Texts count as what the column's transform expects: files do not say more."""
    written = policy.tables.get(name)
    rules = written.columns if written is not None else {}
    columns = {field.name: column_of(field, rules.get(field.name)) for field in schema}
    return Table(name=name, schema="", relation=name, rows=rows, columns=columns, unique={})


def column_of(field: pa.Field, rule: Rule | None) -> Column:
    """A field as a column that its rule is to fit."""
    base = base_of(field.type)
    return Column(
        name=field.name, type=base, base=_expected(rule) if base == "text" else base, limit=None,
        nullable=field.nullable, default=False, generated=False,
    )  # fmt: skip


def _expected(rule: Rule | None) -> str:
    if rule is not None and rule.transform == JSON:
        return "json"
    if rule is None or not rule.masks:
        return "text"
    types = transform(rule.transform, "entity" if rule.entity else "value").types
    return "text" if types & TEXT else min(types)
