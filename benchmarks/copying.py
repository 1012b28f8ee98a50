"""What a masked copy costs beside `pg_dump | psql` of the same rows unmasked, and how much memory it takes.

Source and target are databases of one server with PostgreSQL's own durability, reached through its socket.
"""

from __future__ import annotations

import re
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import docker
import psycopg
from docker.models.containers import Container

from benchmarks.figures import Figure
from tests import servers

TABLE = """
CREATE TABLE people (
    id bigint PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, email text NOT NULL, phone text,
    pesel text, nip text, iban text, street text, city text, balance numeric(12, 2), created timestamptz,
    segment text)"""
# Every value of a masked column is another one, so that nothing can be looked up instead of worked out.
ROWS = """
INSERT INTO people
SELECT n, 'Anna' || n, 'Nowacka' || n, 'anna.nowacka' || n || '@firma.pl',
       (600000000 + n * 19 % 400000000)::text, lpad((50010100000 + n * 13)::text, 11, '0'),
       (5260000000 + n * 17)::text,
       'PL' || lpad((n % 97)::text, 2, '0') || '10901014' || lpad((712198 + n * 17)::text, 16, '0'),
       'ul. Polna ' || n, 'Miasto ' || n, n * 1.01, timestamptz '2020-01-01' + n * interval '7 s',
       'segment ' || n % 7
  FROM generate_series(1::bigint, {rows}) AS n"""
POLICY = """
policy: people
version: 1
tables:
  people:
    columns:
      id: keep
      first_name: {transform: first_name, class: common, scope: entity(email), domain: person}
      last_name: {transform: last_name, class: common, scope: entity(email), domain: person}
      email: {transform: email, class: identifying, domain: person}
      phone: {transform: phone, class: identifying}
      pesel: {transform: pesel, class: identifying, scope: entity(email), domain: person}
      nip: {transform: nip, class: identifying}
      iban: {transform: iban, class: identifying}
      street: {transform: street, class: identifying, scope: entity(email), domain: person}
      city: {transform: city, class: common, scope: entity(email), domain: person}
      balance: keep
      created: keep
      segment: keep
"""
PIPE = "dropdb --if-exists pipe && createdb pipe && pg_dump -t people source | psql -qX -d pipe >/dev/null"
_SETTINGS = ("max_wal_size=4GB", "shared_buffers=256MB")


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A server of our own, and where its socket is."""

    container: Container
    folder: Path

    def dsn(self, database: str) -> str:
        return f"postgresql://app:app@/{database}?host={self.folder}"

    def run(self, command: str) -> None:
        status, said = self.container.exec_run(["bash", "-c", command])
        assert status == 0, said

    def database(self, name: str, script: str) -> str:
        self.run(f"dropdb --if-exists --force {name} && createdb {name}")
        with psycopg.connect(self.dsn(name), autocommit=True) as connection:
            connection.execute(script.encode())
        return self.dsn(name)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One run: seconds until the rows, indexes and statistics stood, and the most memory of all processes."""

    seconds: float
    memory: int


def figures(rows: int, rounds: int) -> dict[str, Figure]:
    """The copy beside the pipe, alternating; the memory of such a copy, and of one with a large value."""
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as bench:
        bench.database("source", f"{TABLE};{ROWS.format(rows=rows)};ANALYZE")
        pairs = [(pipe(bench), _copy(bench)) for _ in range(rounds)]
        with psycopg.connect(bench.dsn("source"), autocommit=True) as connection:
            connection.execute("UPDATE people SET segment = repeat('0123456789', 5000000) WHERE id = 7")
        large = _copy(bench)
    plain = statistics.median(seconds for seconds, _ in pairs)
    took = statistics.median(taken.seconds for _, taken in pairs)
    memory = max(taken.memory for _, taken in pairs)
    return {
        f"copy of {rows:,} rows x 13 columns, 9 masked, times the pipe": Figure(
            value=took / plain, unit="x", goal=1.2, reason=f"copy {took:.1f} s, pipe {plain:.1f} s",
            peer={"greenmask": 9.4},
        ),
        f"memory of all processes, {rows:,} rows": Figure(value=memory / 2**20, unit="MiB", goal=600),
        "memory of all processes, with one value of 50 MB": Figure(
            value=large.memory / 2**20, unit="MiB", goal=600
        ),
    }  # fmt: skip


@contextmanager
def server(folder: Path) -> Iterator[Bench]:
    """A PostgreSQL server whose socket lies in the folder."""
    with servers.running() as running:
        image = running.nodes["database-1"].get_wrapped_container().attrs["Image"]
    folder.chmod(0o777)  # the server's user is another one than ours
    (folder / "password").write_text("app")
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    container = docker.from_env().containers.run(
        image,
        ["start-postgres", *settings],
        detach=True,
        shm_size="256m",
        volumes={str(folder): {"bind": "/run/postgresql", "mode": "rw"}},
        environment={
            "POSTGRES_DATABASE": "app",
            "POSTGRES_USER": "app",
            "POSTGRES_PASSWORD_FILE": "/run/postgresql/password",
        },
    )
    try:
        bench = Bench(container=container, folder=folder)
        _wait(bench)
        bench.run("psql -qd postgres -c 'ALTER ROLE app SUPERUSER'")
        yield bench
    finally:
        container.remove(force=True, v=True)


def _wait(bench: Bench) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(psycopg.OperationalError):
            return psycopg.connect(bench.dsn("app")).close()
        time.sleep(0.2)
    raise TimeoutError("the server did not come up")


def pipe(bench: Bench) -> float:
    """The seconds that the plain copy of the unmasked rows takes."""
    began = time.monotonic()
    bench.run(PIPE)
    return time.monotonic() - began


def _copy(bench: Bench) -> Taken:
    """A run in a process of its own, from its start to its verification."""
    target = bench.database("target", TABLE)
    policy = bench.folder / "policy.yaml"
    policy.write_text(POLICY)
    command = [sys.executable, "-m", "benchmarks.one_copy", bench.dsn("source"), target, str(policy)]
    began, memory = time.monotonic(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while not select.select([process.stdout], [], [], 0.05)[0]:
            memory = max(memory, resident(process.pid))
        seconds = time.monotonic() - began
        assert process.stdout.readline() == b"copied\n", "the copy failed"
    return Taken(seconds=seconds, memory=memory)


def resident(process: int) -> int:
    """Bytes of a process and all below it; a page that several share is counted once (PSS)."""
    with suppress(OSError, AttributeError):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
        below = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        return int(found.group(1) if found else 0) * 1024 + sum(resident(int(child)) for child in below)
    return 0
