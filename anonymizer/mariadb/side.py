"""One side of the check on MariaDB or MySQL: rows and catalogue as texts. Only reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from anonymizer.mariadb import receipts, statements
from anonymizer.mariadb.connections import Session
from anonymizer.mariadb.reading import blocks
from anonymizer.mariadb.schema import read_schema
from anonymizer.mariadb.snapshots import reading
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.schema import Schema, Table
from anonymizer.proof.places import Place
from anonymizer.proof.sheets import Sheet, batch
from anonymizer.proof.terms import Amount, Moment, Row, Term, Text
from foundation.receipts import refuse_half


@dataclass(frozen=True, kw_only=True)
class MariadbSide:
    """A database. Of the source only the rows are read that the policy's filter lets through."""

    session: Session

    def rows(self, sheet: Sheet, places: Sequence[Place]) -> Iterator[pa.RecordBatch]:
        table = sheet.table.table
        wanted = dict.fromkeys([*sheet.named.values(), *(place.column for place in places)])
        # Of a table of which nothing is looked at, the rows are counted.
        names = [*wanted] or [next(iter(table.columns))]
        where = statements.quoted(table.relation)
        if self.session.role == "source":
            where = statements.rows_of(sheet.table)
        facts = {fact.label: fact.seen for fact in sheet.facts}
        texts = [statements.text(table.columns[name]) for name in names]
        line = statements.csv([*texts, *(spelled(table, term) for term in facts.values())])
        query = f"SELECT {line} FROM {where}"  # noqa: S608 - names, quoted
        for block in blocks(self.session, query, [*names, *facts], table.name):
            whole = {name: block.column(name).combine_chunks() for name in names}
            rows = batch(sheet, places, whole.__getitem__, block.num_rows)
            for label, term in facts.items():
                rows = rows.append_column(label, _typed(block.column(label), term))
            yield rows

    def told(
        self, table: TablePlan, terms: Mapping[str, Term], *, sample: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        line = statements.csv(spelled(table.table, term) for term in terms.values())
        rows = self._rows(table)
        if sample is not None:
            rows = f"{rows} WHERE RAND() < {sample / max(1, table.table.rows)}"
        query = f"SELECT {line} FROM {rows}"  # noqa: S608 - names, quoted
        for block in blocks(self.session, query, list(terms), table.table.name):
            columns = [_typed(block.column(name), term) for name, term in terms.items()]
            yield pa.RecordBatch.from_arrays(columns, names=list(terms))

    def _rows(self, table: TablePlan) -> str:
        """What stands after FROM: of the source only the rows that were copied."""
        if self.session.role == "source" and table.filter is not None:
            return f"(SELECT * FROM {statements.rows_of(table)}) AS copied"  # noqa: S608 - names, quoted
        return statements.quoted(table.table.relation)


@contextmanager
def opened(dsn: str, role: str) -> Iterator[tuple[MariadbSide, Schema]]:
    """The side and its schema, in one snapshot. Raises InputError, Refused (a half-done copy)."""
    with reading(dsn, role) as session:
        refuse_half(receipts.read(session) if role == "target" else None)
        yield MariadbSide(session=session), read_schema(session).schema


def spelled(table: Table, term: Term) -> str:
    """A term as an expression of text; numbers with all their digits."""
    if isinstance(term, Row):
        return statements.fields(statements.text(table.columns[name]) for name in term.columns)
    if isinstance(term, Text):
        text = statements.text(table.columns[term.column])
        return text if term.prefix is None else f"LEFT({text}, {term.prefix})"
    name = statements.quoted(term.column)
    if isinstance(term, Amount):
        number = f"CAST({name} AS DOUBLE)"
        return number if term.band is None else f"(FLOOR({number} / {term.band}) * {term.band})"
    moment = name if term.start is None else _STARTS[term.start].format(name)
    return f"(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', {moment}) / 1e6)"


_STARTS = {
    "month": "DATE_FORMAT({}, '%Y-%m-01')",
    "quarter": "MAKEDATE(YEAR({0}), 1) + INTERVAL QUARTER({0}) * 3 - 3 MONTH",
    "year": "MAKEDATE(YEAR({}), 1)",
    "decade": "MAKEDATE(YEAR({0}) - YEAR({0}) % 10, 1)",
}


def _typed(texts: pa.ChunkedArray, term: Term) -> pa.Array:
    whole = texts.combine_chunks()
    return whole.cast(pa.float64()) if isinstance(term, Amount | Moment) else whole


def catalogue(target: Session) -> dict[str, list[str]]:
    """Comments, defaults, conditions, labels, views, routines, triggers, events and bounds, by place."""
    texts: dict[str, list[str]] = {}
    for kind, query in _TEXTS.items():
        found = [row[0] for row in target.rows(query)]
        texts[f"the catalogue's {kind}"] = [
            one.decode("utf-8", "replace") for one in found if isinstance(one, bytes)
        ]
    return texts


_TEXTS = {
    "comments": """
SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()
UNION ALL SELECT COLUMN_COMMENT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()
UNION ALL SELECT INDEX_COMMENT FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()
UNION ALL SELECT ROUTINE_COMMENT FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()
UNION ALL SELECT EVENT_COMMENT FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()""",
    "defaults": """
SELECT COLUMN_DEFAULT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()
UNION ALL SELECT GENERATION_EXPRESSION FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()""",
    "constraints": """
SELECT CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()""",
    "labels": """
SELECT COLUMN_TYPE FROM information_schema.COLUMNS
 WHERE TABLE_SCHEMA = DATABASE() AND DATA_TYPE IN ('enum', 'set')""",
    "views": "SELECT VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()",
    "functions": """
SELECT ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()
UNION ALL SELECT ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
UNION ALL SELECT EVENT_DEFINITION FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()""",
    "partition bounds": """
SELECT PARTITION_DESCRIPTION FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = DATABASE()""",
}
