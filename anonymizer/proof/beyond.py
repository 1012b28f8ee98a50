"""What the target holds beyond the copy: tables that the policy skips or does not know, added columns.

Nobody masked these rows and no rule explains them: all of their texts are searched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

import numpy as np
import pyarrow as pa

from anonymizer.copying.overlap import worked
from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Schema, Table
from anonymizer.proof.fingerprints import lowered
from anonymizer.proof.gathering import Tally, count_trials, is_json
from anonymizer.proof.partitions import Partitions
from anonymizer.proof.places import searched
from anonymizer.proof.scanning import Scan, Wanted, scan
from anonymizer.proof.sheets import Sheet, Side
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


def gather_beyond(target: Side, sheet: Sheet, wanted: Wanted, into: Partitions) -> Tally:
    """Searches rows that nobody masked: what may be originals, into streams (table, label, "text")."""
    tally = Tally()

    def taken(rows: pa.RecordBatch) -> dict[str, Scan]:
        nobody = np.zeros(rows.num_rows, np.uint64)
        found = {}
        for place in sheet.searched:
            texts = rows.column(place.label)
            json = is_json(sheet, place)
            found[place.label] = scan(wanted, texts, lowered(texts), nobody, json=json)
            into.add((sheet.name, place.label, "text"), found[place.label].records)
        return found

    for scans in worked(taken, target.rows(sheet, sheet.searched)):
        count_trials(tally, scans)
    return tally
