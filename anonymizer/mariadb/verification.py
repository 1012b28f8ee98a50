"""The check after a copy: do identifying values stand in the rows they came from, do references hold?

Shares nothing with the transforms. Values are in memory for as long as their fingerprints take.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from anonymizer.mariadb import statements
from anonymizer.mariadb.connections import Session
from anonymizer.mariadb.copying import blocks
from anonymizer.plan import Plan, TablePlan
from anonymizer.policy import Rule
from anonymizer.schema import Schema, Table
from anonymizer.transforms import DROP, KEEP

Prints = NDArray[np.uint64]
NOTHING = np.uint64(0)
# A survivor is laid to chance only where chance makes as many at least once in ten thousand checks.
_ALPHA = 1e-4
# Where rows cannot be matched, permutations of a large domain meet less often than this.
_UNMATCHED = 0.01


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A column on both sides. `survivors`: rows of one key with an equal value (where keys are masked: values
    that stand anywhere in the target's column); `by_chance`: as many as random dealing would leave."""

    place: str
    values: int
    survivors: int
    by_chance: float
    passes: bool


@dataclass(frozen=True, kw_only=True)
class Check:
    """What the check saw; `faults` says why it did not pass. The target's other texts are not searched."""

    compared: tuple[Compared, ...]
    faults: tuple[str, ...]

    @property
    def passes(self) -> bool:
        return not self.faults

    def to_dict(self) -> dict[str, object]:
        return {"passes": self.passes, **asdict(self)}


def verify(source: Session, target: Session, plan: Plan, there: Schema) -> Check:
    """Compares every masked or identifying column, counts rows, looks for orphans and full tables."""
    compared: list[Compared] = []
    faults: list[str] = []
    for copy in plan.copies:
        found, wrong = _table(source, target, copy)
        compared += found
        faults += [*wrong, *_orphans(target, there.tables[copy.table.name], plan)]
    faults += [f"{table.name}: is not empty" for table in plan.empties if _holds_rows(target, table)]
    faults += [
        f"{one.place}: {one.survivors} of {one.values} values stand where they stood "
        f"({one.by_chance:.2g} expected by chance)"
        for one in compared
        if not one.passes
    ]
    return Check(compared=tuple(compared), faults=tuple(faults))


def _table(source: Session, target: Session, copy: TablePlan) -> tuple[list[Compared], list[str]]:
    name, seed = copy.table.name, secrets.randbits(62)
    places = [column for column, rule in copy.rules.items() if _is_compared(rule)]
    key = copy.table.primary_key if _is_key_kept(copy) else ()
    before = _prints(source, copy, key, places, seed, statements.rows_of(copy))
    after = _prints(target, copy, key, places, seed, statements.quoted(copy.table.relation))
    wrong = []
    if len(before) != len(after):
        wrong.append(f"{name}: {len(before)} rows in the source, {len(after)} in the target")
    _, left, right = np.intersect1d(before[:, 0], after[:, 0], return_indices=True)
    if key and len(left) < len(before):
        wrong.append(f"{name}: {len(before) - len(left)} keys of the source are not in the target")
    compared = []
    for at, column in enumerate(places, start=1):
        identifying = copy.rules[column].class_ == "identifying"
        pair = (before[left, at], after[right, at]) if key else (before[:, at], after[:, at])
        judge = matched if key else unmatched
        compared.append(judge(f"{name}.{column}", *pair, identifying=identifying))
    return compared, wrong


def _is_compared(rule: Rule) -> bool:
    return rule.transform != DROP and (rule.masks or rule.class_ == "identifying")


def _is_key_kept(copy: TablePlan) -> bool:
    key = copy.table.primary_key
    return bool(key) and all(copy.rules[name].transform == KEEP for name in key)


def matched(place: str, was: Prints, became: Prints, *, identifying: bool) -> Compared:
    """Rows that belong together, compared; an identifying column must keep no more than chance explains."""
    kept = (was == became) & (was != NOTHING)
    pairs = len(np.unique(was[kept]))
    expected = by_chance(was, became, pairs)
    return Compared(
        place=place, values=int((was != NOTHING).sum()), survivors=int(kept.sum()), by_chance=expected,
        passes=not identifying or at_least(pairs, expected) >= _ALPHA,
    )  # fmt: skip


def unmatched(place: str, was: Prints, became: Prints, *, identifying: bool) -> Compared:
    """Nobody can say which rows belong together: every value that stands on both sides counts."""
    real = was[was != NOTHING]
    again = int(np.isin(became[became != NOTHING], real).sum())
    return Compared(
        place=place, values=len(real), survivors=again, by_chance=0.0,
        passes=not identifying or again <= len(real) * _UNMATCHED,
    )  # fmt: skip


def by_chance(was: Prints, became: Prints, kept: int) -> float:
    """Equal pairs expected if different pairs were dealt out at random, the kept ones left out."""
    real = (was != NOTHING) & (became != NOTHING)
    pairs = np.unique(np.stack([was[real], became[real]]), axis=1)
    if pairs.shape[1] < 2:
        return 0.0
    values, counts = np.unique(pairs[0], return_counts=True)
    others, other_counts = np.unique(pairs[1], return_counts=True)
    _, left, right = np.intersect1d(values, others, return_indices=True)
    meetings = int((counts[left] * other_counts[right]).sum()) - kept
    return float(max(0, meetings) / (pairs.shape[1] - 1))


def at_least(count: int, expected: float) -> float:
    """The chance of `count` or more where `expected` are expected (Poisson)."""
    if count == 0 or expected == 0:
        return float(count == 0)
    terms = (math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(count))
    return max(0.0, 1.0 - sum(terms))


def _prints(
    session: Session, copy: TablePlan, key: tuple[str, ...], places: list[str], seed: int, rows: str
) -> Prints:
    """Fingerprints of key and places. Shape: (rows, 1 + places)."""
    read = TablePlan(table=copy.table, rules={name: copy.rules[name] for name in (*key, *places)})
    if not read.rules:
        count = session.one(f"SELECT COUNT(*) FROM {rows}")  # noqa: S608 - names, quoted
        return np.zeros((int(count or 0), 1), np.uint64)
    query = f"SELECT {statements.line(read)} FROM {rows}"  # noqa: S608 - names, quoted
    found = [np.zeros((0, 1 + len(places)), np.uint64)]
    for block in blocks(session, query, list(read.rules), copy.table.name):
        keys = _hashed(_joined(block, key), seed) if key else np.zeros(block.num_rows, np.uint64)
        found.append(np.stack([keys, *(_hashed(_plain(block, name), seed) for name in places)], axis=1))
    return np.concatenate(found)


def _joined(block: pa.Table, key: tuple[str, ...]) -> pa.Array:
    parts = [block.column(name).combine_chunks().fill_null("") for name in key]
    return pc.binary_join_element_wise(*parts, "\x1f")


def _plain(block: pa.Table, name: str) -> pa.Array:
    """Case and outer space tell nobody apart."""
    return pc.utf8_lower(pc.utf8_trim_whitespace(block.column(name).combine_chunks()))


def _hashed(texts: pa.Array, seed: int) -> Prints:
    """64 bits under a seed of this check. It decides no pseudonym, so a fast hash will do."""
    prints = cast(pl.Series, pl.from_arrow(texts)).hash(seed).to_numpy() | np.uint64(1)
    nothing = pc.equal(texts, "").fill_null(True).to_numpy(zero_copy_only=False)
    return np.where(nothing, NOTHING, prints)


def _orphans(target: Session, table: Table, plan: Plan) -> Iterator[str]:
    copied = {copy.table.name for copy in plan.copies}
    for key in table.foreign_keys:
        count = int(target.one(statements.orphans(table, key)) or 0) if key.parent in copied else 0
        if count:
            yield f"{table.name}: {count} rows of {key.name} refer to nothing"


def _holds_rows(session: Session, table: Table) -> bool:
    query = f"SELECT EXISTS (SELECT 1 FROM {statements.quoted(table.relation)})"  # noqa: S608 - a name, quoted
    return bool(session.one(query))
