"""How a table's rows travel: what is read of each column, and how masked rows are spelled for COPY.

Binary where every type allows it: what is kept passes without being looked at. Text in CSV otherwise. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from psycopg import sql
from pyarrow import csv

from anonymizer.kernels import loops
from anonymizer.kernels.machine import compiled
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import beside
from anonymizer.pseudonyms.prf import Layout, layout
from anonymizer.transforms import DROP

Encoder = Callable[[pa.Array], pa.Array]

# PostgreSQL's documentation, COPY, "Binary Format": signature, flags, length of the extension.
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_MARK = b"\xef\xbb\xbf"  # of UTF-8, at the start of a file
_2000 = 10_957  # days from 1970-01-01 to PostgreSQL's own epoch
_COUNT, _LENGTH = 2, 4  # bytes that say how many values a row has, and how long a value is
_fielded = compiled(loops.fielded)
_AS_TEXT = frozenset({"text", "character varying", "character"})


@dataclass(frozen=True, kw_only=True)
class Carried:
    """One column on its way. `text` names it for the masks; `value` is what is selected as it."""

    name: str
    value: sql.Composable
    text: bool


@dataclass(frozen=True, kw_only=True)
class Wire:
    """How one table travels. `encoders` turn a column's texts into PostgreSQL's bytes; None: all is CSV."""

    names: tuple[str, ...]
    carried: tuple[Carried, ...]
    encoders: Mapping[str, Encoder] | None

    @property
    def selected(self) -> sql.Composed:
        """What stands between SELECT and FROM; what is dropped is not even read."""
        return sql.SQL(", ").join(each.value for each in self.carried)

    @property
    def columns(self) -> sql.Composable:
        """What stands after the table's name in COPY: nothing where all columns are generated."""
        names = sql.SQL(", ").join(map(sql.Identifier, self.names))
        return sql.SQL("({})").format(names) if self.names else sql.SQL("")

    @property
    def format(self) -> sql.SQL:
        return sql.SQL("csv") if self.encoders is None else sql.SQL("binary")

    @property
    def head(self) -> bytes:
        return b"" if self.encoders is None else _HEADER

    @property
    def tail(self) -> bytes:
        return b"" if self.encoders is None else _TRAILER

    def texts(self, batch: pa.RecordBatch) -> pa.Table:
        """The columns that masks see, by name."""
        places = [at for at, each in enumerate(self.carried) if each.text]
        names = [self.carried[at].name for at in places]
        return pa.table([batch.column(at) for at in places], names=names)

    def rows(self, batch: pa.RecordBatch, masked: pa.Table) -> pa.Array:
        """Each row as COPY takes it: `batch` as it was read, its texts as they are now."""
        if not self.names:
            return pa.repeat(pa.scalar(b"\n"), len(batch))
        if self.encoders is None:
            return csv_rows([one(masked, name) for name in self.names])
        raw = {each.name: batch.column(at) for at, each in enumerate(self.carried) if not each.text}
        columns = [
            raw[name] if name in raw else self.encoders[name](one(masked, name)) for name in self.names
        ]
        return _binary_rows(columns)

    def column(self, name: str, batch: pa.RecordBatch, masked: pa.Table) -> pa.Array:
        """A column of what is written, as text or bytes."""
        if name in masked.column_names:
            return one(masked, name)
        return next(batch.column(at) for at, each in enumerate(self.carried) if each.name == name)


def one(table: pa.Table, name: str) -> pa.Array:
    """A column in one piece."""
    column = table.column(name)
    if column.num_chunks == 1:
        return column.chunk(0)
    return column.combine_chunks() if len(table) else pa.array([], column.type)


def wire(plan: TablePlan, senders: Mapping[str, tuple[str, str]]) -> Wire:
    """How a table travels. `senders`: what sends a column whose bytes mean the same anywhere."""
    encoders = {name: encoder for name in plan.rules if (encoder := _encoder(plan, name))}
    changed = {*plan.masked, *(name for name, rule in plan.rules.items() if rule.transform == DROP)}
    fits = bool(plan.rules) and all(name in (encoders if name in changed else senders) for name in plan.rules)
    return _binary(plan, senders, encoders) if fits else _csv(plan)


def _encoder(plan: TablePlan, name: str) -> Encoder | None:
    # Nothing but NULL is ever written into what is dropped.
    return _plain if plan.rules[name].transform == DROP else _ENCODERS.get(plan.table.columns[name].base)


def _binary(plan: TablePlan, senders: Mapping[str, tuple[str, str]], encoders: Mapping[str, Encoder]) -> Wire:
    others = {name for rule in plan.rules.values() for name in beside(rule)}
    carried = []
    for name, rule in plan.rules.items():
        base = plan.table.columns[name].base
        is_text = name in plan.masked or rule.transform == DROP or base in _AS_TEXT
        if is_text:
            carried.append(Carried(name=name, value=_text(name, rule.transform), text=True))
            continue
        send = sql.SQL("{}({})").format(sql.Identifier(*senders[name]), sql.Identifier(name))
        carried.append(Carried(name=name, value=send, text=False))
        if name in others:
            carried.append(Carried(name=name, value=_text(name, rule.transform), text=True))
    return Wire(names=tuple(plan.rules), carried=(*carried, *_sums(plan)), encoders=encoders)


def _csv(plan: TablePlan) -> Wire:
    carried = [
        Carried(name=name, value=_text(name, rule.transform), text=True) for name, rule in plan.rules.items()
    ]
    # Of rows without a value it is to be told how many there are.
    counted = () if carried else (Carried(name="", value=sql.SQL("''::text"), text=True),)
    return Wire(names=tuple(plan.rules), carried=(*carried, *counted, *_sums(plan)), encoders=None)


def _sums(plan: TablePlan) -> Iterator[Carried]:
    """What totals of the row add up goes to the masks, and no further."""
    for name, lines in plan.sums.items():
        yield Carried(name=name, value=lines.selected, text=True)


def as_text(plan: TablePlan) -> Wire:
    """How a table travels where all is wanted as text; what is dropped is not even read."""
    return _csv(plan)


def _text(name: str, transform: str) -> sql.Composable:
    return sql.SQL("CAST({} AS text)").format(sql.SQL("NULL") if transform == DROP else sql.Identifier(name))


def csv_rows(columns: list[pa.Array]) -> pa.Array:
    """Each row as CSV: every value quoted, NULL as nothing."""
    quoted = [
        pc.binary_join_element_wise('"', pc.replace_substring(column, '"', '""'), '"', "").fill_null("")
        for column in columns
    ]
    lines = quoted[0] if len(quoted) == 1 else pc.binary_join_element_wise(*quoted, ",")
    return pc.binary_join_element_wise(lines, "\n", "").cast(pa.binary())


def _binary_rows(columns: list[pa.Array]) -> pa.Array:
    """Each row: how many values, then length and bytes of each; a length of -1 is NULL."""
    rows = len(columns[0])
    sources = [_sized(column.cast(pa.binary())) for column in columns]
    bounds = np.zeros(rows + 1, np.int64)
    for _, _, lengths in sources:
        bounds[1:] += np.maximum(lengths, 0)
    bounds[1:] += _COUNT + _LENGTH * len(columns)
    np.cumsum(bounds, out=bounds)
    out, ends = np.empty(int(bounds[-1]), np.uint8), bounds[:-1].copy()
    for at, byte in enumerate(len(columns).to_bytes(_COUNT, "big")):
        out[ends + at] = byte
    ends += _COUNT
    for data, starts, lengths in sources:
        _fielded(data, starts, lengths, rows, ends, out)
    return pa.Array.from_buffers(pa.large_binary(), rows, [None, pa.py_buffer(bounds), pa.py_buffer(out)])


def _sized(column: pa.Array) -> Layout:
    data, starts, lengths = layout(column)
    if column.null_count:
        lengths = np.where(column.is_valid().to_numpy(zero_copy_only=False), lengths, -1)
    return data, starts, lengths


def _fixed(matrix: NDArray[np.uint8], like: pa.Array | None) -> pa.Array:
    """Rows of bytes as an Arrow binary array, NULL where `like` is."""
    rows, width = matrix.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    content = pa.py_buffer(np.ascontiguousarray(matrix))
    whole = pa.Array.from_buffers(pa.binary(), rows, [None, pa.py_buffer(offsets), content])
    return whole if like is None or not like.null_count else pc.if_else(like.is_valid(), whole, None)


def content(rows: pa.Array) -> pa.Buffer:
    """The bytes of all rows, one after another."""
    if not len(rows):
        return pa.py_buffer(b"")
    _, offsets, content = rows.buffers()
    bounds = np.frombuffer(offsets, np.int32)
    begin, end = int(bounds[rows.offset]), int(bounds[rows.offset + len(rows)])
    return content.slice(begin, end - begin) if content is not None else pa.py_buffer(b"")


def _integer(width: int) -> Encoder:
    def encode(texts: pa.Array) -> pa.Array:
        numbers = texts.cast(pa.int64()).fill_null(0).to_numpy()
        if len(numbers) and not -(1 << 8 * width - 1) <= numbers.min() <= numbers.max() < 1 << 8 * width - 1:
            raise ValueError("a number does not fit")
        return _fixed(numbers.astype(f">i{width}").view(np.uint8).reshape(-1, width), texts)

    return encode


def _date(texts: pa.Array) -> pa.Array:
    endless = {"infinity": (1 << 31) - 1, "-infinity": -(1 << 31)}
    plain = pc.if_else(pc.is_in(texts, pa.array(list(endless))), "1970-01-01", texts)
    days = pc.subtract(plain.cast(pa.date32()).cast(pa.int32()), _2000)
    for word, number in endless.items():
        days = pc.if_else(pc.equal(texts, word), pa.scalar(number, pa.int32()), days)
    numbers = days.fill_null(0).to_numpy().astype(">i4")
    return _fixed(numbers.view(np.uint8).reshape(-1, 4), texts)


def _uuid(texts: pa.Array) -> pa.Array:
    digits = pc.replace_substring(texts, "-", "").fill_null("0" * 32)
    raw = bytes.fromhex(bytes(content(digits.cast(pa.binary()))).decode("ascii"))
    return _fixed(np.frombuffer(raw, np.uint8).reshape(-1, 16), texts)


def _plain(texts: pa.Array) -> pa.Array:
    return texts.cast(pa.binary())


def _jsonb(texts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(b"\x01", texts.cast(pa.binary()), b"")  # the version of the format


_ENCODERS: Mapping[str, Encoder] = {
    "text": _plain, "character varying": _plain, "character": _plain, "json": _plain, "jsonb": _jsonb,
    "smallint": _integer(2), "integer": _integer(4), "bigint": _integer(8), "date": _date, "uuid": _uuid,
}  # fmt: skip


def parsed(block: bytes, columns: list[str]) -> pa.Table:
    """PostgreSQL's CSV, every column as text. Unquoted nothing is NULL, quoted nothing is empty."""
    return csv.read_csv(
        pa.BufferReader(_MARK + block),  # the reader takes one away: a value may begin with it
        csv.ReadOptions(column_names=columns, block_size=len(block) + len(_MARK) + 1),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), null_values=[""], strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )  # fmt: skip
