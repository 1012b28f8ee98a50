"""The SQL is right for any value and any name, and nothing leaves its literal."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.engines import is_mariadb
from anonymizer.mariadb import statements
from anonymizer.mariadb.connections import parse
from anonymizer.policies.schema import Column, Table
from foundation.errors import InputError


def table(**bases: str) -> Table:
    columns = {
        name: Column(
            name=name, type=base, base=base, limit=None, nullable=True, default=False, generated=False
        )
        for name, base in bases.items()
    }
    return Table(name="t", schema="", relation="t", rows=0, columns=columns, unique={})


def inserts(into: Table, rows: pa.Table, size: int) -> list[bytes]:
    made = statements.tuples(into.columns, rows)
    return [statements.insert(into, rows.column_names, body) for body in statements.bodies(made, size)]


def literals(statement: bytes) -> list[str | None]:
    """The texts of one column, read back as the server reads them: quotes doubled, backslashes plain."""
    rest = statement.decode().partition(" VALUES ")[2]
    found: list[str | None] = []
    while rest:
        rest = rest.removeprefix(",").removeprefix("(")
        if rest.startswith("NULL"):
            found.append(None)
            rest = rest.removeprefix("NULL)")
            continue
        assert rest.startswith("'")
        end = 1
        while rest[end] != "'" or rest[end + 1 : end + 2] == "'":
            end += 2 if rest[end] == "'" else 1
        found.append(rest[1:end].replace("''", "'"))
        assert rest[end + 1] == ")"
        rest = rest[end + 2 :]
    return found


@given(
    st.lists(st.none() | st.text("ab'\\,()\n\"%;-ż", max_size=8), min_size=1, max_size=6), st.integers(1, 60)
)
def test_every_text_comes_back_from_its_literal(values: list[str | None], size: int) -> None:
    rows = pa.table({"a": pa.array(values, pa.string())})
    written = inserts(table(a="text"), rows, size)
    assert [value for statement in written for value in literals(statement)] == values


def test_bytes_and_bits_are_written_as_such_and_nothing_else_passes_for_them() -> None:
    rows = pa.table({"a": ["00FF", None], "b": ["5", None]})
    [statement] = inserts(table(a="bytea", b="bit"), rows, 100)
    assert statement == b'INSERT INTO "t" ("a", "b") VALUES (x\'00FF\',5),(NULL,NULL)'
    for wrong in ({"a": ["0' OR '"], "b": ["1"]}, {"a": ["00"], "b": ["1; DROP TABLE t"]}):
        with pytest.raises(ValueError, match="not the text"):
            inserts(table(a="bytea", b="bit"), pa.table(wrong), 100)


def test_names_cannot_leave_their_quotes() -> None:
    assert statements.quoted('a"b', "c") == '"a""b", "c"'


def test_a_dsn_is_taken_apart_and_its_password_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    place = parse("mysql://jan:ha%40slo@db:3307/shop?ssl_ca=/etc/ca.pem", "source")
    assert (place.host, place.port, place.user, place.password) == ("db", 3307, "jan", "ha@slo")
    assert repr(place) == "shop on db:3307"
    monkeypatch.setenv("MYSQL_PWD", "tajne")
    assert parse("mariadb://jan@db/shop", "source").password == "tajne"


@pytest.mark.parametrize("dsn", ["mysql://db", "mysql:///shop", "mysql://u:tajne@db/shop?x=1"])
def test_a_dsn_that_is_none_is_told_and_not_repeated(dsn: str) -> None:
    with pytest.raises(InputError, match="the source is not a connection string") as refused:
        parse(dsn, "source")
    assert "tajne" not in f"{refused.value} {refused.value.hint}"


def test_source_and_target_are_of_one_engine() -> None:
    assert is_mariadb("mysql://a/b", "mariadb://c/d")
    assert not is_mariadb("service=production")
    with pytest.raises(InputError, match="different engines"):
        is_mariadb("mysql://a/b", "service=qa")
