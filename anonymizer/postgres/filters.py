"""Filters of tables, tried on the source before a row is read: can they run, and do references hold?"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from psycopg import sql

from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.policy import Policy
from anonymizer.policies.schema import ForeignKey
from anonymizer.postgres.refusals import translated
from anonymizer.transforms import DROP
from foundation.errors import InputError, Problem


def refuse_wrong(source: psycopg.Connection, plan: Plan, policy: Policy) -> None:
    """Raises InputError: a filter that the server does not take, or rows whose parents would be left out."""
    filtered = [copy for copy in plan.copies if copy.filter is not None]
    for copy in filtered:
        _try(source, copy, policy)
    by_name = {copy.table.name: copy for copy in filtered}
    problems = [problem for copy in plan.copies for problem in _left_alone(source, copy, by_name, policy)]
    if problems:
        raise InputError("a filter leaves out rows that others refer to", problems=problems)


def _try(source: psycopg.Connection, copy: TablePlan, policy: Policy) -> None:
    query = sql.SQL("SELECT FROM {} LIMIT 0").format(copy.source_rows)
    try:
        source.execute(query)
    except (psycopg.ProgrammingError, psycopg.DataError) as error:
        # Nothing was read: the message can only quote the policy.
        raise InputError(
            f"the filter of {copy.table.name} is no condition: {error.diag.message_primary}",
            where=policy.document.where(("tables", copy.table.name, "filter")),
            hint="write what would stand after WHERE",
        ) from None


def _left_alone(
    source: psycopg.Connection, child: TablePlan, filtered: dict[str, TablePlan], policy: Policy
) -> Iterator[Problem]:
    for key in child.table.foreign_keys:
        parent = filtered.get(key.parent)
        if parent is None or any(child.rules[name].transform == DROP for name in key.columns):
            continue
        with translated(f"source, {child.table.name}"):
            left = _count(source, orphans(child, parent.source_rows, key))
            if not key.valid:  # some may refer to nothing in the source itself
                left -= _count(source, orphans(child, parent.table.identifier, key))
        if left:
            what = f"{left} rows of {child.table.name} refer by {key.name} to rows that the filter leaves out"
            hint = f"filter {child.table.name} as well, or drop {', '.join(key.columns)}"
            yield policy.document.problem(("tables", key.parent, "filter"), what, hint)


def _count(source: psycopg.Connection, query: sql.Composed) -> int:
    row = source.execute(query).fetchone()
    return int(row[0]) if row else 0


def orphans(child: TablePlan, parent_rows: sql.Composable, key: ForeignKey) -> sql.Composed:
    """How many rows of a child refer by a key to none of those rows of its parent."""
    children, parents = sql.Identifier("children"), sql.Identifier("parents")
    pairs = [
        (
            sql.SQL(".").join([children, sql.Identifier(mine)]),
            sql.SQL(".").join([parents, sql.Identifier(its)]),
        )
        for mine, its in zip(key.columns, key.parent_columns, strict=True)
    ]
    return sql.SQL(
        "SELECT count(*) FROM (SELECT * FROM {}) children WHERE {} AND NOT EXISTS "
        "(SELECT FROM (SELECT * FROM {}) parents WHERE {})"
    ).format(
        child.source_rows,
        sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(mine) for mine, _ in pairs),
        parent_rows,
        sql.SQL(" AND ").join(sql.SQL("{} = {}").format(mine, its) for mine, its in pairs),
    )
