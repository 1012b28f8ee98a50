"""The check after a copy: does anything identifying still stand where it stood? Shares nothing with the
transforms.

Both servers are asked for keyed 64-bit fingerprints under a seed made for this check; no value is read.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

from anonymizer.connections import translated
from anonymizer.plan import Plan, TablePlan
from anonymizer.policy import Rule
from anonymizer.schema import ForeignKey, Schema, Table
from foundation.errors import Refused

Prints = NDArray[np.int64]
# Stands for NULL and for the empty string, which tell nothing of anybody.
_NOTHING = 0
_ODD = 0x5851F42D4C957F2D


# A survivor is laid to chance only where chance makes as many at least once in ten thousand checks.
_CHANCE = 1e-4


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One place (a column, or a path in JSON) compared.

    `survivors`: rows with the same value at the same key in source and target; `pairs`: how many different
    values
    that is. `by_chance`: the pairs expected if the target's values had been dealt out at random, which is
    what
    a pool does; it is 0 where no original value stands anywhere else. `coincidences`: rows of the target
    whose
    value stands somewhere in the source's column.
    """

    place: str
    identifying: bool
    values: int
    survivors: int
    pairs: int
    by_chance: float
    coincidences: int

    @property
    def passes(self) -> bool:
        """Identifying values must not survive beyond what chance explains."""
        return not self.identifying or _at_least(self.pairs, self.by_chance) >= _CHANCE


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What the check saw; `faults` says why it did not pass."""

    comparisons: tuple[Comparison, ...]
    faults: tuple[str, ...]

    @property
    def passes(self) -> bool:
        return not self.faults


def verify(
    source: psycopg.Connection, target: psycopg.Connection, plan: Plan, target_schema: Schema
) -> Verification:
    """Compares every masked or identifying place by primary key, counts rows, looks for orphans."""
    _refuse_unlike(source, target)
    seed = secrets.randbits(62)
    comparisons: list[Comparison] = []
    faults: list[str] = []
    for table in plan.copies:
        found, wrong = _table(source, target, table, seed)
        comparisons += found
        faults += wrong
        faults += _orphans(target, target_schema.tables[table.table.name], plan)
    faults += _not_empty(target, plan)
    faults += [
        f"{c.place}: {c.survivors} of {c.values} values stand where they stood"
        for c in comparisons
        if not c.passes
    ]
    return Verification(comparisons=tuple(comparisons), faults=tuple(faults))


def _refuse_unlike(source: psycopg.Connection, target: psycopg.Connection) -> None:
    """Fingerprints are comparable only when both servers compute the same; a known text tells."""
    ask = "SELECT hashtextextended('Zażółć gęślą jaźń', 7)"
    if source.execute(ask).fetchone() != target.execute(ask).fetchone():
        raise Refused("the two servers compute different fingerprints, so the copy cannot be checked")


def _table(
    source: psycopg.Connection, target: psycopg.Connection, plan: TablePlan, seed: int
) -> tuple[list[Comparison], list[str]]:
    name = plan.table.name
    places = list(_places(plan.rules))
    if not plan.table.primary_key:
        wrong = [f"{name}: cannot be compared, it has no primary key"] if places else []
        return [], wrong
    keys = _keys(plan)
    with translated(f"source, {name}"):
        before = _prints(source, plan.table, keys, places, seed)
    with translated(f"target, {name}"):
        after = _prints(target, plan.table, keys, places, seed)
    wrong = (
        []
        if len(before) == len(after)
        else [f"{name}: {len(before)} rows in the source, {len(after)} in the target"]
    )
    left, right = _matched(before[:, 0], after[:, 0])
    if len(left) < len(before):
        wrong.append(f"{name}: {len(before) - len(left)} keys of the source are not in the target")
    return [
        _compared(f"{name}.{place.label}", place.identifying, before[:, at], after[:, at], left, right)
        for at, place in enumerate(places, start=1)
    ], wrong


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
                    column, sql.Literal(path)
                )
                yield _Place(label=f"{name} {path}", identifying=inner.class_ == "identifying", value=value)
        if not rule.paths and (rule.masks or rule.class_ == "identifying"):
            value = sql.SQL("lower(btrim({}::text))").format(column)
            yield _Place(label=name, identifying=rule.class_ == "identifying", value=value)


def _keys(plan: TablePlan) -> sql.Composable:
    parts = sql.SQL(", ").join(sql.Identifier(name) for name in plan.table.primary_key)
    return sql.SQL("row({})::text").format(parts)


def _prints(
    connection: psycopg.Connection, table: Table, keys: sql.Composable, places: list[_Place], seed: int
) -> Prints:
    """Fingerprints: one row a row, the key's first. Shape: (rows, 1 + places)."""
    of_places = [
        sql.SQL("coalesce(hashtextextended(nullif({}, ''), {seed}), {none})").format(
            place.value, seed=sql.Literal(seed), none=sql.Literal(_NOTHING)
        )
        for place in places
    ]
    of_key = sql.SQL("hashtextextended({}, {})").format(keys, sql.Literal(seed))
    query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT binary)").format(
        sql.SQL(", ").join([of_key, *of_places]), table.identifier
    )
    with connection.cursor().copy(query) as copy:
        return _integers(b"".join(copy), 1 + len(places))


def _integers(binary: bytes, columns: int) -> Prints:
    """The 8-byte integers of a binary COPY: 19 bytes of header, then (count, (length, value) …) rows, a
    trailer.
    """
    row = 2 + 12 * columns
    body = np.frombuffer(binary, np.uint8)[19:-2].reshape(-1, row)[:, 2:]
    values = np.ascontiguousarray(body.reshape(len(body), columns, 12)[:, :, 4:])
    return values.view(">i8").reshape(len(body), columns).astype(np.int64)


def _matched(before: Prints, after: Prints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The places of every key that both sides have."""
    _, left, right = np.intersect1d(before, after, return_indices=True)
    return left, right


def _compared(
    place: str,
    identifying: bool,
    before: Prints,
    after: Prints,
    left: Prints,
    right: Prints,
) -> Comparison:
    was, became = before[left], after[right]
    kept = (was == became) & (was != _NOTHING)
    real = before[before != _NOTHING]
    pairs = len(np.unique(was[kept]))
    coincidences = int(np.isin(after[after != _NOTHING], real).sum())
    return Comparison(
        place=place,
        identifying=identifying,
        values=len(real),
        survivors=int(kept.sum()),
        pairs=pairs,
        by_chance=_expected(was, became, pairs) if coincidences else 0.0,
        coincidences=coincidences,
    )


def _expected(was: Prints, became: Prints, kept: int) -> float:
    """Equal pairs expected under random dealing: each (was, became) counts once, the kept ones do not count.

    Leaving them out makes a single kept value stand against an expectation of nothing.
    """
    set_ = (was != _NOTHING) & (became != _NOTHING)
    # Fingerprints are spread evenly, so their combination tells pairs apart as well as a pair does.
    _, both = np.unique(was[set_] * np.int64(_ODD) + became[set_], return_index=True)
    if len(both) < 2:
        return 0.0
    values, counts = np.unique(was[set_][both], return_counts=True)
    there, there_counts = np.unique(became[set_][both], return_counts=True)
    _, left, right = np.intersect1d(values, there, return_indices=True)
    meetings = int((counts[left] * there_counts[right]).sum()) - kept
    return float(max(0, meetings) / (len(both) - 1))


def _at_least(count: int, expected: float) -> float:
    """The chance of `count` or more where `expected` are expected (Poisson)."""
    if count == 0:
        return 1.0
    below = (
        sum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(count))
        if expected
        else 1.0
    )
    return max(0.0, 1.0 - below)


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
