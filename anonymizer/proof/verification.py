"""The check after a copy: does anything identifying still stand where it stood, or anywhere else?

Shares nothing with the transforms: every place is compared, and all texts of the target are searched, by
keyed fingerprints that are made here under a secret of this check.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import psycopg
from psycopg import sql

from anonymizer.masks.mapped_keys import MappedKeys, MappedSide
from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.schema import ForeignKey, Schema, Table
from anonymizer.postgres.filters import orphans
from anonymizer.postgres.reading import Reader
from anonymizer.postgres.refusals import translated
from anonymizer.proof.catalogue import catalogue
from anonymizer.proof.comparison import Comparison
from anonymizer.proof.distances import Distance, distances, facts, rulers
from anonymizer.proof.exposure import Exposure
from anonymizer.proof.leftover import leftover
from anonymizer.proof.search import Findings, search
from anonymizer.proof.sheets import Sheet, Side, Telling, sheets
from anonymizer.proof.side import PostgresqlSide
from anonymizer.proof.sightings import Sighting
from anonymizer.proof.singling import exposures

_WITHIN = re.compile(r" (?=\$|\(statistics)")


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What the check saw; `faults` says why it did not pass, `noted` what a person should look at."""

    comparisons: tuple[Comparison, ...]
    faults: tuple[str, ...]
    sightings: tuple[Sighting, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    distances: tuple[Distance, ...] = ()
    noted: tuple[str, ...] = ()

    @property
    def passes(self) -> bool:
        return not self.faults

    @property
    def unmatched(self) -> tuple[str, ...]:
        """Tables whose rows could not be matched: without a primary key, or with one that is masked."""
        places = (_column(one.place) for one in self.comparisons if not one.matched)
        return tuple(sorted({place.rpartition(".")[0] for place in places}))

    def to_dict(self) -> dict[str, object]:
        """As JSON writes it: names and counts."""
        return {
            "passes": self.passes,
            "comparisons": [asdict(one) for one in self.comparisons],
            "sightings": [asdict(one) for one in self.sightings],
            "exposures": [one.to_dict() for one in self.exposures],
            "distances": [asdict(one) for one in self.distances],
            "faults": list(self.faults),
            "noted": list(self.noted),
        }


def verify(
    before: Reader, after: Reader, target: psycopg.Connection, plan: Plan, target_schema: Schema, *,
    of_a_part: bool = False, keys: MappedKeys | None = None,
) -> Verification:  # fmt: skip
    """Compares every masked or identifying place, searches all texts, counts rows, looks for orphans, and
    measures how exposed people are and how far what is true has moved.

    `before` and `after` read source and target; of a subset (`of_a_part`) rows may be missing.
    Whoever has the `keys` can match rows whose keys are masked.
    """
    orphans = (
        fault
        for table in plan.copies
        for fault in _orphans(before, target, table, target_schema.tables[table.table.name], plan)
    )
    rest = leftover(target, plan)
    seen = checked(
        PostgresqlSide(reader=before, role="source"), PostgresqlSide(reader=after, role="target"), plan,
        catalogue(target), [*orphans, *_not_empty(target, plan)], of_a_part=of_a_part, keys=keys,
        rest=rest.sheets,
    )  # fmt: skip
    return replace(seen, noted=(*seen.noted, *rest.unsearched))


def checked(
    source: Telling, target: Telling, plan: Plan, texts: Mapping[str, Sequence[str]], others: Iterable[str],
    *, of_a_part: bool = False, keys: MappedKeys | None = None, rest: Sequence[Sheet] = (),
) -> Verification:  # fmt: skip
    """The check on any engine: `texts` are those of the catalogue, `others` what else is wrong there, `rest`
    what the target has beyond the copy.
    """
    before: Side = source if keys is None else MappedSide(side=source, keys=keys)
    tables = sheets(plan, facts(plan), mapped=keys is not None)
    found = search(
        before, target, tables, texts, of_a_part=of_a_part, rulers=rulers(target, tables), beyond=rest
    )
    seen = judged(found, others, exposures(source, target, plan, keys))
    return replace(seen, distances=distances(plan, found.counted))


def judged(found: Findings, others: Iterable[str], exposed: Sequence[Exposure] = ()) -> Verification:
    """What was found, on any engine, and what else is wrong, as the check's result."""
    failed = [one for one in found.comparisons if not one.passes]
    told = {_column(one.place) for one in failed}
    faults = [
        *found.faults,
        *others,
        *(one.fault for one in failed),
        *(_told(one) for one in found.sightings if not one.passes and _column(one.place) not in told),
        *(fault for one in exposed for fault in one.faults),
    ]
    return Verification(
        comparisons=found.comparisons,
        faults=tuple(faults),
        sightings=found.sightings,
        exposures=tuple(exposed),
        noted=tuple(map(_noted, found.absent)),
    )


def _column(place: str) -> str:
    """The column of a path of its documents, or of its statistics; names of both may hold spaces."""
    return _WITHIN.split(place, maxsplit=1)[0]


def _noted(absent: str) -> str:
    return (
        f"{absent}: no document has anything to mask there, and `others: keep` keeps whatever has another "
        "name: is the path spelled as the documents have it?"
    )


def _told(seen: Sighting) -> str:
    where = "in the rows of their own persons" if seen.same_row else "there"
    return (
        f"{seen.place}: {seen.found} originals ({seen.population}) stand {where} "
        f"({seen.by_chance:.2g} expected by chance)"
    )


def _orphans(
    before: Reader, target: psycopg.Connection, child: TablePlan, table: Table, plan: Plan
) -> Iterator[str]:
    for key in table.foreign_keys:
        parent = next((copy.table for copy in plan.copies if copy.table.name == key.parent), None)
        if parent is None:
            continue
        with translated(f"target, {table.name}"):
            row = target.execute(_orphan_query(table, key, parent)).fetchone()
        left = row[0] if row else 0
        if left and not key.valid:
            left -= _orphans_before(before, child, key, parent)
        if left > 0:
            yield f"{table.name}: {left} rows of {key.name} refer to nothing"


def _orphans_before(before: Reader, child: TablePlan, key: ForeignKey, parent: Table) -> int:
    """How many of the copied rows refer to nothing in the source, as they may where a key is NOT VALID."""
    query = orphans(child, parent.identifier, key)
    return sum(batch.column(0)[0].as_py() for batch in before.batches(query, f"source, {child.table.name}"))


def _orphan_query(table: Table, key: ForeignKey, parent: Table) -> sql.Composed:
    pairs = list(zip(key.columns, key.parent_columns, strict=True))
    same = [sql.SQL("child.{} = parent.{}").format(sql.Identifier(c), sql.Identifier(p)) for c, p in pairs]
    set_ = [sql.SQL("child.{} IS NOT NULL").format(sql.Identifier(c)) for c, _ in pairs]
    return sql.SQL(
        "SELECT count(*) FROM {} child WHERE {} AND NOT EXISTS (SELECT FROM {} parent WHERE {})"
    ).format(table.identifier, sql.SQL(" AND ").join(set_), parent.identifier, sql.SQL(" AND ").join(same))


def _not_empty(target: psycopg.Connection, plan: Plan) -> Iterator[str]:
    for table in plan.empties:
        row = target.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(table.identifier)).fetchone()
        if row and row[0]:
            yield f"{table.name}: is not empty"
