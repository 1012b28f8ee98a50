"""Asks databases questions, one value at a time."""

from __future__ import annotations

import psycopg
from psycopg import sql


def ask(dsn: str, query: str) -> object:
    """The first column of the first row."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def rows(dsn: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def do(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement.encode())


def places_with(dsn: str, text: str) -> list[str]:
    """Every table whose rows hold `text` anywhere: whole rows are cast to text, JSON and arrays with them."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
        ).fetchall()
        found = []
        for schema, table in tables:
            query = sql.SQL(
                "SELECT count(*) FROM {} AS t WHERE position(lower({}) IN lower(t::text)) > 0"
            ).format(sql.Identifier(schema, table), sql.Literal(text))
            row = connection.execute(query).fetchone()
            found += [f"{schema}.{table}"] if row and row[0] else []
        return found
