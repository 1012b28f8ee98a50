"""The check after a copy: does anything identifying still stand where it stood, or anywhere else?

Shares nothing with the transforms. Columns are compared by keyed 64-bit fingerprints that both servers
compute under a seed made for this check; then all texts of the target are searched for originals.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import numpy as np
import psycopg
from psycopg import sql

from anonymizer.comparison import NOTHING, Comparison, Prints, compare, matched_rows
from anonymizer.connections import translated
from anonymizer.plan import Plan, TablePlan
from anonymizer.policy import Rule
from anonymizer.scanning import Sighting
from anonymizer.schema import ForeignKey, Schema, Table
from anonymizer.search import search
from anonymizer.transforms import KEEP
from foundation.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What the check saw; `faults` says why it did not pass."""

    comparisons: tuple[Comparison, ...]
    faults: tuple[str, ...]
    sightings: tuple[Sighting, ...] = ()

    @property
    def passes(self) -> bool:
        return not self.faults

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def verify(
    source: psycopg.Connection,
    target: psycopg.Connection,
    plan: Plan,
    target_schema: Schema,
    *,
    everywhere: bool = False,
    of_a_part: bool = False,
) -> Verification:
    """Compares every masked or identifying place by primary key, counts rows, looks for orphans.

    Of a subset (`of_a_part`) rows may be missing. With `everywhere`, all texts of the target are searched for
    identifying originals, too; that takes longer than the comparison.
    """
    _refuse_unlike(source, target)
    seed = secrets.randbits(62)
    comparisons: list[Comparison] = []
    faults: list[str] = []
    for table in plan.copies:
        found, wrong = _table(source, target, table, seed, of_a_part=of_a_part)
        comparisons += found
        faults += wrong
        faults += _orphans(target, target_schema.tables[table.table.name], plan)
    faults += _not_empty(target, plan)
    faults += [
        f"{c.place}: {c.survivors} of {c.values} values stand where they stood "
        f"({c.by_chance:.2g} expected by chance)"
        for c in comparisons
        if not c.passes
    ]
    seen = search(source, target, plan) if everywhere else []
    told = {c.place.partition(" ")[0] for c in comparisons if not c.passes}
    faults += [_told(one) for one in seen if not one.passes and one.place.partition(" ")[0] not in told]
    return Verification(comparisons=tuple(comparisons), faults=tuple(faults), sightings=tuple(seen))


def _told(seen: Sighting) -> str:
    where = "in the rows of their own persons" if seen.same_row else "there"
    return (
        f"{seen.place}: {seen.found} originals ({seen.population}) stand {where} "
        f"({seen.by_chance:.2g} expected by chance)"
    )


def _refuse_unlike(source: psycopg.Connection, target: psycopg.Connection) -> None:
    """Fingerprints are comparable only when both servers compute the same; a known text tells."""
    ask = "SELECT hashtextextended('Zażółć gęślą jaźń', 7)"
    if source.execute(ask).fetchone() != target.execute(ask).fetchone():
        raise Refused("the two servers compute different fingerprints, so the copy cannot be checked")


def _table(
    source: psycopg.Connection, target: psycopg.Connection, plan: TablePlan, seed: int, *, of_a_part: bool
) -> tuple[list[Comparison], list[str]]:
    name = plan.table.name
    places = list(_places(plan.rules))
    key = _key(plan)
    with ThreadPoolExecutor(max_workers=1) as other:  # both servers work at the same time
        coming = other.submit(_prints, source, plan.source_rows, key, places, seed)
        with translated(f"target, {name}"):
            after = _prints(target, plan.table.identifier, key, places, seed)
        with translated(f"source, {name}"):
            before = coming.result()
    wrong = []
    if len(after) > len(before) or (len(after) < len(before) and not of_a_part):
        wrong.append(f"{name}: {len(before)} rows in the source, {len(after)} in the target")
    rows = matched_rows(before[:, 0], after[:, 0]) if key is not None else None
    all_of, where = (after, "target are not in the source") if of_a_part else (before, _LOST)
    if rows is not None and len(rows[0]) < len(all_of):
        wrong.append(f"{name}: {len(all_of) - len(rows[0])} keys of the {where}")
    return [
        compare(f"{name}.{place.label}", before[:, at], after[:, at], rows, identifying=place.identifying)
        for at, place in enumerate(places, start=1)
    ], wrong


_LOST = "source are not in the target"


@dataclass(frozen=True, kw_only=True)
class _Place:
    label: str
    identifying: bool
    value: sql.Composable


def _places(rules: Mapping[str, Rule]) -> Iterator[_Place]:
    """Columns that are masked or called identifying, and the named paths of JSON columns."""
    for name, rule in rules.items():
        column = sql.Identifier(name)
        for path, inner in rule.paths.items():
            if inner.masks or inner.class_ == "identifying":
                value = sql.SQL("nullif(jsonb_path_query_array({}::jsonb, {}::jsonpath)::text, '[]')").format(
                    column, sql.Literal(re.sub(r"\.([\w-]+)", r'."\1"', path))
                )
                yield _Place(label=f"{name} {path}", identifying=inner.class_ == "identifying", value=value)
        if not rule.paths and (rule.masks or rule.class_ == "identifying"):
            value = sql.SQL("lower(btrim({}::text))").format(column)
            yield _Place(label=name, identifying=rule.class_ == "identifying", value=value)


def _key(plan: TablePlan) -> sql.Composable | None:
    """What tells rows apart on both sides; None where there is no primary key, or a masked one."""
    names = plan.table.primary_key
    if not names or any(plan.rules[name].transform != KEEP for name in names):
        return None
    return sql.SQL("row({})::text").format(sql.SQL(", ").join(map(sql.Identifier, names)))


def _prints(
    connection: psycopg.Connection,
    rows: sql.Composable,
    key: sql.Composable | None,
    places: list[_Place],
    seed: int,
) -> Prints:
    """Fingerprints: one row a row, the key's first. Shape: (rows, 1 + places)."""
    of_places = [
        sql.SQL("coalesce(hashtextextended(nullif({}, ''), {seed}), {none})").format(
            place.value, seed=sql.Literal(seed), none=sql.Literal(NOTHING)
        )
        for place in places
    ]
    of_key = sql.SQL("hashtextextended({}, {})").format(key or sql.Literal(""), sql.Literal(seed))
    query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT binary)").format(
        sql.SQL(", ").join([of_key, *of_places]), rows
    )
    with connection.cursor().copy(query) as copy:
        return _integers(b"".join(copy), 1 + len(places))


def _integers(binary: bytes, columns: int) -> Prints:
    """The 8-byte integers of a binary COPY: a header of 19 bytes, rows (count, (length, value) …), an end."""
    row = 2 + 12 * columns
    body = np.frombuffer(binary, np.uint8)[19:-2].reshape(-1, row)[:, 2:]
    values = np.ascontiguousarray(body.reshape(len(body), columns, 12)[:, :, 4:])
    return values.view(">i8").reshape(len(body), columns).astype(np.int64)


def _orphans(target: psycopg.Connection, table: Table, plan: Plan) -> Iterator[str]:
    for key in table.foreign_keys:
        parent = next((copy.table for copy in plan.copies if copy.table.name == key.parent), None)
        if parent is None:
            continue
        with translated(f"target, {table.name}"):
            row = target.execute(_orphan_query(table, key, parent)).fetchone()
        if row and row[0]:
            yield f"{table.name}: {row[0]} rows of {key.name} refer to nothing"


def _orphan_query(table: Table, key: ForeignKey, parent: Table) -> sql.Composed:
    pairs = list(zip(key.columns, key.parent_columns, strict=True))
    same = [sql.SQL("child.{} = parent.{}").format(sql.Identifier(c), sql.Identifier(p)) for c, p in pairs]
    set_ = [sql.SQL("child.{} IS NOT NULL").format(sql.Identifier(c)) for c, _ in pairs]
    return sql.SQL(
        "SELECT count(*) FROM {} child WHERE {} AND NOT EXISTS (SELECT FROM {} parent WHERE {})"
    ).format(table.identifier, sql.SQL(" AND ").join(set_), parent.identifier, sql.SQL(" AND ").join(same))


def _not_empty(target: psycopg.Connection, plan: Plan) -> Iterator[str]:
    for table in plan.empties:
        row = target.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(table.identifier)).fetchone()
        if row and row[0]:
            yield f"{table.name}: is not empty"
