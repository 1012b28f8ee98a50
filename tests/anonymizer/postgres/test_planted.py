"""Originals that cannot be mistaken are planted in a source and looked for wherever a copy leaves traces."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

import anonymizer
from anonymizer.copying.how import Reading
from anonymizer.pseudonyms.keys import Key
from environments.environment import Environment
from foundation.errors import PeakproofError
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, do, rows
from tests.servers import Server

pytestmark = pytest.mark.integration

# Long enough to be found in pages and WAL, whatever stands beside it, and too short to be compressed.
PLANTED = "Zdzislawa-Qwertynska-9071"
SCHEMA = "CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL, mail text UNIQUE, note text)"
FILL = f"""
INSERT INTO people SELECT n, '{PLANTED}-' || n, '{PLANTED}' || n || '@firma.pl', 'call {PLANTED} soon'
  FROM generate_series(1, 500) AS n"""  # noqa: S608 - words of ours
POLICY = """
policy: people
version: 1
tables:
  people:
    columns:
      id: keep
      name: {transform: full_name, class: identifying, scope: entity(mail), domain: person}
      mail: {transform: email, class: identifying, domain: person, options: {unique: true}}
      note: {transform: regenerate, class: free}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path / "policy.yaml"


def traces(server: Server, database: str) -> list[str]:
    """The files of one database, and the server's temporary ones, that hold the planted words."""
    dsn = server.dsn("postgres")
    oid = ask(dsn, f"SELECT oid FROM pg_database WHERE datname = '{database}'")  # noqa: S608 - ours
    do(dsn, "CHECKPOINT")
    found = rows(dsn, _FILES.format(base=f"base/{oid}", planted=PLANTED))
    return [str(name) for (name,) in found]


# The files are read by the server itself, as a superuser may.
_FILES = """
SELECT path FROM (
    SELECT '{base}/' || name AS path FROM pg_ls_dir('{base}') AS name
    UNION ALL SELECT 'base/pgsql_tmp/' || name FROM pg_ls_dir('base/pgsql_tmp', true, false) AS name
) AS files
 WHERE (pg_stat_file(path, true)).size > 0 AND NOT (pg_stat_file(path)).isdir
   AND position('{planted}'::bytea IN pg_read_binary_file(path)) > 0"""


def wal_since(server: Server, began: str) -> bool:
    """Whether the WAL written since then holds the planted words."""
    # A segment is a used one under a new name: beyond what is written of it stands what stood there before.
    query = f"""
    SELECT bool_or(position('{PLANTED}'::bytea IN pg_read_binary_file('pg_wal/' || name, 0,
                   CASE WHEN name = last.file_name THEN last.file_offset ELSE 16777216 END)) > 0)
      FROM pg_ls_waldir(), pg_walfile_name_offset(pg_current_wal_insert_lsn()) AS last
     WHERE name BETWEEN '{began}' AND last.file_name AND length(name) = 24"""  # noqa: S608 - ours
    return bool(ask(server.dsn("postgres"), query))


def logging_all(dsn: str) -> str:
    """Lets the server log all that is said in a database; returns words that are in the log from here on."""
    name, mark = dsn.rsplit("/", 1)[1], f"mark-{uuid4().hex}"
    for setting in ("log_statement = 'all'", "log_min_error_statement = 'debug5'", "log_duration = on",
                    "log_parameter_max_length = -1", "log_error_verbosity = verbose"):  # fmt: skip
        do(dsn, f"ALTER DATABASE {name} SET {setting}")
    do(dsn, f"SELECT '{mark}'")
    return mark


def logged_since(servers: Environment, dsn: str, mark: str) -> str:
    """What the server has logged since the mark, once all of it is there."""
    end, deadline = f"end-{uuid4().hex}", time.monotonic() + 20
    do(dsn, f"SELECT '{end}'")
    container = servers.nodes["database-1"].get_wrapped_container()
    while end not in (log := container.logs().decode()):
        assert time.monotonic() < deadline
    return log.partition(mark)[2].partition(end)[0]


@dataclass
class Watched:
    """Looks into a folder whenever a run says how far it is."""

    folder: Path
    seen: set[Path] = field(default_factory=set)
    told: list[Path] = field(default_factory=list)

    def __call__(self, _stage: str, _done: int, _of: int) -> None:
        files = [file for file in self.folder.rglob("*") if file.is_file()]
        self.seen.update(files)
        self.told += [file for file in files if PLANTED.encode() in content(file)]


def content(file: Path) -> bytes:
    with suppress(FileNotFoundError):  # it went while we looked
        return file.read_bytes()
    return b""


def test_no_original_is_in_the_target_s_files_wal_and_log_or_in_the_local_temporary_files(
    make_database: MakeDatabase, postgres_server: Server, servers: Environment, policy: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    source, target = make_database(SCHEMA + ";" + FILL), make_database(SCHEMA)
    # Otherwise reading it, or the server gathering statistics of it, would write into the log both share.
    do(source, "ALTER TABLE people SET (autovacuum_enabled = false)")
    do(source, "VACUUM people")
    names = [dsn.rsplit("/", 1)[1] for dsn in (source, target)]
    assert wal_since(postgres_server, "0"), "what is planted can be found"
    assert traces(postgres_server, names[0])
    administration = postgres_server.dsn("postgres")
    do(administration, "SELECT pg_switch_wal()")
    do(administration, "SELECT pg_logical_emit_message(true, 'test', 'a new segment')")
    began = str(ask(administration, "SELECT pg_walfile_name(pg_current_wal_insert_lsn())"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    watched, mark = Watched(folder=tmp_path / "temporary"), logging_all(target)
    assert anonymizer.anonymize(
        source, target, anonymizer.load_policy(policy), Key(bytes(range(32))), progress=watched,
        how=Reading(pages=1),
    ).verified  # fmt: skip
    assert traces(postgres_server, names[1]) == []
    assert not wal_since(postgres_server, began)
    log = logged_since(servers, target, mark)
    assert "COPY" in log
    assert PLANTED not in log
    assert watched.seen, "masked rows were put aside"
    assert watched.told == []
    assert not [file for file in watched.folder.rglob("*") if file.is_file()]


def test_a_target_that_refuses_a_row_quotes_nothing_and_keeps_nothing(
    make_database: MakeDatabase, postgres_server: Server, servers: Environment, policy: Path
) -> None:
    source = make_database(SCHEMA + ";" + FILL)
    target = make_database(SCHEMA + ";ALTER TABLE people ADD CONSTRAINT short CHECK (length(note) < 3)")
    mark = logging_all(target)
    with pytest.raises(PeakproofError, match="short") as refused:
        anonymizer.anonymize(source, target, anonymizer.load_policy(policy), Key(bytes(range(32))))
    assert PLANTED not in f"{refused.value} {refused.value.hint} {refused.value.detail}"
    log = logged_since(servers, target, mark)
    assert "Failing row contains" in log, "the server quotes what it refuses"
    assert PLANTED not in log
    assert traces(postgres_server, target.rsplit("/", 1)[1]) == []
