"""From policy and schemas to what will be done. Pure: it refuses before a byte of data is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from psycopg import sql

from anonymizer.policies import fitting, truth
from anonymizer.policies.drift import refuse_changed, refuse_unnamed
from anonymizer.policies.lines import Lines, lines_of
from anonymizer.policies.people import Enforced, People
from anonymizer.policies.policy import Policy, Rule
from anonymizer.policies.references import completed
from anonymizer.policies.schema import Schema, Table
from anonymizer.postgres.selection import Selected
from anonymizer.transforms import INTEGER_KEY, STRUCTURED
from foundation.errors import InputError


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """One table to copy: which columns, the rule of each, and whose pseudonyms (`Policy.population`)."""

    table: Table
    rules: Mapping[str, Rule]
    population: str = ""
    filter: str | None = None
    # The column whose values are divided evenly when a part of the rows is chosen.
    stratify: str | None = None
    # What tells the rows of a file apart, as the policy has it.
    key: tuple[str, ...] = ()
    # Of a subset: where its rows stand in the snapshot it was chosen in, by the part that holds them.
    selected: Selected | None = None
    # Whom its rows are about.
    people: People | None = None
    # Rows of other tables that totals of this one add up, by the name of each sum.
    sums: Mapping[str, Lines] = field(default_factory=dict)

    @property
    def source_rows(self) -> sql.Composable:
        """What stands after FROM when the source's rows are read."""
        if self.selected is not None and not len(self.selected):
            return sql.SQL("(SELECT * FROM {} WHERE false) AS selected").format(self.table.identifier)
        if self.selected is not None:
            return sql.SQL("({}) AS selected").format(self.selected.rows())
        if self.filter is None:
            return self.table.identifier
        # A condition may end in a comment: the line ends before the bracket does.
        condition = sql.SQL(self.filter)  # the policy's own words, by its author
        return sql.SQL("(SELECT * FROM {} WHERE ({}\n)) AS filtered").format(self.table.identifier, condition)

    @property
    def renumbered(self) -> frozenset[str]:
        """The columns whose keys are masked clear of what a sequence gives."""
        return frozenset(name for name, rule in self.rules.items() if rule.transform == INTEGER_KEY)

    @property
    def masked(self) -> Mapping[str, Rule]:
        return {name: rule for name, rule in self.rules.items() if rule.masks or rule.transform in STRUCTURED}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run does. `copies` stand in the order of foreign keys; `empties` must hold no row."""

    copies: tuple[TablePlan, ...]
    empties: tuple[Table, ...]
    source: Schema
    enforced: Enforced | None = None

    @property
    def targets(self) -> tuple[Table, ...]:
        """The target's tables that are the run's to fill or to keep empty."""
        return (*(copy.table for copy in self.copies), *self.empties)


def make_plan(policy: Policy, source: Schema, target: Schema) -> Plan:
    """The plan. Raises InputError: columns that the policy does not name (with the patch), or any misfit."""
    refuse_changed(policy, source)
    policy = completed(policy, source)
    refuse_unnamed(policy, source)
    problems = [*fitting.problems(policy, source, target), *truth.misfits(policy, source)]
    if problems:
        noun = "problem" if len(problems) == 1 else "problems"
        raise InputError(
            f"{len(problems)} {noun} between {policy.document.path} and the databases", problems=problems
        )
    copied = [name for name, rule in policy.tables.items() if rule.rows == "copy"]
    return Plan(
        copies=tuple(_table_plan(policy, source, source.tables[name]) for name in _ordered(copied, target)),
        empties=tuple(target.tables[name] for name, rule in policy.tables.items() if rule.rows == "empty"),
        source=source,
        enforced=policy.enforced,
    )


def counted(policy: Policy, source: Schema, count: Callable[[Table], int]) -> Schema:
    """The schema with exact row counts where capacity is to be proven: a masked column in a unique index."""
    tables = dict(source.tables)
    for name, table in source.tables.items():
        rule = policy.tables.get(name)
        masked = {column for column, one in rule.columns.items() if one.masks} if rule else set()
        if any(masked & set(columns) for columns in table.unique.values()):
            tables[name] = replace(table, rows=count(table))
    return Schema(tables=tables)


def _table_plan(policy: Policy, source: Schema, table: Table) -> TablePlan:
    rule = policy.tables[table.name]
    rules = {name: rule.columns[name] for name in table.stored}
    return TablePlan(
        table=table, rules=rules, population=policy.population, filter=rule.filter, stratify=rule.stratify,
        key=tuple(rule.key), people=rule.people, sums=lines_of(policy, source, table),
    )  # fmt: skip


def _ordered(names: Sequence[str], target: Schema) -> list[str]:
    """Parents before children; in a cycle, in any order."""
    graph = {
        name: {key.parent for key in target.tables[name].foreign_keys} & set(names) - {name} for name in names
    }
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError:
        return list(names)
