"""What PostgreSQL is asked for: every place as text, terms as numbers and moments. Asks no server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import pyarrow as pa
import pytest
from psycopg import sql

from anonymizer.postgres.reading import Reader
from anonymizer.proof.places import UNIT
from anonymizer.proof.sheets import sheets
from anonymizer.proof.side import PostgresqlSide
from anonymizer.proof.terms import Amount, Moment, Row, Term, Text
from tests.anonymizer.proof.memory import MAIL, copied, plan

DOCUMENT = {"transform": "json", "class": "free", "paths": {"$.a[*].b-c": MAIL}}


class Asked:
    """Takes down what it is asked, and gives one block of texts."""

    def __init__(self, *columns: list[str | None]) -> None:
        self.columns = columns
        self.queries: list[str] = []
        self.spelled: dict[str, str] = {}

    def batches(self, query: sql.Composed, _what: str) -> Iterator[pa.RecordBatch]:
        self.queries.append(query.as_string(None))
        names = [f"column{number}" for number in range(len(self.columns))]
        yield pa.RecordBatch.from_arrays([pa.array(one, pa.string()) for one in self.columns], names)

    def named(
        self, spelled: Mapping[str, sql.Composable], rows: sql.Composable, _what: str
    ) -> Iterator[pa.RecordBatch]:
        self.spelled = {name: term.as_string(None) for name, term in spelled.items()}
        self.queries.append(rows.as_string(None))
        return iter(())


def side(asked: Asked, role: str = "target") -> PostgresqlSide:
    return PostgresqlSide(reader=cast(Reader, asked), role=cast(Any, role))


def test_a_path_is_asked_of_the_server_where_jsonb_takes_the_document() -> None:
    [sheet] = sheets(plan(copied({"id": "keep", "doc": DOCUMENT}, types={"id": "integer", "doc": "jsonb"})))
    asked = Asked(["1"], ['{"a": []}'], ["x"])
    [block] = side(asked).rows(sheet, sheet.searched)
    assert block.schema.names == ["\x1fid", "doc", "doc $.a[*].b-c"]
    assert asked.queries == [
        "SELECT \"id\"::text, \"doc\"::text, (SELECT string_agg(v #>> '{}', '\x1f') "
        'FROM jsonb_path_query(to_jsonb("doc"), \'$."a"[*]."b-c"\'::jsonpath) AS v) FROM "public"."t"'
    ]


def test_a_document_that_jsonb_may_not_take_is_read_here() -> None:
    [sheet] = sheets(plan(copied({"id": "keep", "doc": DOCUMENT}, types={"id": "integer", "doc": "json"})))
    document = '{"a": [{"b-c": "x\\u0000"}, {"b-c": "y"}]}'
    asked = Asked(["1"], [document], [document])
    [block] = side(asked).rows(sheet, sheet.searched)
    assert block.column("doc $.a[*].b-c").to_pylist() == [f"x\x00{UNIT}y"]
    assert "jsonb" not in asked.queries[0]


@pytest.mark.parametrize(
    ("role", "rows"),
    [("target", '"public"."t"'), ("source", '(SELECT * FROM "public"."t" WHERE (id > 7\n)) AS')],
)
def test_of_the_source_only_the_rows_are_read_that_were_copied(role: str, rows: str) -> None:
    table = replace(copied({"id": "keep"}, types={"id": "integer"}), filter="id > 7")
    [sheet] = sheets(plan(table))
    asked = Asked(["1"])
    list(side(asked, role).rows(sheet, sheet.searched))
    assert asked.queries[0].partition(" FROM ")[2].startswith(rows)


@pytest.mark.parametrize(
    ("term", "spelled"),
    [
        (Text(column="a"), '"a"::text'),
        (Text(column="a", prefix=2), 'left("a"::text, 2)'),
        (Text(column='a"b'), '"a""b"::text'),
        (Row(columns=["a", "b"]), 'row("a", "b")::text'),
        (Amount(column="a"), '("a")::float8'),
        (Amount(column="a", band=10), '(floor("a" / 10::numeric) * 10)::float8'),
        (Moment(column="a"), "date_part('epoch', \"a\")"),
        (Moment(column="a", start="decade"), "date_part('epoch', date_trunc('decade', \"a\"))"),
    ],
)
def test_a_term_is_spelled_as_the_server_reads_it(term: Term, spelled: str) -> None:
    asked = Asked()
    side(asked).told(copied({"a": "keep"}), {"x": term})
    assert asked.spelled == {"x": spelled}


@pytest.mark.parametrize(("rows", "share"), [(100, 100.0), (40_000, 50.0), (0, 100.0), (20_000_000, 0.1)])
def test_a_sample_is_as_large_a_share_as_gives_so_many_rows(rows: int, share: float) -> None:
    table = copied({"a": "keep"})
    asked = Asked()
    side(asked).told(replace(table, table=replace(table.table, rows=rows)), {}, sample=20_000)
    assert asked.queries == [f'"public"."t" TABLESAMPLE SYSTEM ({share})']


def test_a_table_of_nothing_to_read_is_counted() -> None:
    [sheet] = sheets(plan(copied({"n": "keep"}, types={"n": "integer"}, key=())))
    asked = Asked([""])
    [block] = side(asked).rows(sheet, [])
    assert (asked.queries, block.num_rows) == (['SELECT \'\' FROM "public"."t"'], 1)
