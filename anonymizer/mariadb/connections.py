"""Connections to MariaDB and MySQL, and what the driver's errors mean for a person. No raw value passes."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

import pymysql
from pymysql.cursors import Cursor, SSCursor

from foundation.errors import InputError, PeakproofError, Refused, Unavailable

SCHEMES = ("mysql", "mariadb")
_EXAMPLE = "write mysql://user@host:3306/database, the password in MYSQL_PWD or in a variable with the DSN"
# One spelling of every value on both sides, and no value changed silently on its way in.
_SESSION = (
    "SET NAMES utf8mb4", "SET time_zone = '+00:00'", "SET net_write_timeout = 600",
    "SET sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,"
    "ANSI_QUOTES,PIPES_AS_CONCAT'",
)  # fmt: skip

_DUPLICATE, _NULL, _CHECKED, _REFERRED = {1062, 1586}, {1048, 1364}, {3819, 4025}, {1451, 1452}
_UNFITTING = {1264, 1265, 1292, 1366, 1406, 3140}
_DENIED = {1044, 1045, 1049, 1142, 1143, 1227, 1698}
_FULL = {1021, 1114}
_PATIENCE = 10  # seconds
_NOT_THERE = {1054: "column", 1146: "table"}
# What may be otherwise the next time: memory, connections, a shutdown, the network, conflicts, time-outs.
_PASSES = {
    1037, 1038, 1040, 1041, 1053, 1077, 1079, 1129, 1158, 1159, 1160, 1161, 1203, 1213, 1226, 1317, 1969,
    3024,
}  # fmt: skip
_OF_THE_CLIENT = range(2000, 3000)


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a DSN says. The password does not show.

    `certificates`: the file of those that the server's is verified with; `encrypted`: TLS, whoever's it is.
    """

    host: str
    port: int
    user: str
    database: str
    password: str
    certificates: str | None
    encrypted: bool = False

    def __repr__(self) -> str:
        return f"{self.database} on {self.host}:{self.port}"


Value = bytes | int | str | None
Row = tuple[Value, ...]
_ROWS_AT_ONCE = 1000


def decoded(value: Value) -> str:
    """A name or a text of the catalogue; NULL is empty."""
    return value.decode() if isinstance(value, bytes) else str(value or "")


@dataclass(frozen=True, kw_only=True)
class Session:
    """A connection in autocommit mode. `role` ("source", "target") is how errors call it."""

    role: str
    place: Place
    driver: pymysql.Connection[Cursor]

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of an answer."""
        with translated(self.role), self.driver.cursor() as cursor:
            cursor.execute(query, list(values) or None)
            return list(cursor.fetchall())

    def one(self, query: str, values: Sequence[object] = ()) -> Value:
        """The first value of the first row; None where there is no row."""
        found = self.rows(query, values)
        return found[0][0] if found else None

    def do(self, statement: str, values: Sequence[object] = ()) -> None:
        """Runs a statement that answers with nothing."""
        self.rows(statement, values)

    def write(self, statement: bytes) -> None:
        """Runs a statement as it is: no % in it means anything."""
        self.driver.query(statement)

    def lines(self, query: str) -> Iterator[Value]:
        """The first column of every row, as the rows arrive; nothing else can be asked meanwhile."""
        with self.driver.cursor(SSCursor) as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                for row in rows:
                    yield row[0]


def parse(dsn: str, role: str) -> Place:
    """The parts of mysql://user:password@host:port/database?ssl_ca=FILE (or ?ssl-mode=REQUIRED).

    Raises InputError.
    """
    parts = urlsplit(dsn)
    database = parts.path.strip("/")
    options = parse_qs(parts.query)
    if parts.scheme not in SCHEMES or not parts.hostname or not database or not _known(options):
        raise InputError(f"the {role} is not a connection string", hint=_EXAMPLE)
    return Place(
        host=parts.hostname, port=parts.port or 3306, user=unquote(parts.username or ""),
        database=unquote(database), password=unquote(parts.password or os.environ.get("MYSQL_PWD", "")),
        certificates=options.get("ssl_ca", [None])[0], encrypted="ssl-mode" in options,
    )  # fmt: skip


def _known(options: Mapping[str, list[str]]) -> bool:
    """Whether a URL's options are understood: one that is not could have been for the connection's safety."""
    mode = options.get("ssl-mode", ["REQUIRED"])
    return not options.keys() - {"ssl_ca", "ssl-mode"} and mode == ["REQUIRED"]


def tls(place: Place) -> dict[str, object] | None:
    """How the driver is told to encrypt; None for a connection as the server wants it."""
    if place.certificates:
        return {"ca": place.certificates}
    # Without certificates the driver verifies nothing, but a value it must have, or it would not encrypt.
    return {"verify_mode": False} if place.encrypted else None


@contextmanager
def session(dsn: str, role: str) -> Iterator[Session]:
    """A connection. Raises InputError (a DSN or login that cannot work), Unavailable (nobody answers)."""
    place = parse(dsn, role)
    where = f"{role} {place!r}"
    try:
        driver = pymysql.connect(
            host=place.host, port=place.port, user=place.user, password=place.password,
            database=place.database, charset="utf8mb4", autocommit=True, connect_timeout=_PATIENCE,
            read_timeout=_PATIENCE, use_unicode=False, ssl=tls(place),
        )  # fmt: skip
        # Waited so long for its greeting, which another kind of server never sends; a query may take longer.
        driver._read_timeout = None  # type: ignore[attr-defined]  # nothing public says it
    except pymysql.Error as error:
        raise _refused_login(error, where) from None
    try:
        opened = Session(role=role, place=place, driver=driver)
        for setting in _SESSION:
            opened.do(setting)
        yield opened
    finally:
        with suppress(pymysql.Error):  # a connection that is lost already needs no closing
            driver.close()


def _refused_login(error: pymysql.Error, where: str) -> PeakproofError:
    code = _code(error)
    if code in _DENIED:
        hint = "check user, password and database name"
        return InputError(f"the login was refused (error {code})", where=where, hint=hint)
    hint = "check host and port, and that a MariaDB or MySQL server runs there"
    return Unavailable(f"nobody answers (error {code})", where=where, hint=hint)


def _code(error: BaseException) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turns the driver's errors into ours. Its messages quote values, so only their numbers are kept."""
    try:
        yield
    except pymysql.Error as error:
        raise _translated(_code(error), type(error).__name__, where) from None


def _translated(code: int, kind: str, where: str) -> PeakproofError:
    number = f"error {code}" if code else kind
    fits = "choose a transform that fits the column; for a kept one, see that both sides have its rules"
    if code in _DENIED:
        return InputError(f"permission denied ({number})", where=where, hint="grant it, or use another user")
    if code in _DUPLICATE:
        return InputError(f"two rows would be equal in a unique index ({number})", where=where, hint=fits)
    if code in _NULL | _CHECKED | _REFERRED:
        return InputError(f"a masked row breaks a constraint ({number})", where=where, hint=fits)
    if code in _UNFITTING:
        return InputError(f"a masked value does not fit ({number})", where=where, hint=fits)
    if code in _NOT_THERE:
        what = f"a {_NOT_THERE[code]} is not there ({number})"
        hint = "see that what makes the tables has run in that database, and that the names are the same"
        return InputError(what, where=where, hint=hint)
    if code in _FULL:
        return Unavailable("the server's disk is full", where=where, hint="make room and run again")
    if code == 1205:
        return Unavailable("a lock could not be had", where=where, hint="see SHOW PROCESSLIST")
    if code in (2006, 2013, 1927, 0):
        return Unavailable(f"the connection was lost ({number})", where=where, hint="run again")
    if code in _PASSES or code in _OF_THE_CLIENT:
        hint = "see that server's log, then run again"
        return Unavailable(f"the server refused ({number})", where=where, hint=hint)
    hint = "its documentation says what the number means; the same will be refused again"
    return InputError(f"the server refused ({number})", where=where, hint=hint)


def refuse_same(source: Session, target: Session) -> None:
    """Raises Refused when both are one database, by whatever names they were reached.

    A lock of that name is free on every server but the source's; there, the databases' names tell.
    """
    name = f"peakproof-{secrets.token_hex(8)}"
    source.one("SELECT GET_LOCK(%s, 0)", [name])
    same_server = target.one("SELECT IS_FREE_LOCK(%s)", [name]) == 0
    source.one("SELECT RELEASE_LOCK(%s)", [name])
    if same_server and source.one("SELECT lower(DATABASE())") == target.one("SELECT lower(DATABASE())"):
        hint = "name another database as the target; the source is only ever read"
        raise Refused("the target is the source", hint=hint)
