"""What a policy asks for that the two databases cannot hold or do not have. Pure; reads no rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from anonymizer.policies.lines import misfits, sums
from anonymizer.policies.policy import Policy, Rule, TableRule, beside, chosen
from anonymizer.policies.schema import Column, ForeignKey, Schema, Table
from anonymizer.transforms import COMPOSITE, DROP, INHERIT, JSON, KEEP
from anonymizer.transforms.base import DATES, INJECTIVE, NUMBERS, TEXT, Slot
from anonymizer.transforms.base import JSON as JSON_TYPES
from anonymizer.transforms.permuted import WIDEST, Digits, most_digits
from foundation.documents import did_you_mean
from foundation.errors import Problem

# At most one run in a million may meet two equal results in a unique index.
_COLLISION_RISK = 1e-6
_IN_DOCUMENTS = TEXT | NUMBERS | DATES
_ONE_TO_ONE = (
    "a one-to-one transform with scope: value, such as {transform: scramble, options: {unique: true}}"
)


def problems(policy: Policy, source: Schema, target: Schema) -> Iterator[Problem]:
    """All that is in the way of a run, each with its place in the policy."""
    yield from _unknown(policy, source)
    yield from _missing(policy, source, target)
    yield from _misfits(policy, source)


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
                found = list(objections(table, table.columns[column], column_rule))
                for wanted in sums(column_rule).values():
                    found += misfits(policy, source, table, wanted)
                for what, remedy in found:
                    yield policy.document.problem(at, f"{name}.{column}: {what}", remedy)
        for word, named in (("stratify", [rule.stratify] if rule.stratify else []), ("key", rule.key)):
            for column in (one for one in named if one not in table.columns):
                hint = did_you_mean(column, table.columns)
                what = f"{name} has no column {column!r}"
                yield policy.document.problem(("tables", name, word), what, hint)
        for column in rule.key:
            if column in rule.columns and rule.columns[column].transform == DROP:
                what = f"{name}.{column} is dropped and tells no rows apart"
                yield policy.document.problem(("tables", name, "key"), what, "name another column")
        for what in _key_misfits(policy, source, table):
            yield policy.document.problem(("tables", name), f"{name}: {what}")


def objections(table: Table, column: Column, rule: Rule) -> Iterator[tuple[str, str | None]]:
    """Why a rule cannot stand at a column, each with what to do."""
    if column.generated and rule.transform != KEEP:
        yield (
            "the target computes it from other columns: it cannot be masked",
            "mask those, and take this out",
        )
        return
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
    if rule.transform == COMPOSITE and not column.fields:
        yield f"composite cannot mask {column.type}", "it masks composite types; json masks documents"
        return
    for path, inner in rule.paths.items():
        found = _field_misfits(table, column, path, inner) if column.fields else _document_misfits(inner)
        yield from ((f"{path}: {what}", hint) for what, hint in found)
    if rule.masks:
        yield from _transform_misfits(table, column, rule)


def _document_misfits(rule: Rule) -> Iterator[tuple[str, str | None]]:
    if rule.masks and chosen(rule)[0].types.isdisjoint(_IN_DOCUMENTS):
        yield f"{rule.transform} cannot mask what stands in a document", "it masks other types only"


def _field_misfits(table: Table, column: Column, path: str, rule: Rule) -> Iterator[tuple[str, str | None]]:
    """What is wrong with the rule of a field of a composite type."""
    field, siblings = column, column.fields
    for step in path.removeprefix("$.").split("."):
        siblings = field.fields
        known = {one.name: one for one in siblings}
        if step not in known:
            yield f"{field.type} has no field {step!r}", did_you_mean(step, known)
            return
        field = known[step]
    names = [one.name for one in siblings]
    if rule.entity and rule.entity.rpartition(".")[2] not in names:
        yield f"its entity {rule.entity} is no field beside it", did_you_mean(rule.entity, names)
    if rule.masks:
        yield from _transform_misfits(replace(table, unique={}), field, rule)


def _transform_misfits(table: Table, column: Column, rule: Rule) -> Iterator[tuple[str, str | None]]:
    named, options = chosen(rule)
    if not column.slot.takes(named.types):
        yield f"{rule.transform} cannot mask {column.type}", f"it masks {', '.join(sorted(named.types))}"
    if isinstance(options, Digits) and options.digits > _most_digits(column):
        hint = f"options: {{digits: {_most_digits(column)}}} where the key is defined, or a wider type"
        yield f"keys of {options.digits} digits do not fit into {column.type}", hint
    misfit = named.misfit(options, column.slot)
    if misfit:
        yield misfit, None
    elif named.row and named.row.columns(options) and column.slot.element != column.slot:
        yield f"{rule.transform} looks at other columns: it cannot mask what is inside {column.type}", None
    longest = named.longest(options)
    if column.limit is not None and longest is not None and longest > column.limit:
        yield f"{rule.transform} needs {longest} characters, {column.type} holds {column.limit}", None
    results = _distinct_results(rule, column.slot)
    for index, columns in table.unique.items():
        if column.name in columns and results is not None and table.rows**2 / 2 / results > _COLLISION_RISK:
            few = f"has {results:,.0f} results for {table.rows} rows"
            what = few if results > 1 else "may give two rows the same value"
            can = "unique" in named.options.model_fields and not getattr(options, "unique", False)
            hint = f"{{transform: {rule.transform}, options: {{unique: true}}}}" if can else _ONE_TO_ONE
            yield f"unique index {index}: {rule.transform} {what}", f"write {hint}"


def _distinct_results(rule: Rule, slot: Slot) -> int | None:
    """How many different results a masked column can have; None when the transform is one-to-one."""
    named, options = chosen(rule)
    count = named.results(options, slot)
    if count == INJECTIVE:
        return 1 if rule.entity else None
    return count


def _most_digits(column: Column) -> int:
    return WIDEST if column.greatest is None else most_digits(column.greatest)


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
        elif parent.rows == "copy" and not dropped:
            yield from _key_misfit(mine, parent, key, source.tables[key.parent])


def _of(rule: TableRule, columns: Sequence[str]) -> list[Rule]:
    return [rule.columns[column] for column in columns if column in rule.columns]


def _key_misfit(child: TableRule, parent: TableRule, key: ForeignKey, table: Table) -> Iterator[str]:
    """Why a key would not be kept: columns masked otherwise than the parent's, or than their origins."""
    origins = [table.behind(column) for column in key.parent_columns]
    pairs = [
        (child.columns[mine], parent.columns[its])
        for mine, its in zip(key.columns, origins, strict=True)
        if mine in child.columns and its in parent.columns
    ]
    if not all(not (mine.masks or theirs.masks) or _same(mine, theirs) for mine, theirs in pairs):
        same = ", ".join(f"{column}: {INHERIT}" for column in key.columns)
        yield f"{key.name}: must be masked like the columns of {key.parent}; write {{{same}}}"
    for mine, its in zip(key.columns, origins, strict=True):
        made_of = table.columns[its].made_of
        changed = any(rule.transform != KEEP for rule in _of(parent, made_of))
        if changed or (made_of and mine in child.columns and child.columns[mine].masks):
            what = f"{key.name}: the target computes {table.name}.{its} from {', '.join(made_of)}"
            yield f"{what}, so what refers to it would refer to nothing; drop {mine}"


def _same(mine: Rule, theirs: Rule) -> bool:
    return (mine.transform, mine.domain, mine.options, mine.entity is None) == (
        theirs.transform, theirs.domain, theirs.options, theirs.entity is None
    )  # fmt: skip
