"""The rows of a subset: roots, what they own, and whatever all of these refer to. Asks for rows; reads none.

Rows are Arrow tables: where a row stands (AT, as bytes), and the columns that keys need as texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.pseudonyms.keys import Key
from anonymizer.subset.choosing import choose, choose_evenly
from anonymizer.subset.owners import Link, waves
from anonymizer.subset.request import Request

# Names that no column of a table can have.
AT, _NUMBER = "ctid", "tableoid"
_BETWEEN = "\x1f"


class Source(Protocol):
    """Where rows come from. It is asked by several threads."""

    def candidates(self, table: str, condition: str | None) -> pa.Table:
        """All rows of a table for which the condition holds."""

    def unset(self, table: str, columns: Sequence[str]) -> pa.Table:
        """The rows in which one of the columns is NULL."""

    def among(self, table: str, columns: Sequence[str], keys: pa.Table) -> pa.Table:
        """The rows whose columns are one of the keys, which are distinct."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """How rows are chosen. `identity`: what tells a table's rows apart; `strata`: what is divided evenly."""

    request: Request
    key: Key
    identity: Mapping[str, tuple[str, ...]]
    strata: Mapping[str, str]


def closed(
    source: Source,
    choice: Choice,
    owned: Mapping[str, Link | None],
    links: Sequence[Link],
    *,
    at_once: int = 1,
) -> dict[str, pa.Table]:
    """The rows of every table that has any: chosen along `owned`, then completed along `links`.

    So many questions are asked `at_once`.
    """
    rows: dict[str, pa.Table] = {}

    def begun(table: str) -> pa.Table:
        link = owned[table]
        return _roots(source, choice, table) if link is None else _children(source, choice, link, rows)

    def completed(into: Sequence[Link]) -> bool:
        return sum(_complete(source, link, rows) for link in into) > 0

    with ThreadPoolExecutor(at_once) as threads:
        for wave in waves(owned):
            rows.update(zip(wave, threads.map(begun, wave), strict=True))
        parents = dict.fromkeys(link.parent for link in links)
        into = [[link for link in links if link.parent == parent] for parent in parents]
        # Every row that came in may refer to others. A table gets its rows from one thread.
        while sum(threads.map(completed, into)):
            pass
    return rows


def _roots(source: Source, choice: Choice, table: str) -> pa.Table:
    conditions = [root.condition for root in choice.request.roots if root.table == table] or [None]
    found = [_chosen(choice, table, source.candidates(table, condition)) for condition in conditions]
    return _distinct(pa.concat_tables(found)) if len(found) > 1 else found[0]


def _chosen(choice: Choice, table: str, rows: pa.Table) -> pa.Table:
    key = choice.key.derive("subset", table)
    names = _joined(rows, choice.identity[table])
    stratum = choice.strata.get(table)
    if stratum is None:
        return rows.filter(pa.array(choose(key, names, choice.request.fraction)))
    strata = rows.column(stratum).combine_chunks()
    return rows.filter(pa.array(choose_evenly(key, names, strata, choice.request.fraction)))


def _children(source: Source, choice: Choice, link: Link, rows: Mapping[str, pa.Table]) -> pa.Table:
    found = source.among(link.table, link.columns, _keys(rows[link.parent], link.parent_columns))
    if not link.nullable or choice.request.roots:
        return found
    # Without an owner a row stands for itself.
    alone = _chosen(choice, link.table, source.unset(link.table, link.columns))
    return pa.concat_tables([found, alone])


def _complete(source: Source, link: Link, rows: dict[str, pa.Table]) -> bool:
    """Adds the parents that are referred to and not there; whether there were any."""
    if link.table not in rows:
        return False
    wanted = _keys(rows[link.table], link.columns).rename_columns(list(link.parent_columns))
    there = rows.get(link.parent)
    if there is not None:
        known = _joined(there, link.parent_columns)
        wanted = wanted.filter(pc.invert(pc.is_in(_joined(wanted, link.parent_columns), value_set=known)))
    if not wanted.num_rows:
        return False
    found = source.among(link.parent, link.parent_columns, wanted)
    if there is not None:  # two spellings of one key lead to a row that is there
        found = found.filter(pc.invert(pc.is_in(found.column(AT), value_set=there.column(AT))))
    if not found.num_rows:
        return False
    rows[link.parent] = found if there is None else pa.concat_tables([there, found])
    return True


def _keys(rows: pa.Table, columns: Sequence[str]) -> pa.Table:
    """The distinct keys in these columns; one with NULL in it refers to nothing."""
    return rows.select(columns).drop_null().group_by(list(columns)).aggregate([])


def _joined(rows: pa.Table, columns: Sequence[str]) -> pa.Array:
    """The columns as one text a row; NULL where one of them is."""
    parts = [rows.column(name) for name in columns]
    whole = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, _BETWEEN)
    return whole.combine_chunks()


def _distinct(rows: pa.Table) -> pa.Table:
    first = (
        rows.append_column(_NUMBER, pa.array(range(rows.num_rows))).group_by(AT).aggregate([(_NUMBER, "min")])
    )
    return rows.take(first.column(f"{_NUMBER}_min"))
