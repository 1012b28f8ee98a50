"""A platform's MariaDB or MySQL database, asked with its owner's SQL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import pymysql
from pymysql.constants import CLIENT
from pymysql.cursors import Cursor

from anonymizer.mariadb.connections import parse, tls
from foundation.errors import InputError, Unavailable
from foundation.secrets import Secret
from peakproof.databases import APPLICATION, LETTERS, PATIENCE, Answer, Query
from peakproof.telemetry.samples import Sessions

# What a platform's user may see without a right of its own: its own sessions, and how many wait for a row.
_SESSIONS = b"""
SELECT HOST, COMMAND <> 'Sleep', STATE LIKE 'Waiting for %lock%', COALESCE(LEFT(INFO, 1000), ''),
       @@max_connections
  FROM information_schema.PROCESSLIST
 WHERE ID <> CONNECTION_ID()"""
_ROW_LOCKS = b"SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'"
# Texts stand in either kind of quotes, and a backslash escapes.
_VALUES = re.compile(r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"|(?<![\w$])\d+(?:\.\d+)?", re.DOTALL)
# What the server says of a connection, itself or the machine, and not of a statement.
_AWAY = {1040, 1041, 1053, 1077, 1079, 1129, 1205, 1213, 1226, 1317, 1927, 1969, 3024}
_OF_THE_CLIENT = range(2000, 3000)

Row = tuple[str, int, int | None, str, int]


@contextmanager
def _explained(query: Query) -> Iterator[None]:
    try:
        yield
    except pymysql.Error as error:
        code = error.args[0] if error.args else 0
        said = str(error.args[-1] if error.args else error)
        if isinstance(error, pymysql.InterfaceError) or code in _AWAY or code in _OF_THE_CLIENT:
            raise Unavailable(
                f"the platform's database does not answer {query.what}",
                hint="see `peakproof env logs` of the database",
                detail=said.splitlines(),
            ) from error
        what = f"{query.what} fails: {said} (error {code})"
        raise InputError(what, where=query.where, hint="correct the SQL") from error


class Mariadb:
    """A MariaDB or MySQL database."""

    def __init__(self, dsn: Secret) -> None:
        self._place = parse(dsn.reveal(), "platform's database")

    def ask(self, query: Query, values: Mapping[str, str] | None = None) -> Answer:
        with _explained(query), self._connected() as connection, connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            return _answer(cursor, query, values)

    def change(self, script: Query, values: Mapping[str, str]) -> None:
        """The statistics afterwards are those of the tables as they are then."""
        with _explained(script), self._connected(several=True) as connection, connection.cursor() as cursor:
            connection.begin()
            cursor.execute(script.text.decode(), dict(values))
            while cursor.nextset():
                pass
            connection.commit()
            cursor.execute(
                "SELECT TABLE_NAME FROM information_schema.TABLES"
                " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'"
            )
            for (name,) in cursor.fetchall():
                quoted = str(name).replace("`", "``")
                cursor.execute(f"ANALYZE TABLE `{quoted}`")

    def watching(self) -> MariadbWatching:
        with _explained(_LOOK):
            connection = self._connected(patience=PATIENCE)
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION READ ONLY")
                with suppress(pymysql.OperationalError):  # MySQL has another word for it, and no such setting
                    cursor.execute(f"SET SESSION max_statement_time = {PATIENCE}")
            return MariadbWatching(connection)

    def _connected(self, *, several: bool = False, patience: int = 10) -> pymysql.Connection[Cursor]:
        place = self._place
        return pymysql.connect(
            host=place.host,
            port=place.port,
            user=place.user,
            password=place.password,
            database=place.database,
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=patience,
            client_flag=CLIENT.MULTI_STATEMENTS if several else 0,
            ssl=tls(place),
            program_name=APPLICATION,
        )


_LOOK = Query(text=_SESSIONS, what="a look at its sessions", where="information_schema.PROCESSLIST")


class MariadbWatching:
    """A connection for looks, read only."""

    def __init__(self, connection: pymysql.Connection[Cursor]) -> None:
        self._connection = connection

    def sessions(self) -> Sessions:
        with _explained(_LOOK), self._connection.cursor() as cursor:
            rows = _answer(cursor, _LOOK).rows
            cursor.execute(_ROW_LOCKS.decode())
            waiting = cursor.fetchone()
        return sessions(rows, int(str(waiting[1])) if waiting else 0)  # type: ignore[arg-type]  # the query's own

    def first(self, query: Query) -> object:
        with _explained(query), self._connection.cursor() as cursor:
            rows = _answer(cursor, query).rows
        return rows[0][0] if rows else None

    def close(self) -> None:
        with suppress(pymysql.Error):  # one that is lost needs no closing
            self._connection.close()


def _answer(cursor: Cursor, query: Query, values: Mapping[str, str] | None = None) -> Answer:
    cursor.execute(query.text.decode(), dict(values) if values else None)
    columns = tuple(str(column[0]) for column in cursor.description or ())
    return Answer(columns=columns, rows=list(cursor.fetchall()))


def sessions(rows: Sequence[Row], row_locks: int) -> Sessions:
    """The sessions in rows of (address, busy, waits for a lock of a table, statement, limit). Pure.

    `row_locks`: how many wait for a lock of a row, which the list of sessions does not tell.
    """
    working = [row for row in rows if row[1]]
    return Sessions(
        limit=rows[0][4] if rows else 0,
        open=Counter(_address(row[0]) for row in rows),
        busy=Counter(_address(row[0]) for row in working),
        locked=sum(bool(row[2]) for row in working) + row_locks,
        statements=Counter(without_values(row[3]) for row in working),
    )


def _address(host: str) -> str:
    """Without the port: 10.231.0.5:40122."""
    return host.rpartition(":")[0] or host


def without_values(statement: str) -> str:
    """A statement in one line with every literal as "?": values are somebody's data."""
    return " ".join(_VALUES.sub("?", statement).split())[:LETTERS]
