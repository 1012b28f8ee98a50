"""Reads what the risk of singling people out is computed from: fingerprints and facts. Says no value."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from anonymizer.copying.overlap import worked
from anonymizer.engines import side
from anonymizer.masks.mapped_keys import MappedKeys
from anonymizer.policies.people import Enforced, People
from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Table
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
from anonymizer.proof.sheets import Telling
from anonymizer.proof.terms import Row, Term, Text
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

    copy: TablePlan
    people: People
    who: Identity | None
    facts: tuple[Fact, ...]
    # Whether both sides name a person alike.
    matched: bool
    enforced: Enforced | None
    # Of whoever can mask the source's keys as the target's.
    keys: MappedKeys | None


def exposures(
    source: Telling, target: Telling, plan: Plan, keys: MappedKeys | None = None
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
        after, there = stack.enter_context(side(dsn, "target"))
        crowd = _crowd(_as_it_is(_found(there.tables, table, people)), people, enforced)
        if source is None:
            return _exposure(None, after, crowd)
        before, here = stack.enter_context(side(source, "source"))
        _found(here.tables, table, people)
        return _exposure(before, after, crowd)


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
        copy=copy,
        people=people,
        who=Identity(root=copy.table.name, columns=names) if names else None,
        facts=facts_of(copy, people.quasi),
        matched=bool(names) and all(names_alike(copy, name, mapped=keys is not None) for name in names),
        keys=keys,
        enforced=enforced,
    )


def _exposure(source: Telling | None, target: Telling, crowd: Crowd) -> Exposure:
    seed, enforced = Seed.new(), crowd.enforced
    with Partitions(min(max(1, (crowd.copy.table.rows // _RECORDS).bit_length()), _MOST_BITS)) as stored:
        some = _entered(target, crowd, seed, stored)
        risk = assess(
            stored,
            wanted=(enforced.k if enforced else None) or 1,
            wanted_diversity=(enforced.l if enforced else None) or 1,
        )
    linkage = _linkage(source, target, crowd, seed, some, risk.persons) if source and crowd.matched else None
    return Exposure(
        table=crowd.copy.table.name, people=crowd.people, risk=risk, linkage=linkage, enforced=enforced
    )


def _entered(target: Telling, crowd: Crowd, seed: Seed, into: Partitions) -> Words:
    """Takes all rows of the target; gives some persons, chosen by their fingerprints."""
    some, rows = np.zeros(0, np.uint64), 0
    terms = {**_named(crowd.who), _QUASI: Row(columns=crowd.people.quasi)}
    sensitive = crowd.people.sensitive
    if sensitive is not None:
        terms[_SENSITIVE] = Row(columns=[sensitive])
    for block in target.told(crowd.copy, terms):
        persons = identities.prints(block, crowd.who, seed)
        if crowd.who is None:  # each row is somebody
            persons = mixed(np.arange(rows, rows + block.num_rows, dtype=np.uint64), np.zeros(1, np.uint64))
        diverse = _prints(block, _SENSITIVE, seed) if sensitive is not None else None
        enter(into, _prints(block, _QUASI, seed), persons, diverse)
        some = different(np.concatenate([some, persons[persons != 0]]))[:ATTACKS]
        rows += block.num_rows
    return some


def _linkage(source: Telling, target: Telling, crowd: Crowd, seed: Seed, some: Words, of: int) -> Linkage:
    """The attack on those persons of so many, by what the source says of them."""
    persons, known, scales = _originals(source, crowd, seed, some)
    attack = Attack(persons, known, scales)
    terms = {**_named(crowd.who), **{fact.name: fact.seen for fact in crowd.facts}}
    read = target.told(crowd.copy, terms)
    for whom, facts in worked(lambda block: _read(block, crowd, seed), read):
        attack.show(whom, facts)
    # Where all were chosen, whoever the source does not know is nobody to be found.
    return attack.result(of if of > len(some) else 0)


def _originals(source: Telling, crowd: Crowd, seed: Seed, some: Words) -> tuple[Words, Facts, Facts]:
    """One row of each of these persons, and how far apart the numbers of all rows are."""
    terms = {**_named(crowd.who), **{fact.name: fact.known for fact in crowd.facts}}
    low, high = np.full(len(crowd.facts), np.inf), np.full(len(crowd.facts), -np.inf)
    persons, known = [np.zeros(0, np.uint64)], [np.zeros((0, len(crowd.facts)))]
    for read in source.told(crowd.copy, terms):
        block = crowd.keys.mapped(crowd.copy.table.name, read, _labels(crowd.who)) if crowd.keys else read
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


def _named(who: Identity | None) -> dict[str, Term]:
    return {label: Text(column=column) for label, column in _labels(who).items()}


def _labels(who: Identity | None) -> dict[str, str]:
    return dict(zip(who.labels, who.columns, strict=True)) if who else {}
