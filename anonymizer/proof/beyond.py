"""What the target holds beyond the copy: tables that the policy skips or does not know, added columns.

Nobody masked these rows and no rule explains them: all of their texts are searched. Reads nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Schema, Table
from anonymizer.proof.places import searched
from anonymizer.proof.sheets import Sheet
from anonymizer.transforms import KEEP


def beyond(plan: Plan, target: Schema, unreadable: Set[str] = frozenset()) -> list[Sheet]:
    """Every table of the target with the columns in which only a search can find somebody."""
    return [
        Sheet(table=rest, key=None, person=None, compared=(), searched=places)
        for rest in _rests(plan, [table for name, table in target.tables.items() if name not in unreadable])
        if (places := tuple(searched(rest)))
    ]


def _rests(plan: Plan, tables: Sequence[Table]) -> Iterator[TablePlan]:
    known = {copy.table.name: copy.table.columns.keys() for copy in plan.copies}
    for table in tables:
        added = [name for name in table.stored if name not in known.get(table.name, ())]
        yield TablePlan(table=table, rules={name: Rule(transform=KEEP) for name in added})
