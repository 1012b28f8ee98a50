"""From policy and schemas to what will be done. Pure: it refuses before a byte of data is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from psycopg import sql

from anonymizer import truth
from anonymizer.lines import Lines, lines_of, misfits, sums
from anonymizer.people import Enforced, People
from anonymizer.policy import Policy, Rule, TableRule, beside, distinct_results
from anonymizer.references import completed
from anonymizer.schema import Column, ForeignKey, Schema, Table
from anonymizer.selection import Selected
from anonymizer.transforms import DROP, INHERIT, INTEGER_KEY, JSON, KEEP, transform
from anonymizer.transforms.base import JSON as JSON_TYPES
from anonymizer.transforms.permuted import FITTING, WIDEST, Digits
from foundation.documents import did_you_mean
from foundation.errors import InputError, Problem

# At most one run in a million may meet two equal results in a unique index.
_COLLISION_RISK = 1e-6


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """One table to copy: which columns, the rule of each, and whose pseudonyms (`Policy.population`)."""

    table: Table
    rules: Mapping[str, Rule]
    population: str = ""
    filter: str | None = None
    # The column whose values are divided evenly when a part of the rows is chosen.
    stratify: str | None = None
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
        return {name: rule for name, rule in self.rules.items() if rule.masks or rule.transform == JSON}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run does. `copies` stand in the order of foreign keys; `empties` must hold no row."""

    copies: tuple[TablePlan, ...]
    empties: tuple[Table, ...]
    source: Schema
    enforced: Enforced | None = None


def make_plan(policy: Policy, source: Schema, target: Schema) -> Plan:
    """The plan. Raises InputError: columns that the policy does not name (with the patch), or any misfit."""
    _refuse_changed(policy, source)
    policy = completed(policy, source)
    _refuse_unnamed(policy, source)
    problems = [*_unknown(policy, source), *_missing(policy, source, target), *_misfits(policy, source)]
    problems += truth.misfits(policy, source)
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


def _table_plan(policy: Policy, source: Schema, table: Table) -> TablePlan:
    rule = policy.tables[table.name]
    rules = {name: rule.columns[name] for name in table.stored}
    return TablePlan(
        table=table, rules=rules, population=policy.population, filter=rule.filter, people=rule.people,
        sums=lines_of(policy, source, table),
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


def _refuse_changed(policy: Policy, source: Schema) -> None:
    """Where the policy says what the source's tables looked like, they must look like that still."""
    if not policy.schema:
        return
    now = fingerprints(source)
    problems = [
        policy.document.problem(("schema", name), what)
        for name in sorted({*now, *policy.schema})
        if now.get(name) != policy.schema.get(name)
        for what in _changes(name, policy, source)
    ]
    if problems:
        lines = "\n".join(f"  {name}: {value}" for name, value in now.items())
        raise InputError(
            "the source's schema has changed since the policy was written; no data was read",
            where=str(policy.document.path),
            problems=problems,
            hint=f"look at each change, adapt the policy, then write into it:\nschema:\n{lines}",
        )


def fingerprints(source: Schema) -> dict[str, str]:
    """What a policy's `schema` holds when it is written for this source."""
    return {name: table.fingerprint for name, table in source.tables.items()}


def _changes(name: str, policy: Policy, source: Schema) -> Iterator[str]:
    table, rule = source.tables.get(name), policy.tables.get(name)
    if table is None:
        yield f"the table {name} is gone"
    elif name not in policy.schema:
        yield f"the table {name} is new"
    elif rule is None or not rule.columns:
        yield f"{name} has other columns or types"
    else:
        new = [column for column in table.stored if column not in rule.columns]
        gone = sorted(rule.columns.keys() - table.columns.keys())
        yield from (f"{name}.{column} ({table.columns[column].type}) is new" for column in new)
        yield from (f"{name}.{column} is gone" for column in gone)
        if not new and not gone:
            yield f"a column of {name} has another type, or one that the server generates came or went"


def _refuse_unnamed(policy: Policy, source: Schema) -> None:
    unnamed = {
        name: [column for column in table.columns.values() if _is_unnamed(policy.tables.get(name), column)]
        for name, table in source.tables.items()
        if (policy.tables[name].rows == "copy" if name in policy.tables else True)
    }
    unnamed = {name: columns for name, columns in unnamed.items() if columns}
    if unnamed:
        problems = [
            policy.document.problem(("tables", name), f"{name}.{column.name} ({column.type}) is not named")
            for name, columns in unnamed.items()
            for column in columns
        ]
        keys = {(name, column) for name in unnamed for column in source.tables[name].referring}
        count = f"{len(problems)} {'column' if len(problems) == 1 else 'columns'}"
        raise InputError(
            f"the policy does not say what to do with {count} of the source; no data was read",
            where=str(policy.document.path),
            problems=problems,
            hint="decide, and add to the policy (a cautious proposal):\n" + patch(unnamed, keys),
        )


def _is_unnamed(rule: TableRule | None, column: Column) -> bool:
    return not column.generated and (rule is None or column.name not in rule.columns)


def patch(unnamed: Mapping[str, Sequence[Column]], keys: Set[tuple[str, str]] = frozenset()) -> str:
    """The YAML that would name these columns: masked or dropped where possible, for a person to look at.

    `keys` are columns of foreign keys: they become what their parent becomes.
    """
    lines = ["tables:"]
    for table, columns in unnamed.items():
        lines += [f"  {table}:", "    columns:"]
        lines += [f"      {c.name}: {INHERIT if (table, c.name) in keys else _proposal(c)}" for c in columns]
    return "\n".join(lines)


def _proposal(column: Column) -> str:
    if column.base in transform("regenerate", "value").types:
        limit = f", options: {{longest: {column.limit}}}" if column.limit and column.limit >= 20 else ""
        return f"{{transform: regenerate, class: free{limit}}}"
    return "drop" if column.nullable else "keep  # NOT NULL: look at it before you keep it"


def _unknown(policy: Policy, source: Schema) -> Iterator[Problem]:
    for name, rule in policy.tables.items():
        table = source.tables.get(name)
        if table is None:
            hint = did_you_mean(name, source.tables)
            yield policy.document.problem(("tables", name), f"the source has no table {name!r}", hint)
            continue
        for column in rule.columns.keys() - table.columns.keys():
            hint = did_you_mean(column, table.columns)
            at = ("tables", name, "columns", column)
            yield policy.document.problem(at, f"{name} has no column {column!r}", hint)


def _missing(policy: Policy, source: Schema, target: Schema) -> Iterator[Problem]:
    """What the target lacks, or would not accept."""
    for name, rule in policy.tables.items():
        if rule.rows == "skip" or name not in source.tables:
            continue
        if name not in target.tables:
            yield policy.document.problem(
                ("tables", name), f"the target has no table {name!r}", "migrate it first"
            )
        elif rule.rows == "copy":
            yield from _differences(policy, source.tables[name], target.tables[name])


def _differences(policy: Policy, source: Table, target: Table) -> Iterator[Problem]:
    at = ("tables", source.name)
    hint = "bring the target to the source's schema version"
    for name in source.stored:
        there = target.columns.get(name)
        if there is None:
            yield policy.document.problem(at, f"the target has no column {source.name}.{name}", hint)
        elif there.type != source.columns[name].type:
            types = f"{source.columns[name].type} in the source, {there.type} in the target"
            what = f"{source.name}.{name} is {types}"
            yield policy.document.problem(at, what, hint)
    for column in target.columns.values():
        if column.name not in source.columns and not (column.nullable or column.default or column.generated):
            what = f"the target wants a value for {source.name}.{column.name}, which the source does not have"
            yield policy.document.problem(at, what, hint)


def _misfits(policy: Policy, source: Schema) -> Iterator[Problem]:
    for name, rule in policy.tables.items():
        table = source.tables.get(name)
        if table is None or rule.rows != "copy":
            continue
        for column, column_rule in rule.columns.items():
            if column in table.columns:
                at = ("tables", name, "columns", column)
                found = list(_column_misfits(table, table.columns[column], column_rule))
                for wanted in sums(column_rule).values():
                    found += misfits(policy, source, table, wanted)
                for what, remedy in found:
                    yield policy.document.problem(at, f"{name}.{column}: {what}", remedy)
        if rule.stratify is not None and rule.stratify not in table.columns:
            hint = did_you_mean(rule.stratify, table.columns)
            what = f"{name} has no column {rule.stratify!r}"
            yield policy.document.problem(("tables", name, "stratify"), what, hint)
        for what in _key_misfits(policy, source, table):
            yield policy.document.problem(("tables", name), f"{name}: {what}")


def _column_misfits(table: Table, column: Column, rule: Rule) -> Iterator[tuple[str, str | None]]:
    if rule.transform == DROP and not column.nullable:
        yield "cannot be dropped: it is NOT NULL", "mask it, or keep it if it tells nothing"
    if rule.transform == KEEP and column.base == "oid" and rule.class_ is None:
        what = "an oid may name a large object, and those are never copied"
        yield what, "drop it; if it names none, write {transform: keep, class: common}"
    if rule.transform == JSON and column.base not in JSON_TYPES:
        yield f"json cannot mask {column.type}", None
    if rule.entity and not rule.entity.startswith("$") and rule.entity not in table.columns:
        yield (
            f"its entity {rule.entity!r} is no column of {table.name}",
            did_you_mean(rule.entity, table.columns),
        )
    for other in sorted(beside(rule) - {rule.entity} - table.columns.keys() - sums(rule).keys()):
        yield f"{other!r} is no column of {table.name}", did_you_mean(other, table.columns)
    if rule.masks:
        yield from _transform_misfits(table, column, rule)


def _transform_misfits(table: Table, column: Column, rule: Rule) -> Iterator[tuple[str, str | None]]:
    chosen = transform(rule.transform, "entity" if rule.entity else "value")
    if not column.slot.takes(chosen.types):
        yield f"{rule.transform} cannot mask {column.type}", f"it masks {', '.join(sorted(chosen.types))}"
    options = chosen.options.model_validate(rule.options)
    if isinstance(options, Digits) and options.digits > _most_digits(column):
        hint = f"options: {{digits: {_most_digits(column)}}} where the key is defined, or a wider type"
        yield f"keys of {options.digits} digits do not fit into {column.type}", hint
    misfit = chosen.misfit(options, column.slot)
    if misfit:
        yield misfit, None
    elif chosen.row and chosen.row.columns(options) and column.slot.element != column.slot:
        yield f"{rule.transform} looks at other columns: it cannot mask what is inside {column.type}", None
    longest = chosen.longest(options)
    if column.limit is not None and longest is not None and longest > column.limit:
        yield f"{rule.transform} needs {longest} characters, {column.type} holds {column.limit}", None
    results = distinct_results(rule)
    for index, columns in table.unique.items():
        if column.name in columns and results is not None and table.rows**2 / 2 / results > _COLLISION_RISK:
            what = f"unique index {index}: {rule.transform} has {results:.1e} results for {table.rows} rows"
            yield what, "use a one-to-one transform with scope: value, or options: {unique: true}"


def _most_digits(column: Column) -> int:
    return WIDEST if column.base == "bigint" else FITTING.get(column.base, WIDEST)


def _key_misfits(policy: Policy, source: Schema, table: Table) -> Iterator[str]:
    """Foreign keys that would point nowhere: a parent left out, or masked in another way than its child."""
    mine = policy.tables[table.name]
    for key in table.foreign_keys:
        parent = policy.tables.get(key.parent)
        if parent is None or key.parent not in source.tables:
            continue
        dropped = any(rule.transform == DROP for rule in _of(mine, key.columns))
        if parent.rows != "copy" and not dropped:
            yield f"{key.name} refers to {key.parent}, whose rows are not copied"
        elif parent.rows == "copy" and not dropped and not _alike(mine, parent, key):
            same = ", ".join(f"{column}: {INHERIT}" for column in key.columns)
            yield f"{key.name}: must be masked like the columns of {key.parent}; write {{{same}}}"


def _of(rule: TableRule, columns: Sequence[str]) -> list[Rule]:
    return [rule.columns[column] for column in columns if column in rule.columns]


def _alike(child: TableRule, parent: TableRule, key: ForeignKey) -> bool:
    pairs = zip(_of(child, key.columns), _of(parent, key.parent_columns), strict=False)
    return all(not (mine.masks or theirs.masks) or _same(mine, theirs) for mine, theirs in pairs)


def _same(mine: Rule, theirs: Rule) -> bool:
    return (mine.transform, mine.domain, mine.options, mine.entity is None) == (
        theirs.transform, theirs.domain, theirs.options, theirs.entity is None
    )  # fmt: skip
