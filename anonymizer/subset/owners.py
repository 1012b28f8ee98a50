"""Which table's rows come along with which other's. Pure: reads keys of a schema, never a row.

A row belongs to one owner, else a fraction of every parent would add up to most of the children.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.schema import ForeignKey
from anonymizer.transforms import DROP

# A table of codes rather than of owners has few rows, and very many refer to each. A choice, not a law.
_SMALL, _LOOKED_UP = 1_000, 100


@dataclass(frozen=True, kw_only=True)
class Link:
    """Columns of a table that lead to rows of a parent. Of a soft one nobody says that they must."""

    table: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    nullable: bool
    soft: bool = False


def links(plan: Plan) -> tuple[Link, ...]:
    """Every foreign key and soft reference between copied tables, in a fixed order."""
    names = {copy.table.name for copy in plan.copies}
    found = [link for copy in plan.copies for link in (*_keys(copy), *_soft(copy)) if link.parent in names]
    return tuple(sorted(found, key=lambda link: (link.table, link.parent, link.columns)))


def _keys(copy: TablePlan) -> list[Link]:
    kept = [key for key in copy.table.foreign_keys if not _dropped(copy, key)]
    return [
        Link(
            table=copy.table.name, columns=key.columns, parent=key.parent, parent_columns=key.parent_columns,
            nullable=any(copy.table.columns[column].nullable for column in key.columns),
        )
        for key in kept
    ]  # fmt: skip


def _dropped(copy: TablePlan, key: ForeignKey) -> bool:
    return any(copy.rules[column].transform == DROP for column in key.columns if column in copy.rules)


def _soft(copy: TablePlan) -> list[Link]:
    said = [(name, rule.original) for name, rule in copy.rules.items() if rule.references]
    return [
        Link(
            table=copy.table.name, columns=(name,), parent=original[0], parent_columns=(original[1],),
            nullable=True, soft=True,
        )
        for name, original in said
        if original is not None
    ]  # fmt: skip


def owning(all_links: Sequence[Link], rows: Mapping[str, int]) -> list[Link]:
    """The links that may own: not those to a small table that very many rows look something up in.

    A fraction of the countries would take all customers of those countries. `rows` are estimates.
    """
    return [
        link
        for link in all_links
        if not (rows[link.parent] < _SMALL and rows[link.table] > _LOOKED_UP * max(1, rows[link.parent]))
    ]


def owners(
    tables: Sequence[str], all_links: Sequence[Link], roots: Sequence[str] = ()
) -> dict[str, Link | None]:
    """The owner of each table, None for a root, in an order in which owners come before what they own.

    With `roots`, tables that no root leads to are left out: they are only completed. A key that must be set
    goes before one that may be NULL, then the parent that is farther from the roots.
    """
    reached = _reached(tables, all_links, roots)
    usable = [
        link
        for link in all_links
        if {link.table, link.parent} <= reached and link.table not in roots and link.table != link.parent
    ]
    depth = _depths(sorted(reached), usable)
    choices = {
        table: sorted(
            (link for link in usable if link.table == table),
            key=lambda link: (link.soft, link.nullable, -depth[link.parent], link.parent, link.columns),
        )
        for table in sorted(reached.difference(roots))
    }
    chosen: dict[str, Link | None] = dict.fromkeys(roots)
    while len(chosen) < len(reached):
        table, link = _next({name: some for name, some in choices.items() if name not in chosen}, chosen)
        chosen[table] = link
    return chosen


def waves(owned: Mapping[str, Link | None]) -> list[list[str]]:
    """The tables in groups: the owners of a group's tables are in the groups before it."""
    wave: dict[str, int] = {}
    for table, link in owned.items():
        wave[table] = 0 if link is None else wave[link.parent] + 1
    return [[table for table in owned if wave[table] == number] for number in sorted(set(wave.values()))]


def _next(
    waiting: Mapping[str, Sequence[Link]], chosen: Mapping[str, Link | None]
) -> tuple[str, Link | None]:
    """A table whose best owner is there, else one that has some owner there, else a new root in a circle."""
    for table, best in waiting.items():
        if not best or best[0].parent in chosen:
            return table, best[0] if best else None
    some = [link for each in waiting.values() for link in each if link.parent in chosen]
    if some:
        link = min(some, key=lambda link: link.nullable)
        return link.table, link
    loose = [table for table, each in waiting.items() if all(link.nullable for link in each)]
    return (loose or list(waiting))[0], None


def _reached(tables: Sequence[str], all_links: Sequence[Link], roots: Sequence[str]) -> set[str]:
    """The tables below the roots; all without roots."""
    if not roots:
        return set(tables)
    reached, before = set(roots), set[str]()
    while reached != before:
        before = set(reached)
        reached |= {link.table for link in all_links if link.parent in reached}
    return reached


def _depths(tables: Sequence[str], usable: Sequence[Link]) -> dict[str, int]:
    """The longest way of keys that must be set from each table up; a circle ends where it closes."""
    parents = {
        table: sorted({link.parent for link in usable if link.table == table and not link.nullable})
        for table in tables
    }
    known: dict[str, int] = {}

    def depth(table: str) -> int:
        if table not in known:
            known[table] = -1  # under way: a circle ends here
            known[table] = 1 + max(map(depth, parents[table]), default=-1)
        return known[table]

    return {table: depth(table) for table in tables}
