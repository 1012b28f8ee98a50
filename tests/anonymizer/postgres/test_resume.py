"""Runs that are cut short at any moment: the same command finishes, and the target is a single run's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import psycopg
import pytest

import anonymizer
from anonymizer.policies.people import People
from anonymizer.postgres.connections import session
from anonymizer.postgres.snapshots import export, is_held
from anonymizer.pseudonyms.keys import Key
from foundation import receipts
from foundation.errors import Refused
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, do, rows
from tests.anonymizer.postgres.own_servers import Own

pytestmark = pytest.mark.integration

HERE = Path(__file__).parent.parent
KEY = bytes(range(32))
# A command that says how far it is; chunks are small, so that there are many.
COMMAND = """
import json, pathlib, sys
import anonymizer
from anonymizer.pseudonyms.keys import Key
from anonymizer.copying.how import Reading
from foundation.errors import PeakproofError

source, target, policy, how = sys.argv[1:]
try:
    anonymizer.anonymize(
        source, target, anonymizer.load_policy(pathlib.Path(policy)), Key(bytes(range(32))),
        progress=lambda stage, done, of: print(stage, done, of, flush=True),
        how=Reading(pages=8, **json.loads(how)),
    )
except PeakproofError as error:
    sys.stderr.write(f"{error} ({error.hint})")
    sys.exit(error.exit_code)
"""
SCHEMA = """
CREATE TABLE people (id integer PRIMARY KEY, email text NOT NULL UNIQUE, pesel text, born date, boss integer
                     REFERENCES people);
CREATE TABLE notes (id integer PRIMARY KEY, person integer NOT NULL REFERENCES people, body text);
CREATE INDEX ON notes (person);
"""
ROWS = """
INSERT INTO people SELECT n, 'someone' || n || '@firma.pl', (44051401350 + n)::text,
       date '1980-01-01' + n % 9000, nullif(n / 2, 0) FROM generate_series(1, {count}) AS n;
INSERT INTO notes SELECT n, n, repeat('a word or two ', 40) FROM generate_series(1, {count}) AS n;
ANALYZE
"""
POLICY = """
policy: people
version: 1
tables:
  people:
    columns:
      id: keep
      email: {transform: email, class: identifying, domain: person, options: {unique: true}}
      pesel: {transform: pesel, class: identifying}
      born: {transform: shift_date, class: sensitive, scope: entity(id)}
      boss: keep
  notes: {columns: {id: keep, person: keep, body: {transform: regenerate, class: free}}}
"""
HOLDERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE state = 'idle in transaction' AND datname = current_database()"""
# Ends the anonymiser's server processes in a database, as a server that restarts does.
END_SERVERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
 WHERE datname = current_database() AND application_name = 'peakproof anonymize'"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
 ORDER BY 1, 2, 3"""


class Copy:
    """A source, a target, and the command that fills it."""

    def __init__(
        self, make_database: MakeDatabase, folder: Path, count: int, *,
        source: str | None = None, target: str | None = None,
    ) -> None:  # fmt: skip
        self.source = source or make_database(SCHEMA + ROWS.format(count=count))
        self.target = target or make_database(SCHEMA)
        self.policy = folder / "policy.yaml"
        self.policy.write_text(POLICY)
        self._make_database = make_database

    def start(self, *, temporary: Path | None = None, **how: float | None) -> subprocess.Popen[str]:
        arguments = [self.source, self.target, str(self.policy), json.dumps(how)]
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments], cwd=HERE.parent.parent, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env={**os.environ, "TMPDIR": str(temporary)} if temporary else None,
        )  # fmt: skip

    def writing(
        self, *, chunks: int = 2, temporary: Path | None = None, **how: float | None
    ) -> subprocess.Popen[str]:
        """The command, stopped when it has sent the rows of a few chunks and has many more to send."""
        process = self.start(temporary=temporary, **how)
        assert process.stdout is not None
        told = (line for line in process.stdout if line.startswith(("people", "notes")))
        assert len(list(islice(told, chunks))) == chunks, process.communicate()
        process.send_signal(signal.SIGSTOP)
        return process

    def killed(self, *, hold: float | None = None) -> None:
        # It has four workers at most: with five chunks sent, one at least is committed.
        process = self.writing(chunks=5, hold=hold)
        process.kill()
        process.communicate()

    def run(self, target: str | None = None) -> receipts.Receipt:
        policy = anonymizer.load_policy(self.policy)
        return anonymizer.anonymize(self.source, target or self.target, policy, Key(KEY))

    def same_as_a_single_run(self) -> bool:
        single = self._make_database(SCHEMA)
        self.run(single)
        return all(
            rows(self.target, query) == rows(single, query)
            for query in ("SELECT * FROM people ORDER BY id", "SELECT * FROM notes ORDER BY id", CONSTRAINTS)
        )


@pytest.fixture
def copy(make_database: MakeDatabase, tmp_path: Path) -> Copy:
    return Copy(make_database, tmp_path, 4_000)


def wait_until(true: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Waits for a condition, as long as the command runs that is to make it true."""
    deadline = time.monotonic() + 60
    while not true():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        os.sched_yield()


def stopped_with(process: subprocess.Popen[str], folder: Path, pattern: str) -> bool:
    """Stops the command where such files lie there; only the command itself takes them away again."""
    if not list(folder.glob(pattern)):
        return False
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: " T " in Path(f"/proc/{process.pid}/stat").read_text(), process)
    if list(folder.glob(pattern)):
        return True
    process.send_signal(signal.SIGCONT)
    return False


def children(process: int) -> Sequence[int]:
    """Every process below that one."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [each for child in map(int, listed) for each in (child, *children(child))]


def named(process: int, words: str) -> int:
    """The process below that one with such words in its command line."""
    lines = {each: Path(f"/proc/{each}/cmdline").read_text() for each in children(process)}
    return next(each for each, line in lines.items() if words in line)


def kill_worker(_copy: Copy, command: int) -> None:
    os.kill(children(named(command, "forkserver"))[0], signal.SIGKILL)


def kill_command(_copy: Copy, command: int) -> None:
    os.kill(command, signal.SIGKILL)


def kill_holder_and_command(_copy: Copy, command: int) -> None:
    os.kill(named(command, "anonymizer.postgres.holding"), signal.SIGKILL)
    os.kill(command, signal.SIGKILL)


def end_servers_of_target(copy: Copy, _command: int) -> None:
    assert ask(copy.target, END_SERVERS)


def end_servers_of_source(copy: Copy, _command: int) -> None:
    assert ask(copy.source, END_SERVERS)


def test_cut_short_in_five_ways_the_same_command_finishes_it(copy: Copy) -> None:
    ways: dict[Callable[[Copy, int], None], int] = {
        kill_worker: 69,
        kill_holder_and_command: -signal.SIGKILL,
        end_servers_of_target: 69,
        kill_command: -signal.SIGKILL,
        end_servers_of_source: 69,
    }
    for cut_short, status in ways.items():
        process = copy.writing(hold=300) if cut_short is kill_holder_and_command else copy.writing()
        cut_short(copy, process.pid)
        process.send_signal(signal.SIGCONT)
        _, said = process.communicate(timeout=60)
        assert process.returncode == status, said
    assert copy.run().verified
    assert copy.same_as_a_single_run()


def test_under_a_held_snapshot_it_goes_on_with_what_the_source_was(copy: Copy) -> None:
    copy.killed(hold=300)
    with psycopg.connect(copy.target) as connection, pytest.raises(Refused, match="was not finished"):
        receipts.require(connection)
    before = ask(copy.source, "SELECT count(*) FROM notes")
    do(copy.source, "DELETE FROM notes WHERE id % 2 = 0")
    assert ask(copy.source, HOLDERS) == 1
    assert copy.run().tables["notes"] == before
    wait_until(lambda: ask(copy.source, HOLDERS) == 0)


def test_rows_that_a_killed_command_put_aside_are_gone_when_the_next_has_ended(
    copy: Copy, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("t")  # a short name: there are sockets below it, of 107 letters at most
    process = copy.start(temporary=folder)
    wait_until(lambda: stopped_with(process, folder, "peakproof-*/*/*.rows"), process)
    process.kill()
    process.communicate()
    assert list(folder.glob("peakproof-*/*/*.rows"))
    _, said = (again := copy.start(temporary=folder)).communicate(timeout=120)
    assert again.returncode == 0, said
    assert list(folder.glob("peakproof-*")) == []


def test_what_has_changed_since_a_lost_snapshot_is_written_anew(copy: Copy) -> None:
    copy.killed()
    do(
        copy.source,
        "UPDATE people SET email = 'new' || email WHERE id % 7 = 0; DELETE FROM notes WHERE id < 100",
    )
    assert copy.run().verified
    assert copy.same_as_a_single_run()


def test_a_half_done_target_is_neither_verified_nor_measured(copy: Copy) -> None:
    copy.killed()
    policy, people = anonymizer.load_policy(copy.policy), People(quasi=["born"])
    with pytest.raises(Refused, match="no finished copy"):
        anonymizer.verify(copy.source, copy.target, policy)
    with pytest.raises(Refused, match="was not finished"):
        anonymizer.measure_risk(copy.target, "people", people)


def test_another_policy_does_not_go_on_with_it_and_replacing_gives_everything_back(copy: Copy) -> None:
    before = rows(copy.target, CONSTRAINTS)
    copy.killed()
    policy = copy.policy.read_text().replace("version: 1", "version: 2")
    copy.policy.write_text(policy)
    with pytest.raises(Refused, match="a part of a run with another policy"):
        copy.run()
    chosen = anonymizer.load_policy(copy.policy)
    assert anonymizer.anonymize(copy.source, copy.target, chosen, Key(KEY), replace=True).verified
    assert rows(copy.target, CONSTRAINTS) == before


def test_two_runs_do_not_write_into_one_target(copy: Copy) -> None:
    process = copy.writing()
    try:
        with pytest.raises(Refused, match="another run is writing"):
            copy.run()
    finally:
        process.kill()
        process.communicate()


def test_a_snapshot_that_grows_too_old_is_given_up(copy: Copy) -> None:
    process = copy.start(rate=100 << 10, oldest=50, hold=300)
    assert process.stdout is not None
    assert process.stdout.readline(), process.communicate()
    with psycopg.connect(copy.source, autocommit=True) as connection:
        while process.poll() is None:
            connection.execute("SELECT txid_current()")
    _, said = process.communicate()
    assert process.returncode == 69
    assert "transactions old" in said


def test_a_server_that_begins_again_gives_its_snapshots_old_names_and_they_are_others(
    own_server: Own, make_database: MakeDatabase, tmp_path: Path
) -> None:
    source = own_server.database("begins_again", SCHEMA + ROWS.format(count=4_000))
    copy = Copy(make_database, tmp_path, 4_000, source=source)
    policy = anonymizer.load_policy(copy.policy)
    crash(own_server, source)
    anonymizer.check(source, policy)
    copy.killed()
    do(source, "UPDATE people SET born = born + 1; UPDATE notes SET body = body || '.'")
    crash(own_server, source)
    assert copy.run().verified
    assert copy.same_as_a_single_run()


def test_a_snapshot_is_held_only_by_the_process_that_gave_it(make_database: MakeDatabase) -> None:
    source = make_database("")
    with session(source, "source") as connection:
        exported = export(connection)
        assert is_held(source, exported)
        assert not is_held(source, replace(exported, since="1.5"))
        assert not is_held(source, replace(exported, backend=1))
    assert exported.mark != replace(exported, since="1.5").mark
    assert not is_held(source, exported)


def crash(server: Own, database: str) -> None:
    """All its processes end as after a crash: its counters begin again, though its own process goes on."""
    with psycopg.connect(database) as connection:
        server.shell(f"kill -KILL {connection.info.backend_pid}")

    def serves() -> bool:
        try:
            return bool(ask(database, "SELECT true"))
        except psycopg.OperationalError:
            return False

    wait_until(serves)
