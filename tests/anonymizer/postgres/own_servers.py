"""Servers of the tests' own: PostgreSQL with a small disk, its standby, PgBouncer. Gone with their block."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import docker
import psycopg

from environments.images import ensure
from tests.anonymizer.databases import ask, do
from tests.environments.images.running import SECRET, Running, create, until

_IMAGE = Path(__file__).parent / "pgbouncer"
_USER = "app"
SMALL = "/small"
_MODES = ("session", "transaction", "statement")


@dataclass(frozen=True, kw_only=True)
class Own:
    """A server in a container; its user may do anything. Throw-away, so the password is plain."""

    running: Running
    password: str

    @property
    def host(self) -> str:
        return self.running.inside[0]

    def dsn(self, database: str) -> str:
        return f"postgresql://{_USER}:{self.password}@{self.host}:{self.running.port}/{database}"

    def database(self, name: str, script: str, *, where: str = "pg_default") -> str:
        """A new database that has run the script, in a table space."""
        do(self.dsn("postgres"), f"CREATE DATABASE {name} TABLESPACE {where}")
        do(self.dsn(name), script)
        return self.dsn(name)

    def shell(self, command: str) -> str:
        status, said = self.running.run("bash", "-c", command)
        assert status == 0, said
        return said


@contextmanager
def postgres(client: docker.DockerClient) -> Iterator[Own]:
    """A server that may have standbys, with 24 MiB of disk in the table space `small`."""
    settings = ("wal_level=replica", "max_wal_senders=4")
    password = token_hex(12)
    named = {"POSTGRES_DATABASE": "app", "POSTGRES_USER": _USER, "POSTGRES_PASSWORD_FILE": SECRET}
    started = create(
        client, _tag(client, "postgres"), port=5432, secret=password, environment=named,
        command=["start-postgres", *(word for setting in settings for word in ("-c", setting))],
        tmpfs={SMALL: "size=24m,uid=902,gid=902,mode=700"},
    )  # fmt: skip
    with _started(started):
        server = Own(running=started, password=password)
        server.shell(f"psql -qd postgres -c 'ALTER ROLE {_USER} SUPERUSER REPLICATION'")
        server.shell(f"echo 'host replication {_USER} all scram-sha-256' >> $PGDATA/pg_hba.conf")
        do(server.dsn("postgres"), "SELECT pg_reload_conf()")
        do(server.dsn("postgres"), f"CREATE TABLESPACE small LOCATION '{SMALL}'")
        yield server


@contextmanager
def standby(client: docker.DockerClient, primary: Own) -> Iterator[Own]:
    """A hot standby that ends every reading that is in replication's way, at once."""
    copied = (
        f"pg_basebackup -d '{primary.dsn('')}' -R -c fast -D $PGDATA --tablespace-mapping={SMALL}=/tmp/small"
    )
    started = create(
        client, _tag(client, "postgres"), port=5432,
        command=["bash", "-c", f"{copied} && exec start-postgres -c max_standby_streaming_delay=0"],
    )  # fmt: skip
    with _started(started):
        follower = Own(running=started, password=primary.password)
        until(lambda: _serves(follower), what=lambda: f"the standby takes logins:\n{started.log}")
        yield follower


def _serves(server: Own) -> bool:
    try:
        return bool(ask(server.dsn("postgres"), "SELECT true"))
    except psycopg.OperationalError:  # it is starting up
        return False


def caught_up(primary: Own, follower: Own) -> None:
    """Waits until the standby has replayed what the primary has written so far."""
    written = ask(primary.dsn("postgres"), "SELECT pg_current_wal_lsn()")
    replayed = f"SELECT pg_last_wal_replay_lsn() >= '{written}'"
    until(lambda: bool(ask(follower.dsn("postgres"), replayed)), what=lambda: f"replayed up to {written}")


@contextmanager
def bouncer(client: docker.DockerClient, server: Own) -> Iterator[str]:
    """PgBouncer before a server: the start of a DSN that ends in DATABASE_session, or another mode."""
    databases = server.shell("psql -qtAd postgres -c 'SELECT datname FROM pg_database'").split()
    place = f"host={server.host} user={_USER} password={server.password}"
    lines = [
        f"{name}_{mode} = {place} dbname={name} pool_mode={mode}" for name in databases for mode in _MODES
    ]
    settings = "\n".join(
        ["[databases]", *lines, "[pgbouncer]", "listen_addr = *", "listen_port = 6432", "auth_type = any"]
    )
    tag = ensure(["pgbouncer"], folders={"pgbouncer": _IMAGE}, client=client)["pgbouncer"].tag
    started = create(client, tag, port=6432)
    started.container.put_archive("/etc/pgbouncer", _archive("settings.ini", settings))
    with _started(started):
        yield f"postgresql://{_USER}@{started.inside[0]}:6432/"


@contextmanager
def _started(running: Running) -> Iterator[None]:
    try:
        running.container.start()
        running.accepting()
        yield
    finally:
        running.container.remove(force=True, v=True)


def _tag(client: docker.DockerClient, image: str) -> str:
    return ensure([image], folders={}, client=client)[image].tag


def _archive(name: str, text: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(text.encode()), 0o444
        tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()
