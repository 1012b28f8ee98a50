"""Masks Spark's data frames batch by batch on the executors, and digests them. Starts no session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.types import DataType, DecimalType, StructType

from anonymizer.digests import TableDigest, digest_of
from anonymizer.files.content import WrongRow
from anonymizer.files.masking import block_mask, kinds_of
from anonymizer.files.run import file_plan
from anonymizer.files.tables import table_of
from anonymizer.policies.policy import Policy
from anonymizer.policies.schema import Schema
from anonymizer.pseudonyms.keys import Key
from foundation.errors import InputError

# Where a worker gets the key: a function of a module, or a partial of one, never the key itself.
KeySource = Callable[[], Key]
Batches = Iterator[pa.RecordBatch]

_TYPES: Mapping[str, pa.DataType] = {
    "string": pa.string(), "tinyint": pa.int8(), "smallint": pa.int16(), "int": pa.int32(),
    "bigint": pa.int64(), "float": pa.float32(), "double": pa.float64(), "boolean": pa.bool_(),
    "date": pa.date32(), "timestamp": pa.timestamp("us", "UTC"), "timestamp_ntz": pa.timestamp("us"),
    "binary": pa.binary(),
}  # fmt: skip


def masked(frame: DataFrame, table: str, policy: Policy, key: KeySource) -> DataFrame:
    """The frame as the policy's table of that name says, lazily; columns, types and order stay.

    `key` is called on every executor, so that Spark never ships or stores a key: a file that is there, or a
    vault's command. Raises InputError before a row is read: a column that is not named, a transform that
    cannot fit, a table that is not copied.
    """
    schema = _arrow(frame.schema)
    described = Schema(tables={table: table_of(table, schema, 0, policy)})
    plan = file_plan(policy, described)
    if not plan.copies:
        return frame.limit(0)
    [copy] = plan.copies

    def work(batches: Batches) -> Batches:
        mask, done = block_mask(copy, described, key()), 0
        for batch in batches:
            try:
                block = mask(pa.Table.from_batches([batch]))
            except WrongRow as error:
                where = f"{table}, row {done + error.row + 1} of its partition, {error.where}"
                raise InputError(error.what, where=where, hint=error.hint) from None
            yield from block.to_batches()
            done += batch.num_rows

    return frame.mapInArrow(work, frame.schema)


def digest(frame: DataFrame) -> str:
    """The digest of the frame's rows, the same as of the same table on any engine. Runs a job."""
    kinds = kinds_of(_arrow(frame.schema))

    def work(batches: Batches) -> Batches:
        total = TableDigest()
        for batch in batches:
            total += digest_of(pa.Table.from_batches([batch]), kinds)
        yield pa.RecordBatch.from_pydict({"state": pa.array([total.to_bytes()], pa.binary())})

    total = TableDigest()
    for row in frame.mapInArrow(work, "state binary").toLocalIterator():
        total += TableDigest.from_bytes(bytes(row["state"]))
    return total.of(kinds)


def _arrow(schema: StructType) -> pa.Schema:
    return pa.schema([pa.field(one.name, _type(one.dataType), one.nullable) for one in schema.fields])


def _type(kind: DataType) -> pa.DataType:
    """The Arrow type in which Spark hands such values over; of what can only be kept, some list."""
    if isinstance(kind, DecimalType):
        return pa.decimal128(kind.precision, kind.scale)
    return _TYPES.get(kind.simpleString(), pa.list_(pa.null()))
