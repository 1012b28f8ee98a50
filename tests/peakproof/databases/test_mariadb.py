"""A platform on MariaDB: its books, feeds, delays, gauges and reset, with the SQL of its own folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from environments import platform
from environments.lookup import PACKAGE
from environments.platform import Platform
from foundation.errors import InputError, Unavailable
from foundation.secrets import Secret
from peakproof import databases, delays, resetting
from peakproof.books.by_sql import BySql
from peakproof.conservation import Booked
from peakproof.databases import Query
from peakproof.databases.mariadb import sessions, without_values
from peakproof.telemetry.database import DatabaseWatch
from tests.anonymizer.mariadb.server import MariadbServer

STALL = PACKAGE / "tests" / "platforms" / "market" / "stall"
TABLES = (STALL / "app" / "tables.sql").read_text()
ROWS = """
INSERT INTO buyers VALUES (1, 'Ada', 'ada@stall.example', true, NULL);
INSERT INTO goods VALUES ('honey', 300);
INSERT INTO orders (order_key, buyer, goods, amount, ordered_at, packed_at) VALUES
    ('run-1', 1, 'honey', 2, '2026-11-29 10:00:00', '2026-11-29 10:00:01.5'),
    ('run-2', 1, 'honey', 1, '2026-11-29 10:00:02', NULL),
    ('run2-1', 1, 'honey', 1, '2026-11-29 10:00:00', NULL),
    ('run-%s', 1, 'honey', 3, '2026-11-29 10:00:00', '2026-11-29 10:00:00');
INSERT INTO notes (order_key, note) VALUES ('run-1', 'gift'), ('other-1', 'kept');
"""


@pytest.fixture
def dsn(mariadb_server: MariadbServer) -> Secret:
    """A stall's store of this test's own, with a few orders."""
    name = f"stall_{uuid4().hex[:12]}"
    mariadb_server.run("mysql", f"CREATE DATABASE {name}")
    mariadb_server.run(name, TABLES)
    mariadb_server.run(name, ROWS)
    return Secret(mariadb_server.dsn(name))


def asked(text: str) -> Query:
    return Query(text=text.encode(), what="the question", where="here")


@pytest.mark.integration
def test_every_key_of_the_run_is_one_row(dsn: Secret) -> None:
    found = {row.key: row for row in BySql(dsn, STALL / "conservation.sql", "run-").read()}
    assert set(found) == {"run-1", "run-2", "run-%s"}
    assert found["run-1"] == Booked(
        key="run-1", content="1|honey|2", copies=1, effects=1, terminal=True, state="packed", oversold=False
    )
    assert (found["run-2"].terminal, found["run-2"].effects) == (False, 0)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("query", "told"),
    [
        (
            "SELECT nothing FROM nowhere",
            r"the question fails: Table '.*nowhere' doesn't exist",
        ),
        ("DELETE FROM notes", "READ ONLY transaction"),
        ("DROP TABLE notes", "READ ONLY transaction"),
        ("SELECT 1; SELECT 2", "error in your SQL syntax"),
    ],
)
def test_a_query_that_is_wrong_or_changes_anything_is_told_with_its_place(
    dsn: Secret, query: str, told: str
) -> None:
    with pytest.raises(InputError, match=told) as raised:
        databases.of(dsn).ask(asked(query))
    assert raised.value.where == "here"
    assert databases.of(dsn).ask(asked("SELECT count(*) AS n FROM notes")).by_name() == [{"n": 2}]


@pytest.mark.integration
def test_without_parameters_a_percent_sign_is_only_one(dsn: Secret) -> None:
    answer = databases.of(dsn).ask(asked("SELECT order_key FROM orders WHERE order_key LIKE 'run2%'"))
    assert answer.rows == [("run2-1",)]


@pytest.mark.integration
def test_a_delay_is_told_in_nanoseconds_of_the_platform_s_own_clock(dsn: Secret) -> None:
    begun = 1_795_946_400_000_000_000  # 2026-11-29 10:00:00 UTC
    found = delays.read(dsn, STALL / "ordered-to-packed.sql", "run-", begun)
    assert sorted((each.at, each.seconds) for each in found if each.seconds) == [(0.0, 1.5)]
    assert [each.at for each in found if each.seconds is None] == [2.0]


@pytest.mark.integration
def test_a_reset_takes_back_what_the_run_left_and_nothing_else(dsn: Secret) -> None:
    resetting.reset(dsn, STALL / "reset.sql", "run-")
    left = databases.of(dsn).ask(asked("SELECT order_key FROM orders UNION ALL SELECT order_key FROM notes"))
    assert sorted(left.rows) == [("other-1",), ("run2-1",)]


@pytest.mark.integration
def test_a_reset_that_fails_takes_nothing_back(dsn: Secret, tmp_path: Path) -> None:
    script = tmp_path / "reset.sql"
    script.write_text("DELETE FROM notes;\nDELETE FROM nowhere WHERE order_key = %(run)s;\n")
    with pytest.raises(InputError, match=r"the platform's reset fails.*nowhere"):
        resetting.reset(dsn, script, "run-")
    assert databases.of(dsn).ask(asked("SELECT count(*) FROM notes")).rows == [(2,)]


def told(**gauges: str) -> Platform:
    loaded = platform.load(STALL / "platform.yaml")
    named = {name.replace("_", " "): query for name, query in gauges.items()}
    return replace(loaded, written=loaded.written.model_copy(update={"gauges": named}))


@pytest.mark.integration
def test_a_look_tells_sessions_and_gauges_and_survives_a_cut(
    dsn: Secret, mariadb_server: MariadbServer
) -> None:
    watch = DatabaseWatch(dsn, told(outbox_lag="SELECT 1.5", queue_age="SELECT NULL"))
    watch.check()
    mine = dsn.reveal().rpartition("/")[2]
    watch.look()
    everybody = mariadb_server.rows("mysql", "SELECT ID, DB FROM information_schema.PROCESSLIST")
    (ours,) = (number for number, database in everybody if database == mine)
    with mariadb_server.session(mine):
        seen, gauges = watch.look()
    assert gauges == {"outbox lag": 1.5, "queue age": 0.0}
    assert seen is not None
    assert seen.limit > sum(seen.open.values()) > 0
    mariadb_server.run("mysql", f"KILL {ours}")
    assert watch.look() == (None, {})
    assert watch.look()[1] == {"outbox lag": 1.5, "queue age": 0.0}
    watch.close()


@pytest.mark.integration
@pytest.mark.parametrize("query", ["SELECT nothing", "SELECT 'text'", "DROP TABLE notes"])
def test_a_wrong_gauge_is_told_with_its_place(dsn: Secret, query: str) -> None:
    watch = DatabaseWatch(dsn, told(queue_age=query))
    with pytest.raises(InputError, match="the gauge 'queue age' fails") as refused:
        watch.check()
    assert "platform.yaml:" in str(refused.value.where)
    watch.close()


@pytest.mark.integration
def test_a_database_that_does_not_answer_is_unavailable_and_its_password_stays_secret(dsn: Secret) -> None:
    password = dsn.reveal().split(":")[2].partition("@")[0]
    nobody = Secret(dsn.reveal().replace(":3306/", ":3307/"))
    with pytest.raises(Unavailable, match="does not answer the question") as raised:
        databases.of(nobody).ask(asked("SELECT 1"))
    assert password not in f"{raised.value} {raised.value.detail}"


def test_sessions_are_counted_by_what_they_do_and_told_by_their_node() -> None:
    found = sessions(
        [
            ("10.1.0.5:4000", 1, 1, "SELECT 1", 150),
            ("10.1.0.5:4001", 1, 0, "SELECT 2", 150),
            ("10.1.0.6:4002", 0, None, "", 150),
        ],
        row_locks=2,
    )
    assert (found.open, found.busy) == ({"10.1.0.5": 2, "10.1.0.6": 1}, {"10.1.0.5": 2})
    assert (found.locked, found.limit) == (3, 150)


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("SELECT  1\n FROM orders", "SELECT ? FROM orders"),
        ("SET a = 'O''Neil', b = \"O\\\"Neil\", c = 'O\\'Neil'", "SET a = ?, b = ?, c = ?"),
        ("SELECT x1 FROM t2 LIMIT 10.5", "SELECT x1 FROM t2 LIMIT ?"),
    ],
)
def test_a_statement_is_shown_without_its_values(statement: str, shown: str) -> None:
    assert without_values(statement) == shown
