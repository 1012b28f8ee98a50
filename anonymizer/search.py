"""Searches the whole target for originals: reads both servers, hands texts to the scan.

Values are held for as long as their fingerprints take, and are in no message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql
from pyarrow import csv

from anonymizer.connections import translated
from anonymizer.fingerprints import Places, Seed, normal
from anonymizer.plan import Plan, TablePlan
from anonymizer.policy import Rule
from anonymizer.scanning import Batch, Hits, Originals, Sighting, index, population, scan, sightings
from anonymizer.transforms import DROP, KEEP
from foundation.errors import Unavailable

_BLOCK = 4 << 20
_ROW = "row"
# What holds no text. Everything else is searched as its text, documents and bytes included.
_NO_TEXT = frozenset({
    "smallint", "integer", "bigint", "numeric", "real", "double precision", "boolean", "date", "uuid", "oid",
    "time without time zone", "time with time zone", "timestamp without time zone",
    "timestamp with time zone", "interval", "money",
})  # fmt: skip
# Between the values that one path of a document has.
_UNIT = "\x1f"


def search(source: psycopg.Connection, target: psycopg.Connection, plan: Plan) -> list[Sighting]:
    """What of the source's identifying values stands anywhere in the target's texts or catalogue."""
    seed = Seed.new()
    salt = int(seed.base >> np.uint64(2))
    originals = index([batch for table in plan.copies for batch in _originals(source, table, salt)], seed)
    if not len(originals.prints):
        return []
    seen = [one for table in plan.copies for one in _table(target, table, originals, seed, salt)]
    return [*seen, *_catalogue(target, originals, seed)]


def _originals(source: psycopg.Connection, table: TablePlan, salt: int) -> Iterator[Batch]:
    values: dict[str, sql.Composable] = {}
    kinds: dict[str, str] = {}
    for name, rule in table.rules.items():
        for label, inner, value in _places(name, rule):
            if inner.class_ == "identifying":
                values[label], kinds[label] = value, population(inner.transform)
    if not values:
        return
    for chunk in _read(source, table, values, salt, "source"):
        rows = _rows_of(chunk)
        for label, kind in kinds.items():
            parts = pc.split_pattern(chunk.column(label).combine_chunks().fill_null(""), _UNIT)
            yield Batch(
                population=kind,
                texts=normal(pc.list_flatten(parts)),
                rows=rows[pc.list_parent_indices(parts).to_numpy()],
            )


def _places(name: str, rule: Rule) -> Iterator[tuple[str, Rule, sql.Composable]]:
    """A column, or the named paths of a document, each as one text."""
    column = sql.Identifier(name)
    if not rule.paths:
        yield name, rule, sql.SQL("{}::text").format(column)
    for path, inner in rule.paths.items():
        quoted = re.sub(r"\.([\w-]+)", r'."\1"', path)
        value = sql.SQL(
            "(SELECT string_agg(v #>> '{{}}', {}) FROM jsonb_path_query({}::jsonb, {}::jsonpath) AS v)"
        ).format(sql.Literal(_UNIT), column, sql.Literal(quoted))
        yield f"{name} {path}", inner, value


def _table(
    target: psycopg.Connection, table: TablePlan, originals: Originals, seed: Seed, salt: int
) -> Iterator[Sighting]:
    columns = [
        name
        for name, rule in table.rules.items()
        if rule.transform != DROP and table.table.columns[name].base not in _NO_TEXT
    ]
    values: dict[str, sql.Composable] = {
        name: sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns
    }
    hits: dict[str, list[Hits]] = {name: [] for name in columns}
    count = 0
    for chunk in _read(target, table, values, salt, "target") if columns else ():
        rows, count = _rows_of(chunk), count + chunk.num_rows
        for name in columns:
            texts = _unescaped(chunk.column(name).combine_chunks(), table.table.columns[name].base)
            if not _explained(table.rules[name]):  # rows do not matter there, and texts often repeat
                texts = pc.unique(texts)
            hits[name].append(scan(originals, texts, rows[: len(texts)], seed))
    for name in columns:
        place = f"{table.table.name}.{name}"
        yield from sightings(place, originals, _together(hits[name]), _explained(table.rules[name]), count)


def _explained(rule: Rule) -> frozenset[str]:
    """The populations from which the transforms of a column draw."""
    inner = rule.paths.values() if rule.paths else [rule]
    return frozenset(population(one.transform) for one in inner if one.masks)


def _unescaped(texts: pa.Array, base: str) -> pa.Array:
    r"""JSON writes a line's end as two characters, which would look like the letter n of the next word."""
    return pc.replace_substring_regex(texts, r'\\[nrtbf"/]', " ") if base in ("json", "jsonb") else texts


def _together(hits: list[Hits]) -> Hits:
    none = np.zeros(0, np.int64)
    trials: dict[int, int] = {}
    for one in hits:
        for width, count in one.trials.items():
            trials[width] = trials.get(width, 0) + count
    return Hits(
        originals=np.concatenate([none, *(one.originals for one in hits)]),
        rows=np.concatenate([none, *(one.rows for one in hits)]),
        trials=trials,
    )


def _catalogue(target: psycopg.Connection, originals: Originals, seed: Seed) -> Iterator[Sighting]:
    """Comments, defaults, labels, views and functions: migrations made them, and somebody may have pasted."""
    with translated("target, catalogue"):
        found = target.execute(_CATALOGUE).fetchall()
    kinds: dict[str, list[str]] = {}
    for kind, text in found:
        kinds.setdefault(kind, []).append(text)
    for kind, texts in kinds.items():
        hits = scan(originals, pa.array(texts, pa.string()), np.zeros(len(texts), np.int64), seed)
        yield from sightings(f"the catalogue's {kind}", originals, hits, frozenset(), 0)


def _rows_of(chunk: pa.Table) -> Places:
    rows: Places = chunk.column(_ROW).combine_chunks().to_numpy()
    return rows


def _read(
    connection: psycopg.Connection, table: TablePlan, values: Mapping[str, sql.Composable], salt: int,
    role: str,
) -> Iterator[pa.Table]:  # fmt: skip
    """Texts of every row, in blocks, each with the fingerprint of its table and key (0 where none tells)."""
    key: sql.Composable = sql.Literal(0)
    names = table.table.primary_key
    if names and all(table.rules[name].transform == KEEP for name in names):
        fields = sql.SQL(", ").join([sql.Literal(table.table.name), *map(sql.Identifier, names)])
        key = sql.SQL("hashtextextended(row({})::text, {})").format(fields, sql.Literal(salt))
    query = sql.SQL("COPY (SELECT {}::bigint, {} FROM {}) TO STDOUT (FORMAT csv)").format(
        key, sql.SQL(", ").join(values.values()), table.table.identifier
    )
    where = f"{role}, {table.table.name}"
    with translated(where), connection.cursor().copy(query) as copy:
        block: list[bytes | bytearray | memoryview] = []
        size = 0
        for row in copy:
            block.append(row)
            size += len(row)
            if size >= _BLOCK:
                yield _parsed(block, [*values], where)
                block, size = [], 0
        if block:
            yield _parsed(block, [*values], where)


def _parsed(block: list[bytes | bytearray | memoryview], names: list[str], where: str) -> pa.Table:
    types = {_ROW: pa.int64(), **dict.fromkeys(names, pa.string())}
    content = b"".join(block)
    try:
        return csv.read_csv(
            pa.py_buffer(content),
            csv.ReadOptions(column_names=[*types], block_size=max(len(content) + 1, 1 << 16)),
            csv.ParseOptions(newlines_in_values=True),
            csv.ConvertOptions(column_types=types),
        )
    except pa.ArrowInvalid:
        # Arrow's message quotes the row.
        raise Unavailable("rows cannot be read for the check", where=where) from None


_CATALOGUE = """
SELECT 'comments', description FROM pg_description WHERE objoid >= 16384
UNION ALL SELECT 'defaults', pg_get_expr(adbin, adrelid) FROM pg_attrdef
UNION ALL SELECT 'constraints', pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'
UNION ALL SELECT 'labels', enumlabel FROM pg_enum
UNION ALL SELECT 'functions', prosrc FROM pg_proc WHERE oid >= 16384
UNION ALL SELECT 'partition bounds', pg_get_expr(relpartbound, oid) FROM pg_class WHERE relispartition
UNION ALL SELECT 'views', pg_get_viewdef(oid) FROM pg_class WHERE relkind IN ('v', 'm') AND oid >= 16384"""
