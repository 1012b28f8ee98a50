"""A value comes through CSV exactly as it was, NULL and empty included."""

from __future__ import annotations

import psycopg
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.postgres.wire import csv_rows, parsed
from tests.servers import Server

# What PostgreSQL can store in a text.
TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20) | st.sampled_from(
    ["", "\\N", "\\.", '"', '""', ",", "\n", "\r\n", " ", "NULL", "\ufeff"]
)


def written(table: pa.Table) -> bytes:
    return b"".join(csv_rows([column.combine_chunks() for column in table.columns]).to_pylist())


@settings(max_examples=300)
@given(st.lists(st.tuples(TEXTS | st.none(), TEXTS | st.none()), min_size=1))
def test_what_is_formatted_is_parsed(rows: list[tuple[str | None, str | None]]) -> None:
    table = pa.table({"a": pa.array([a for a, _ in rows], pa.string()), "b": [b for _, b in rows]})
    table = table.cast(pa.schema([("a", pa.string()), ("b", pa.string())]))
    assert parsed(written(table), ["a", "b"]).to_pylist() == table.to_pylist()


@pytest.mark.integration
@settings(max_examples=60)
@given(values=st.lists(TEXTS | st.none(), min_size=1, max_size=20))
def test_postgresql_reads_and_writes_the_same_csv(postgres_server: Server, values: list[str | None]) -> None:
    table = pa.table({"v": pa.array(values, pa.string())})
    with psycopg.connect(postgres_server.dsn("postgres")) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE one (v text) ON COMMIT DROP")
        with cursor.copy("COPY one FROM STDIN (FORMAT csv)") as copy:
            copy.write(written(table))
        assert [value for (value,) in cursor.execute("SELECT v FROM one")] == values
        with cursor.copy("COPY one TO STDOUT (FORMAT csv)") as copy:
            block = b"".join(copy)
    assert parsed(block, ["v"]).column("v").to_pylist() == values
