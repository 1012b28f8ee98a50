"""One side of the check on files: rows told apart by their place, which files keep. Only reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from anonymizer.canonical import canonical, kind_of
from anonymizer.files.content import Progress, Source
from anonymizer.files.moved import Moved
from anonymizer.files.tables import base_of
from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.proof.identities import Identity
from anonymizer.proof.places import Place
from anonymizer.proof.sheets import Sheet, batch, sheet

# Opens a table's file; it is read anew each time.
Opening = Callable[[], AbstractContextManager[Source]]
# No column of a file has a name with this character in it: so its rows' numbers, and its original's columns.
_OTHER = "\x1f"
_ROW = f"{_OTHER}row"


def sheets_of(plan: Plan, rows: Mapping[str, int]) -> list[Sheet]:
    """Every table that was masked. A row is about the entity of its pseudonyms, where they have one."""
    return [_sheet(table, rows[table.table.name]) for table in plan.copies]


def _sheet(table: TablePlan, rows: int) -> Sheet:
    name = table.table.name
    counted = replace(table, table=replace(table.table, rows=rows))
    key = Identity(root=name, columns=(_ROW,))
    entity = next((rule.entity for rule in table.rules.values() if rule.entity in table.rules), None)
    person = Identity(root=f"{name}.{entity}", columns=(f"{_OTHER}{entity}",)) if entity else key
    return sheet(counted, key=key, person=person)


@dataclass(frozen=True, kw_only=True)
class FileSide:
    """The files of one side (`role`), by table. Whom a row is about, only the `originals` say.

    `moved`: the tables whose outputs stand in another order.
    """

    files: Mapping[str, Opening]
    originals: Mapping[str, Opening]
    role: str
    progress: Progress
    moved: Mapping[str, Moved]

    def rows(self, sheet: Sheet, places: Sequence[Place]) -> Iterator[pa.RecordBatch]:
        whose = [name for name in sheet.named.values() if name != _ROW]
        names = list(dict.fromkeys(place.column for place in places))
        with ExitStack() as stack:
            mine = stack.enter_context(self.files[sheet.name]())
            theirs = stack.enter_context(self.originals[sheet.name]())
            moved = self.moved.get(sheet.name)
            persons = [moved or _Texts(theirs, name.removeprefix(_OTHER)) for name in whose]
            first = 0
            # Of a table of which nothing is looked at, the rows are counted.
            for block in mine.blocks(names or mine.schema.names[:1]):
                count = block.rows.num_rows
                at = np.arange(first, first + count) if moved is None else moved.at(first, count)
                cells = {name: texts(_whole(block.rows, name)) for name in names}
                cells[_ROW] = pa.array(at).cast(pa.string())
                cells.update(zip(whose, (one.of(at) for one in persons), strict=True))
                yield batch(sheet, places, cells.__getitem__, count)
                first += count
                self.progress(f"{sheet.name}, {self.role} checked", first, sheet.table.table.rows)


def entity(sheet: Sheet) -> str | None:
    """The column of the originals that says whom a row is about; None: every row is about itself."""
    return next((name.removeprefix(_OTHER) for name in sheet.named.values() if name != _ROW), None)


class _Texts:
    """A column's texts, as many at a time as somebody asks for."""

    def __init__(self, source: Source, column: str) -> None:
        self._blocks = source.blocks([column])
        self._column = column
        self._left = pa.array([], pa.string())

    def of(self, places: NDArray[np.int64]) -> pa.Array:
        """The next ones; NULL behind the end."""
        count = len(places)
        while len(self._left) < count:
            block = next(self._blocks, None)
            missing = pa.nulls(count - len(self._left), pa.string())
            more = missing if block is None else texts(_whole(block.rows, self._column))
            self._left = pa.concat_arrays([self._left, more])
        taken, self._left = self._left[:count], self._left[count:]
        return taken


def texts(values: pa.Array) -> pa.Array:
    """The values of a file's column as the texts that are looked at; lists and structures as JSON."""
    if pa.types.is_nested(values.type):
        spelled = [None if one is None else json.dumps(one, default=str) for one in values.to_pylist()]
        return pa.array(spelled, pa.string())
    return canonical(values, kind_of(base_of(values.type)))


def _whole(rows: pa.Table, name: str) -> pa.Array:
    return rows.column(name).combine_chunks()
