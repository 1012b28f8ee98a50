"""Migrations: in order, once, by one runner at a time, and never a changed one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from orderhub.migrate import Migration, MigrationRefused, load, migrate, pending

from tests.platforms.orderhub.processes import APP
from tests.platforms.orderhub.servers import DatabaseServer

ONE, TWO, THREE = (Migration(name=f"000{n}_x.sql", sql=f"SELECT {n}") for n in (1, 2, 3))


def applied(*migrations: Migration) -> dict[str, str]:
    return {migration.name: migration.checksum for migration in migrations}


def test_what_is_missing_is_pending_in_order() -> None:
    assert pending([ONE, TWO, THREE], applied(ONE)) == [TWO, THREE]
    assert pending([ONE, TWO], applied(ONE, TWO)) == []


def test_a_database_that_is_ahead_is_left_alone() -> None:
    assert pending([ONE], applied(ONE, TWO)) == []


def test_a_changed_file_is_refused() -> None:
    with pytest.raises(MigrationRefused, match=r"0001_x\.sql was changed"):
        pending([ONE], {ONE.name: TWO.checksum})


def test_a_file_that_comes_too_late_is_refused() -> None:
    with pytest.raises(MigrationRefused, match=r"0001_x\.sql comes before 0002_x\.sql"):
        pending([ONE, TWO], applied(TWO))


def test_a_folder_without_migrations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MigrationRefused, match="no migrations in"):
        load(tmp_path)


def test_the_apps_migrations_are_numbered_without_gaps() -> None:
    numbers = [int(migration.name[:4]) for migration in load(APP / "migrations")]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.integration
def test_running_again_changes_nothing(postgres_server: DatabaseServer, empty_database: str) -> None:
    dsn = postgres_server.dsn(empty_database)
    names = [migration.name for migration in load(APP / "migrations")]
    assert migrate(dsn, APP / "migrations") == names
    assert migrate(dsn, APP / "migrations") == []


@pytest.mark.integration
def test_two_runners_at_once_apply_everything_once(
    postgres_server: DatabaseServer, empty_database: str
) -> None:
    dsn = postgres_server.dsn(empty_database)
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: migrate(dsn, APP / "migrations"), range(4)))
    assert sorted(map(len, done)) == [0, 0, 0, len(load(APP / "migrations"))]


@pytest.mark.integration
def test_a_file_changed_after_it_was_applied_is_refused(
    postgres_server: DatabaseServer, empty_database: str, tmp_path: Path
) -> None:
    dsn = postgres_server.dsn(empty_database)
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE a ()")
    migrate(dsn, tmp_path)
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE a (b int)")
    (tmp_path / "0002_b.sql").write_text("CREATE TABLE b ()")
    with pytest.raises(MigrationRefused, match=r"0001_a\.sql was changed"):
        migrate(dsn, tmp_path)
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT to_regclass('b')").fetchone() == (None,)


@pytest.mark.integration
def test_a_failing_migration_leaves_nothing_of_itself(
    postgres_server: DatabaseServer, empty_database: str, tmp_path: Path
) -> None:
    dsn = postgres_server.dsn(empty_database)
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE a (); SELECT 1 / 0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(dsn, tmp_path)
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE a ()")
    assert migrate(dsn, tmp_path) == ["0001_a.sql"]
