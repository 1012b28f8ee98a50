"""Reads what the risk of singling people out is computed from: fingerprints and facts. Says no value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from psycopg import sql

from anonymizer.policies.people import Enforced, People
from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Table, read_schema
from anonymizer.postgres.connections import session
from anonymizer.postgres.mapped_keys import MappedKeys
from anonymizer.postgres.overlap import worked
from anonymizer.postgres.reading import Reader
from anonymizer.postgres.reading import reader as batches_of
from anonymizer.postgres.snapshots import export
from anonymizer.proof import identities
from anonymizer.proof.characters import Words
from anonymizer.proof.comparison import among, different
from anonymizer.proof.exposure import Exposure
from anonymizer.proof.fingerprints import Seed, mixed, whole
from anonymizer.proof.identities import Identity, names_alike
from anonymizer.proof.known import Fact, facts_of
from anonymizer.proof.linkage import CATEGORY, Attack, Facts, Linkage
from anonymizer.proof.partitions import Partitions
from anonymizer.proof.risk import assess, enter
from anonymizer.transforms import KEEP
from foundation.documents import did_you_mean
from foundation.errors import InputError

# Persons attacked: half of Wilson's interval is then at most 3 %.
ATTACKS = 1000
_RECORDS = 1 << 19  # in a partition, about
_MOST_BITS = 8
_QUASI, _SENSITIVE = "\x1fquasi", "\x1fsensitive"


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """The people of a table, as both sides are read. `who` names a row's person; None: nobody can."""

    table: Table
    people: People
    who: Identity | None
    facts: tuple[Fact, ...]
    source_rows: sql.Composable
    # Whether both sides name a person alike.
    matched: bool
    enforced: Enforced | None
    # Of whoever can mask the source's keys as the target's.
    keys: MappedKeys | None


def exposures(
    source: Reader, target: Reader, plan: Plan, keys: MappedKeys | None = None
) -> tuple[Exposure, ...]:
    """The exposure of every table of which the policy says who its people are."""
    return tuple(
        _exposure(source, target, _crowd(copy, copy.people, plan.enforced, keys))
        for copy in plan.copies
        if copy.people is not None
    )


def singling(
    dsn: str, table: str, people: People, *, enforced: Enforced | None, source: str | None = None
) -> Exposure:
    """The exposure of one table of a database; with `source`, an attack by what stands there.

    Raises InputError (no such table or column, login), Unavailable.
    """
    with ExitStack() as stack:
        connection = stack.enter_context(session(dsn, "target"))
        reader = stack.enter_context(batches_of(dsn, export(connection).snapshot, role="target"))
        there = _found(read_schema(connection).tables, table, people)
        crowd = _crowd(_as_it_is(there), people, enforced)
        if source is None:
            return _exposure(None, reader, crowd)
        other = stack.enter_context(session(source, "source"))
        before = stack.enter_context(batches_of(source, export(other).snapshot))
        _found(read_schema(other).tables, table, people)
        return _exposure(before, reader, crowd)


def _as_it_is(table: Table) -> TablePlan:
    return TablePlan(table=table, rules={name: Rule(transform=KEEP) for name in table.columns})


def _found(tables: Mapping[str, Table], name: str, people: People) -> Table:
    if name not in tables:
        raise InputError(f"there is no table {name!r}", hint=did_you_mean(name, tables))
    columns = tables[name].columns
    for column in (*people.columns, *([people.person] if people.person else [])):
        if column not in columns:
            raise InputError(f"{name} has no column {column!r}", hint=did_you_mean(column, columns))
    return tables[name]


def _crowd(
    copy: TablePlan, people: People, enforced: Enforced | None, keys: MappedKeys | None = None
) -> Crowd:
    names = (people.person,) if people.person else copy.table.primary_key
    return Crowd(
        table=copy.table,
        people=people,
        who=Identity(root=copy.table.name, columns=names) if names else None,
        facts=facts_of(copy, people.quasi),
        source_rows=copy.source_rows,
        matched=bool(names) and all(names_alike(copy, name, mapped=keys is not None) for name in names),
        keys=keys,
        enforced=enforced,
    )


def _exposure(source: Reader | None, target: Reader, crowd: Crowd) -> Exposure:
    seed, enforced = Seed.new(), crowd.enforced
    with Partitions(min(max(1, (crowd.table.rows // _RECORDS).bit_length()), _MOST_BITS)) as stored:
        some = _entered(target, crowd, seed, stored)
        risk = assess(
            stored,
            wanted=(enforced.k if enforced else None) or 1,
            wanted_diversity=(enforced.l if enforced else None) or 1,
        )
    linkage = _linkage(source, target, crowd, seed, some) if source and crowd.matched else None
    return Exposure(
        table=crowd.table.name, people=crowd.people, risk=risk, linkage=linkage, enforced=enforced
    )


def _entered(target: Reader, crowd: Crowd, seed: Seed, into: Partitions) -> Words:
    """Takes all rows of the target; gives some persons, chosen by their fingerprints."""
    some, rows = np.zeros(0, np.uint64), 0
    columns = {**_named(crowd.who), _QUASI: _row(crowd.people.quasi)}
    sensitive = crowd.people.sensitive
    if sensitive is not None:
        columns[_SENSITIVE] = _row([sensitive])
    for block in target.named(columns, crowd.table.identifier, f"target, {crowd.table.name}"):
        persons = identities.prints(block, crowd.who, seed)
        if crowd.who is None:  # each row is somebody
            persons = mixed(np.arange(rows, rows + block.num_rows, dtype=np.uint64), np.zeros(1, np.uint64))
        diverse = _prints(block, _SENSITIVE, seed) if sensitive is not None else None
        enter(into, _prints(block, _QUASI, seed), persons, diverse)
        some = different(np.concatenate([some, persons[persons != 0]]))[:ATTACKS]
        rows += block.num_rows
    return some


def _linkage(source: Reader, target: Reader, crowd: Crowd, seed: Seed, some: Words) -> Linkage:
    """The attack on those persons, by what the source says of them."""
    persons, known, scales = _originals(source, crowd, seed, some)
    attack = Attack(persons, known, scales)
    columns = {**_named(crowd.who), **{fact.name: fact.seen for fact in crowd.facts}}
    read = target.named(columns, crowd.table.identifier, f"target, {crowd.table.name}")
    for whom, facts in worked(lambda block: _read(block, crowd, seed), read):
        attack.show(whom, facts)
    return attack.result()


def _originals(source: Reader, crowd: Crowd, seed: Seed, some: Words) -> tuple[Words, Facts, Facts]:
    """One row of each of these persons, and how far apart the numbers of all rows are."""
    columns = {**_named(crowd.who), **{fact.name: fact.known for fact in crowd.facts}}
    low, high = np.full(len(crowd.facts), np.inf), np.full(len(crowd.facts), -np.inf)
    persons, known = [np.zeros(0, np.uint64)], [np.zeros((0, len(crowd.facts)))]
    for read in source.named(columns, crowd.source_rows, f"source, {crowd.table.name}"):
        block = crowd.keys.mapped(crowd.table.name, read, _labels(crowd.who)) if crowd.keys else read
        whom, facts = _read(block, crowd, seed)
        low, high = np.fmin(low, np.fmin.reduce(facts, axis=0)), np.fmax(high, np.fmax.reduce(facts, axis=0))
        asked = among(whom, some)
        persons.append(whom[asked])
        known.append(facts[asked])
    found, first = np.unique(np.concatenate(persons), return_index=True)
    numbers = np.array([fact.number for fact in crowd.facts])
    spans = np.where(numbers & (high > low), high - low, CATEGORY)
    return found, np.concatenate(known)[first], spans


def _read(block: pa.RecordBatch, crowd: Crowd, seed: Seed) -> tuple[Words, Facts]:
    facts = [
        _number(block.column(fact.name)) if fact.number else _category(block.column(fact.name), seed)
        for fact in crowd.facts
    ]
    return identities.prints(block, crowd.who, seed), np.stack(facts, axis=1)


def _number(values: pa.Array) -> Facts:
    return np.asarray(values.to_numpy(zero_copy_only=False), np.float64)


def _category(values: pa.Array, seed: Seed) -> Facts:
    """A number that is equal where the texts are: 52 bits of a fingerprint."""
    facts = (_whole(values, seed) >> np.uint64(12)).astype(np.float64)
    facts[values.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return facts


def _prints(block: pa.RecordBatch, name: str, seed: Seed) -> Words:
    return _whole(block.column(name), seed)


def _whole(values: pa.Array, seed: Seed) -> Words:
    return whole(values.cast(pa.large_string()).fill_null(""), seed)


def _named(who: Identity | None) -> dict[str, sql.Composable]:
    return {
        label: sql.SQL("{}::text").format(sql.Identifier(column)) for label, column in _labels(who).items()
    }


def _labels(who: Identity | None) -> dict[str, str]:
    return dict(zip(who.labels, who.columns, strict=True)) if who else {}


def _row(names: Sequence[str]) -> sql.Composable:
    return sql.SQL("row({})::text").format(sql.SQL(", ").join(map(sql.Identifier, names)))
