"""The source's masked keys as the target has them, for a check by whoever holds the key. Judges nothing.

Only so that rows can be matched: a mask that is wrong matches none, and the check fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from anonymizer.masks.masking import TableMask, masked_batch, table_mask
from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.proof.identities import names_alike
from anonymizer.proof.places import Place
from anonymizer.proof.sheets import Sheet, Side
from anonymizer.pseudonyms.keys import Key


@dataclass(frozen=True, kw_only=True)
class MappedKeys:
    """How each table's columns that are a function of themselves alone are masked."""

    plans: Mapping[str, TablePlan]
    masks: Mapping[str, TableMask]

    @classmethod
    def of(cls, plan: Plan, key: Key) -> MappedKeys:
        """The masks under that key."""
        plans = {copy.table.name: _keys_only(copy) for copy in plan.copies}
        masks = {name: table_mask(copy, plan.source, key) for name, copy in plans.items()}
        return cls(plans=plans, masks=masks)

    def mapped(self, table: str, block: pa.RecordBatch, named: Mapping[str, str]) -> pa.RecordBatch:
        """The block, with the named columns (by their label) as the target has them."""
        plan, mask = self.plans[table], self.masks[table]
        for label, column in named.items():
            if column in mask.columns:
                one = TableMask(table=table, columns={column: mask.columns[column]})
                texts = pa.table({column: block.column(label).cast(pa.string())})
                masked = masked_batch(plan, one, texts).column(0).combine_chunks()
                block = block.set_column(block.schema.get_field_index(label), label, masked)
        return block


@dataclass(frozen=True, kw_only=True)
class MappedSide:
    """The source's side, its rows named as the target names them."""

    side: Side
    keys: MappedKeys

    def rows(self, sheet: Sheet, places: Sequence[Place]) -> Iterator[pa.RecordBatch]:
        for block in self.side.rows(sheet, places):
            yield self.keys.mapped(sheet.name, block, sheet.named)


def _keys_only(copy: TablePlan) -> TablePlan:
    columns = {*copy.table.primary_key, *copy.table.referring} & copy.rules.keys()
    if copy.people is not None and copy.people.person is not None:
        columns.add(copy.people.person)
    masked = {name for name in columns if copy.rules[name].masks and names_alike(copy, name, mapped=True)}
    return replace(copy, rules={name: rule for name, rule in copy.rules.items() if name in masked})
