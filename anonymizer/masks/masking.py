"""Binds a plan's rules to the key and applies them to batches. Pure: (key, rules, batch) -> batch."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.masks import arrays, composite, document
from anonymizer.masks.leaves import WrongDocument
from anonymizer.policies.lines import Lines
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule, beside
from anonymizer.policies.schema import Column, Schema
from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms import COMPOSITE, DROP, JSON, totals, transform
from anonymizer.transforms.base import NUMBERS, Canonical, Slot, words
from foundation.errors import InputError, PeakproofError

# Whom the rows of a batch are about, by column and canonical form: worked out once for all columns that ask.
Known = dict[tuple[str, Canonical], prf.Subjects]
ColumnMask = Callable[[pa.Table, Known], pa.Array]


@dataclass(frozen=True, kw_only=True)
class TableMask:
    """What turns a batch of a table's text columns into the masked batch."""

    table: str
    columns: Mapping[str, ColumnMask]

    def __call__(self, batch: pa.Table) -> pa.Table:
        """The masked batch. Raises InputError, with table and column: a value that cannot be masked."""
        masked, known = batch, Known()
        for name, mask in self.columns.items():
            # Each mask sees the batch as it was: an entity is the original one, whatever became of its
            # column.
            try:
                masked = masked.set_column(batch.column_names.index(name), name, mask(batch, known))
            except InputError as error:
                raise InputError(error.what, where=f"{self.table}.{name}", hint=error.hint) from None
        return masked


def table_mask(plan: TablePlan, schema: Schema, key: Key) -> TableMask:
    """The mask of one table. Batches hold every column as Arrow strings."""
    if plan.population:
        key = key.derive("environment", plan.population)
    subkeys: dict[tuple[str, str], Key] = {}  # one key for columns whose subjects share their digests
    columns: dict[str, ColumnMask] = {}
    sums = {name: _sum(name, lines, schema, key) for name, lines in plan.sums.items()}
    for name, rule in plan.masked.items():
        slot = plan.table.columns[name].slot
        if rule.transform == JSON:
            columns[name] = _json(name, rule, key)
        elif rule.transform == COMPOSITE:
            columns[name] = _composite(name, rule, key, plan.table.columns[name])
        elif beside(rule) - {rule.entity}:
            columns[name] = _row(name, rule, key, slot, ChainMap(columns, sums))
        else:
            columns[name] = _column(name, rule, key, _domain(plan, schema, rule), slot, subkeys)
    return TableMask(table=plan.table.name, columns=columns)


def masked_batch(plan: TablePlan, mask: TableMask, batch: pa.Table) -> pa.Table:
    """The batch masked. Raises InputError: a value that its transform cannot mask; which one is not said."""
    with unquoted(plan):
        return mask(batch)


@contextmanager
def unquoted(plan: TablePlan) -> Iterator[None]:
    """Errors of values as ours: their messages quote values, and so would a traceback; neither is kept."""
    try:
        yield
    except PeakproofError:
        raise
    except WrongDocument as wrong:
        what, hint = f"a document {wrong.what}", "correct it at the source, or leave its row out by a filter"
        raise InputError(what, where=plan.table.name, hint=hint) from None
    except (pa.ArrowException, ValueError) as error:
        what = f"a value could not be masked ({type(error).__name__})"
        raise InputError(what, where=plan.table.name, hint="check the transforms of this table") from None


def _domain(plan: TablePlan, schema: Schema, rule: Rule) -> str:
    """What population the subject belongs to: the same subject in the same domain is the same pseudonym."""
    if rule.domain or not rule.entity:
        return rule.domain or rule.transform
    return ".".join(schema.root(plan.table.name, rule.entity))


def _column(
    name: str, rule: Rule, key: Key, domain: str, slot: Slot, subkeys: dict[tuple[str, str], Key]
) -> ColumnMask:
    leaf = leaf_mask(rule, key, domain, slot)
    chosen = transform(rule.transform, "entity" if rule.entity else "value")
    if not chosen.digested or slot.element != slot or slot.type in NUMBERS:
        return lambda batch, _: leaf(_one(batch, name), _one(batch, rule.entity) if rule.entity else None)
    mask = chosen.bind(chosen.options.model_validate(rule.options), slot)
    subkey = subkeys.setdefault((domain, chosen.family), key.derive(domain, chosen.family))
    place = (rule.entity, words) if rule.entity else (name, chosen.canonical)

    def masked(batch: pa.Table, known: Known) -> pa.Array:
        values, about = _one(batch, name), _one(batch, place[0])
        if about.null_count:
            return leaf(values, about if rule.entity else None)
        subjects = known.get(place) or known.setdefault(place, prf.Subjects(place[1](about)))
        return _put_back(values, mask(subkey, subjects, values))

    return masked


def _put_back(values: pa.Array, masked: pa.Array) -> pa.Array:
    """NULL and the empty string keep their place."""
    _, _, lengths = prf.layout(values)
    if not len(lengths) or lengths.all():
        return masked
    return pc.if_else(pa.array(lengths == 0), values, masked)


def _row(name: str, rule: Rule, key: Key, slot: Slot, masks: Mapping[str, ColumnMask]) -> ColumnMask:
    """A mask that looks at other columns: as they were, or as `masks` (complete when it runs) makes them."""
    chosen = transform(rule.transform, "value")
    assert chosen.row is not None  # there are other columns
    options = chosen.options.model_validate(rule.options)
    of_row, names, will_be = chosen.row.bind(options, slot), chosen.row.columns(options), chosen.row.masked
    subkey = key.derive(rule.domain or rule.transform, chosen.family)

    def masked(batch: pa.Table, known: Known) -> pa.Array:
        values = _one(batch, name)
        others = {
            other: masks[other](batch, known) if will_be and other in masks else _one(batch, other)
            for other in names
        }
        keeps = pc.or_(pc.is_null(values), pc.equal(values, "")).fill_null(True)
        return pc.if_else(keeps, values, of_row(subkey, values, others))

    return masked


def _sum(name: str, lines: Lines, schema: Schema, key: Key) -> ColumnMask:
    """The sums of what the lines that a batch carries become in their own table. `key`: the environment's."""
    masks = table_mask(TablePlan(table=lines.table, rules=lines.rules), schema, key).columns
    column, width = masks.get(lines.column), len(lines.rules)

    def added(batch: pa.Table, _known: Known) -> pa.Array:
        lists = batch.column(name).combine_chunks()
        texts = lists.flatten()
        places = np.arange(0, len(texts), width)
        rows = pa.table({of: texts.take(pa.array(places + at)) for at, of in enumerate(lines.rules)})
        amounts = column(rows, {}) if column else _one(rows, lines.column)
        return totals.added(amounts, pc.list_value_length(lists).to_numpy() // width)

    return added


def _one(batch: pa.Table, name: str) -> pa.Array:
    column = batch.column(name)
    if column.num_chunks == 1:
        return column.chunk(0)  # as it is: putting pieces together copies even a single one
    return column.combine_chunks() if batch.num_rows else pa.array([], pa.string())


def leaf_mask(rule: Rule, key: Key, domain: str, slot: Slot = Slot()) -> document.LeafMask:  # noqa: B008 - frozen
    """The rule as a function of values and, for entity scope, the entity's values."""
    if slot.is_array:
        return arrays.element_wise(leaf_mask(rule, key, domain, slot.element))
    if slot.is_hstore:
        return arrays.value_wise(leaf_mask(rule, key, domain, slot.element))
    chosen = transform(rule.transform, "entity" if rule.entity else "value")
    mask = chosen.bind(chosen.options.model_validate(rule.options), slot)
    zeros = chosen.digits if slot.type in NUMBERS else 0
    subkey = key.derive(domain, chosen.family)

    def masked(values: pa.Array, entities: pa.Array | None) -> pa.Array:
        own = chosen.canonical(pc.utf8_lpad(values, zeros, "0") if zeros else values)
        # Where nobody is named, the value has to stand for whom it is about.
        subjects = own if entities is None else pc.coalesce(words(entities), own)
        return _put_back(values, mask(subkey, subjects.fill_null(""), values))

    return masked


def _json(name: str, rule: Rule, key: Key) -> ColumnMask:
    rules = [_path(path, inner, key) for path, inner in rule.paths.items()]
    keep = rule.others == "keep"
    return lambda batch, _: document.masked(_one(batch, name), rules, keep_others=keep)


def _composite(name: str, rule: Rule, key: Key, column: Column) -> ColumnMask:
    mask = _fields(
        rule, {document.steps(path): inner for path, inner in rule.paths.items()}, key, column.fields
    )
    whole = arrays.element_wise(mask) if column.slot.is_array else mask
    return lambda batch, _: whole(_one(batch, name), None)


def _fields(
    rule: Rule, paths: Mapping[document.Steps, Rule], key: Key, fields: Sequence[Column]
) -> document.LeafMask:
    """The mask of a composite value: `paths` are the rules of what stands in it."""
    keep = rule.others == "keep"
    rules = {}
    for field in fields:
        inside = {steps[1:]: inner for steps, inner in paths.items() if steps[0] == field.name}
        if own := inside.pop((), None):
            rules[field.name] = _field(own, key, field)
        elif inside:
            deeper = _fields(rule, inside, key, field.fields)
            mask = arrays.element_wise(deeper) if field.slot.is_array else deeper
            rules[field.name] = composite.FieldRule(mask=mask)
    names = [field.name for field in fields]
    return lambda values, _entities: composite.masked(values, names, rules, keep_others=keep)


def _field(rule: Rule, key: Key, field: Column) -> composite.FieldRule:
    if not rule.masks:
        return composite.FieldRule(mask=None if rule.transform == DROP else lambda values, _entities: values)
    entity = document.steps(rule.entity)[-1] if rule.entity else None
    mask = leaf_mask(rule, key, rule.domain or rule.transform, field.slot)
    return composite.FieldRule(mask=mask, entity=entity)


def _path(path: str, rule: Rule, key: Key) -> document.PathRule:
    steps = document.steps(path)
    if not rule.masks:
        return document.PathRule(steps=steps, dropped=rule.transform == DROP)
    return document.PathRule(
        steps=steps,
        mask=leaf_mask(rule, key, rule.domain or rule.transform),
        entity=document.steps(rule.entity) if rule.entity else None,
    )
