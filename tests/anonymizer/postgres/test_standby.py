"""A hot standby as the source: it can be read, replication goes before reading, and its primary is known."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

import anonymizer
from anonymizer.copying.how import Reading
from environments.docker_client import connect
from foundation.errors import InputError, Refused
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, do
from tests.anonymizer.postgres.own_servers import Own, caught_up, standby
from tests.anonymizer.postgres.shop import KEY
from tests.anonymizer.postgres.test_resume import ROWS, SCHEMA, Copy

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def follower(own_server: Own) -> Iterator[Own]:
    """A standby of a server with people."""
    own_server.database("followed", SCHEMA + ROWS.format(count=4_000))
    with standby(connect(), own_server) as server:
        caught_up(own_server, server)
        yield server


@pytest.fixture
def copy(follower: Own, make_database: MakeDatabase, tmp_path: Path) -> Copy:
    return Copy(make_database, tmp_path, 0, source=follower.dsn("followed"))


def test_it_is_copied_and_verified_under_a_held_snapshot_too(copy: Copy) -> None:
    policy = anonymizer.load_policy(copy.policy)
    receipt = anonymizer.anonymize(copy.source, copy.target, policy, KEY, how=Reading(hold=60))
    assert receipt.verified
    assert receipt.tables == {"people": 4_000, "notes": 4_000}


def test_its_primary_is_no_target_and_itself_takes_no_writes(copy: Copy, own_server: Own) -> None:
    policy, primary = anonymizer.load_policy(copy.policy), own_server.dsn("followed")
    with pytest.raises(Refused, match="the source is a standby of the target"):
        anonymizer.anonymize(copy.source, primary, policy, KEY, replace=True)
    assert ask(primary, "SELECT count(*) FROM people") == 4_000
    with pytest.raises(InputError, match="takes no writes"):
        anonymizer.anonymize(primary, copy.source, policy, KEY, replace=True)


def test_where_nothing_tells_whether_the_target_is_its_primary_it_is_refused(
    copy: Copy, own_server: Own, follower: Own
) -> None:
    do(own_server.dsn("followed"), "CREATE ROLE nobody LOGIN PASSWORD 'n'; GRANT pg_read_all_data TO nobody")
    do(own_server.dsn("followed"), "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public")
    source = copy.source.replace("app:", "nobody:", 1)
    password = source.partition("nobody:")[2].partition("@")[0]
    do(own_server.dsn("followed"), f"ALTER ROLE nobody PASSWORD '{password}'")
    caught_up(own_server, follower)
    with pytest.raises(Refused, match="nothing tells") as refused:
        anonymizer.check(source, anonymizer.load_policy(copy.policy), copy.target)
    assert "GRANT EXECUTE" in str(refused.value.hint)


@pytest.mark.parametrize("hold", [None, pytest.param(300.0, marks=pytest.mark.prove)])
def test_reading_that_is_in_replication_s_way_ends_and_the_same_command_finishes(
    copy: Copy, own_server: Own, follower: Own, hold: float | None
) -> None:
    process = copy.writing(hold=hold)
    do(own_server.dsn("followed"), "UPDATE notes SET body = body || '.' WHERE id % 2 = 0")
    do(own_server.dsn("followed"), "VACUUM notes")
    caught_up(own_server, follower)
    process.send_signal(signal.SIGCONT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 69
    assert said.startswith("source")
    assert "max_standby_streaming_delay" in said
    assert copy.run().verified
