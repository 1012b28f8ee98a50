"""Runs on MariaDB that are cut short at any moment: the same command finishes, as a single run does."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

import anonymizer
from anonymizer.copying.how import Reading
from anonymizer.mariadb import connections, occupying, receipts
from anonymizer.pseudonyms.keys import Key
from foundation.errors import Refused
from foundation.receipts import Receipt
from tests.anonymizer.mariadb.conftest import Make
from tests.anonymizer.mariadb.server import MariadbServer

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
KEY = Key(bytes(range(32)))
# A command that says how far it is; a block is a chunk, so that there are many.
COMMAND = """
import pathlib, sys
import anonymizer
from anonymizer.copying.how import Reading
from anonymizer.pseudonyms.keys import Key
from foundation.errors import PeakproofError

source, target, policy = sys.argv[1:]
try:
    anonymizer.anonymize(
        source, target, anonymizer.load_policy(pathlib.Path(policy)), Key(bytes(range(32))),
        progress=lambda stage, done, of: print(stage, done, of, flush=True), how=Reading(pages=2),
    )
except PeakproofError as error:
    sys.stderr.write(str(error))
    sys.exit(error.exit_code)
"""
SCHEMA = """
CREATE TABLE people (id int AUTO_INCREMENT PRIMARY KEY, email varchar(120) NOT NULL UNIQUE, born date,
    boss int, FOREIGN KEY (boss) REFERENCES people (id));
CREATE TABLE notes (number bigint PRIMARY KEY, person int NOT NULL, body text,
    FOREIGN KEY (person) REFERENCES people (id));
CREATE TABLE events (at datetime(6), what varchar(200));
"""
ROWS = """
INSERT INTO people SELECT seq, concat('someone', seq, '@firma.pl'), date_add('1980-01-01', INTERVAL seq DAY),
    nullif(seq DIV 2, 0) FROM seq_1_to_{count};
INSERT INTO notes SELECT seq * 7, seq, repeat('a word or two ', 40) FROM seq_1_to_{count};
INSERT INTO events SELECT date_add('2024-01-01', INTERVAL seq SECOND), concat('someone', seq)
    FROM seq_1_to_{count};
"""
POLICY = """
policy: people
version: 1
tables:
  people:
    columns:
      id: keep
      email: {transform: email, class: identifying, domain: person, options: {unique: true}}
      born: {transform: shift_date, class: sensitive, scope: entity(id)}
      boss: inherit
  notes:
    columns:
      number: {transform: integer_key, class: identifying}
      person: inherit
      body: {transform: regenerate, class: free}
  events: {columns: {at: keep, what: {transform: scramble, class: free}}}
"""
CONTENT = (
    "SELECT * FROM people ORDER BY id", "SELECT * FROM notes ORDER BY number", "SELECT * FROM events",
    "SELECT table_name, auto_increment FROM information_schema.tables WHERE table_schema = DATABASE() "
    "AND table_name IN ('people', 'notes', 'events') ORDER BY 1",
)  # fmt: skip


class Cut(Exception):  # noqa: N818 - no error
    """A run is cut short."""


Content = list[list[tuple[object, ...]]]


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A source, a target, and the command that fills it. `whole`: what a single
    run makes of it, if it is known.
    """

    server: MariadbServer
    make: Make
    source: str
    target: str
    policy: Path
    whole: Content | None = None

    @contextlib.contextmanager
    def writing(self, blocks: int) -> Iterator[subprocess.Popen[str]]:
        """The command, stopped when it has written so many blocks; killed at the end at the latest."""
        arguments = [self.server.dsn(self.source), self.server.dsn(self.target), str(self.policy)]
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments], cwd=ROOT, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        told = list(islice(process.stdout, blocks))
        assert len(told) == blocks, process.communicate()
        process.send_signal(signal.SIGSTOP)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def killed(self, blocks: int) -> None:
        with self.writing(blocks) as process:
            process.kill()

    def cut(self, blocks: int) -> None:
        """A run in this process that ends when it has written so many blocks."""
        left = iter(range(blocks))

        def progress(_table: str, _rows: int, _expected: int) -> None:
            if next(left, None) is None:
                raise Cut

        with pytest.raises(Cut):
            anonymizer.anonymize(
                self.server.dsn(self.source), self.server.dsn(self.target),
                anonymizer.load_policy(self.policy), KEY, progress=progress, how=Reading(pages=2),
            )  # fmt: skip

    def run(self, target: str | None = None, *, replace: bool = False) -> Receipt:
        places = self.server.dsn(self.source), self.server.dsn(target or self.target)
        return anonymizer.anonymize(*places, anonymizer.load_policy(self.policy), KEY, replace=replace)

    def same_as_a_single_run(self) -> bool:
        return self.content(self.target) == (self.whole or self.single_run())

    def single_run(self) -> Content:
        target = self.make(SCHEMA)
        self.run(target)
        return self.content(target)

    def content(self, database: str) -> Content:
        return [self.server.rows(database, one) for one in CONTENT]


@pytest.fixture
def changing(mariadb_server: MariadbServer, make: Make, tmp_path: Path) -> Copy:
    """A source and a policy of the test's own, to be changed."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    source = make(SCHEMA + ROWS.format(count=1500))
    return Copy(server=mariadb_server, make=make, source=source, target=make(SCHEMA), policy=policy)


@pytest.fixture(scope="module")
def unchanged(
    mariadb_server: MariadbServer, make: Make, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, Content]:
    """A source that nobody changes, the policy, and what a single run makes of it."""
    policy = tmp_path_factory.mktemp("resume") / "policy.yaml"
    policy.write_text(POLICY)
    source = make(SCHEMA + ROWS.format(count=1500))
    copy = Copy(server=mariadb_server, make=make, source=source, target="", policy=policy)
    return source, policy, copy.single_run()


@pytest.fixture
def copy(mariadb_server: MariadbServer, make: Make, unchanged: tuple[str, Path, Content]) -> Copy:
    """A target of the test's own."""
    source, policy, whole = unchanged
    return Copy(
        server=mariadb_server, make=make, source=source, target=make(SCHEMA), policy=policy, whole=whole
    )


def test_a_run_that_was_killed_goes_on_and_ends_as_a_single_one(copy: Copy) -> None:
    copy.killed(8)
    assert copy.server.rows(copy.target, "SELECT count(*) FROM people") != [(0,)]
    assert copy.run().verified
    assert copy.same_as_a_single_run()


def test_chunks_in_which_nothing_has_changed_stay(copy: Copy) -> None:
    copy.cut(8)
    # Where a chunk ends is encrypted under a new nonce whenever it is marked.
    marks = "SELECT table_name, number, first_key, end_key FROM peakproof_chunk ORDER BY 1, 2"
    before = copy.server.rows(copy.target, marks)
    copy.cut(4)
    after = copy.server.rows(copy.target, marks)
    assert set(before) < set(after)
    assert len(before) > 3


CHANGES = {
    "other rows": "UPDATE people SET email = concat('new', email), born = '1970-01-01' WHERE id < 30",
    "fewer rows": "DELETE FROM notes WHERE number < 70;\nDELETE FROM events LIMIT 3",
    "more rows": "INSERT INTO people SELECT seq, concat('late', seq), NULL, 1 FROM seq_2000_to_2300",
    "values that changed places": (
        "UPDATE people SET email = concat('x', id) WHERE id IN (2, 1400);\n"
        "UPDATE people SET email = if(id = 2, 'someone1400@firma.pl', 'someone2@firma.pl') "
        "WHERE id IN (2, 1400)"
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_has_changed_since_is_written_anew(changing: Copy, change: str) -> None:
    changing.cut(40)
    changing.server.run(changing.source, "SET foreign_key_checks = 0;\n" + change)
    assert changing.run().verified
    assert changing.same_as_a_single_run()


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_lost_connection_is_told_and_the_same_command_finishes(copy: Copy, side: str) -> None:
    with copy.writing(8) as process:
        lost = copy.source if side == "source" else copy.target
        others = (
            "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        )
        for (one,) in copy.server.rows(lost, others):
            copy.server.run(lost, f"KILL {one}")
        process.send_signal(signal.SIGCONT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 69
    assert "the connection was lost" in said
    copy.run()
    assert copy.same_as_a_single_run()


def test_what_is_half_done_is_refused_by_everybody(copy: Copy) -> None:
    copy.cut(8)
    with (
        connections.session(copy.server.dsn(copy.target), "target") as opened,
        pytest.raises(Refused, match="not finished"),
    ):
        receipts.require(opened)
    with pytest.raises(Refused, match="holds no finished copy"):
        anonymizer.verify(
            copy.server.dsn(copy.source), copy.server.dsn(copy.target), anonymizer.load_policy(copy.policy)
        )


def test_another_policy_does_not_go_on_with_it(changing: Copy) -> None:
    changing.cut(8)
    changing.policy.write_text(POLICY.replace("what: {transform: scramble, class: free}", "what: drop"))
    with pytest.raises(Refused, match="a part of a run with another policy, schema or key"):
        changing.run()
    assert changing.run(replace=True).verified
    assert changing.same_as_a_single_run()


def test_two_runs_do_not_write_at_once(copy: Copy) -> None:
    with (
        connections.session(copy.server.dsn(copy.target), "target") as other,
        occupying.alone(other),
        pytest.raises(Refused, match="another run is writing"),
    ):
        copy.run()


def test_no_key_of_the_source_stands_in_the_target_meanwhile(copy: Copy) -> None:
    copy.cut(40)
    marks = str(copy.server.rows(copy.target, "SELECT * FROM peakproof_chunk"))
    assert copy.server.rows(copy.target, "SELECT 1 FROM peakproof_chunk WHERE end_key IS NOT NULL")
    assert not any(str(number * 7).encode().hex() in marks for number in range(100, 1500))


def test_it_may_be_killed_again_and_again(copy: Copy) -> None:
    kill_often(copy, random.Random(1), 2)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(10))
def test_it_may_be_killed_at_any_moment(copy: Copy, seed: int) -> None:
    kill_often(copy, random.Random(seed), 5)


def kill_often(copy: Copy, chosen: random.Random, times: int) -> None:
    for _ in range(times):
        copy.killed(chosen.randrange(1, 15))
    copy.run()
    assert copy.same_as_a_single_run()
