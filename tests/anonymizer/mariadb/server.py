"""A MariaDB in a container of its own, built from Debian's package when a test first asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import pymysql

from environments.docker_client import connect
from environments.images import ensure
from tests.environments.images.running import SECRET, Running, create, until

_IMAGE = Path(__file__).parent / "image"
_USER = "tests"


@dataclass(frozen=True, kw_only=True)
class MariadbServer:
    """Where it is and how to log in. Throw-away, so the password is plain."""

    host: str
    password: str
    running: Running

    def dsn(self, database: str) -> str:
        return f"mysql://{_USER}:{self.password}@{self.host}:3306/{database}"

    def run(self, database: str, script: str) -> None:
        """Runs statements that end in semicolons at a line's end."""
        with self.session(database) as connection, connection.cursor() as cursor:
            for statement in filter(str.strip, script.split(";\n")):
                cursor.execute(statement)

    def rows(self, database: str, query: str) -> list[tuple[object, ...]]:
        with self.session(database) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def session(self, database: str) -> pymysql.Connection[pymysql.cursors.Cursor]:
        return pymysql.connect(
            host=self.host, user=_USER, password=self.password, database=database, charset="utf8mb4",
            autocommit=True, init_command="SET time_zone = '+00:00'",
        )  # fmt: skip


@contextmanager
def running() -> Iterator[MariadbServer]:
    """A server for as long as the block lasts."""
    client = connect()
    tag = ensure(["mariadb"], folders={"mariadb": _IMAGE}, client=client)["mariadb"].tag
    password = token_hex(12)
    started = create(
        client, tag, port=3306, secret=password, environment={"MARIADB_PASSWORD_FILE": SECRET}, memory="768m"
    )
    try:
        started.container.start()
        server = MariadbServer(host=started.inside[0], password=password, running=started)
        until(lambda: _answers(server), what=lambda: f"MariaDB answers:\n{started.log}")
        yield server
    finally:
        started.container.remove(force=True, v=True)


def _answers(server: MariadbServer) -> bool:
    server.running.container.reload()
    assert server.running.container.status == "running", server.running.log
    try:
        server.session("mysql").close()
    except pymysql.Error:
        return False
    return True
