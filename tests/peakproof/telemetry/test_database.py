"""The look into the database: who works and who waits, and no value of anybody's data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from environments import platform
from environments.platform import Platform
from foundation.errors import InputError
from foundation.secrets import Secret
from peakproof.databases.postgres import sessions, without_values
from peakproof.telemetry.database import DatabaseWatch
from tests.servers import Server


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("SELECT  1\n FROM orders", "SELECT ? FROM orders"),
        ("SELECT accept($1, $12)", "SELECT accept($1, $12)"),
        (
            "UPDATE people SET name = 'O''Neil' WHERE pesel='44051401359'",
            "UPDATE people SET name = ? WHERE pesel=?",
        ),
        ("SELECT x1 FROM t2 LIMIT 10.5", "SELECT x1 FROM t2 LIMIT ?"),
    ],
)
def test_a_statement_is_shown_without_its_values(statement: str, shown: str) -> None:
    assert without_values(statement) == shown


def test_sessions_are_counted_by_what_they_do() -> None:
    found = sessions(
        [
            ("api", True, True, "SELECT 1", 100),
            ("api", True, None, "SELECT 2", 100),
            ("erp", False, None, "", 100),
        ]
    )
    assert (found.open, found.busy, found.locked, found.limit) == ({"api": 2, "erp": 1}, {"api": 2}, 1, 100)
    assert found.statements == {"SELECT ?": 2}


def told(root: Path, **gauges: str) -> Platform:
    loaded = platform.load(root / "platforms/orderhub/platform.yaml")
    named = {name.replace("_", " "): query for name, query in gauges.items()}
    return replace(loaded, written=loaded.written.model_copy(update={"gauges": named}))


@pytest.mark.integration
def test_a_look_tells_sessions_and_gauges_and_survives_a_cut(postgres_server: Server, root: Path) -> None:
    watch = DatabaseWatch(Secret(postgres_server.dsn("postgres")), told(root, outbox_lag="SELECT 1.5"))
    watch.check()
    with psycopg.connect(postgres_server.dsn("postgres"), application_name="busy") as other:
        other.execute("SELECT 42")  # its transaction is open: it is at work
        seen, gauges = watch.look()
        assert gauges == {"outbox lag": 1.5}
        assert seen is not None
        assert seen.busy["busy"] == 1
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'peakproof-telemetry'"
        )
    assert watch.look() == (None, {})
    assert watch.look()[1] == {"outbox lag": 1.5}
    watch.close()


@pytest.mark.integration
@pytest.mark.parametrize("query", ["SELECT nothing", "SELECT 'text'", "DROP TABLE x"])
def test_a_wrong_gauge_is_told_with_its_place(postgres_server: Server, root: Path, query: str) -> None:
    watch = DatabaseWatch(Secret(postgres_server.dsn("postgres")), told(root, queue_age=query))
    with pytest.raises(InputError, match="the gauge 'queue age' fails") as refused:
        watch.check()
    assert "platform.yaml:" in str(refused.value.where)
    watch.close()


@pytest.mark.integration
def test_where_nothing_waits_a_gauge_is_zero(postgres_server: Server, root: Path) -> None:
    gauges = {"outbox_lag": "SELECT 1 WHERE false", "queue_age": "SELECT NULL"}
    watch = DatabaseWatch(Secret(postgres_server.dsn("postgres")), told(root, **gauges))
    assert watch.look()[1] == {"outbox lag": 0.0, "queue age": 0.0}
    watch.close()
