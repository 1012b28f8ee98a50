"""A throw-away PostgreSQL server: Debian's programs in a temporary folder, on a free loopback port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where it is and how to log in. Throw-away, so the password is plain."""

    host: str
    port: int
    user: str
    password: str

    def dsn(self, database: str) -> str:
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{database}"

    def create_database(self, name: str) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


@contextmanager
def running() -> Iterator[Server]:
    """A server for as long as the block lasts."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    if programs is None:
        pytest.skip("no PostgreSQL server programs on this machine")
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="peakproof-test-postgres-"))
    if user:
        subprocess.run(["chown", user, str(folder)], check=True)
    server = Server(host="127.0.0.1", port=_free_port(), user="tester", password="tester")
    (folder / "password").write_text(server.password)
    data, log = str(folder / "data"), str(folder / "log")
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", server.user, f"--pwfile={folder / 'password'}",
         "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"],
        check=True, user=user, capture_output=True, cwd="/",
    )  # fmt: skip
    options = f"-p {server.port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [str(programs / "pg_ctl"), "-D", data, "-w", "-l", log]
    subprocess.run(
        [*control, "-o", options, "start"], check=True, user=user, cwd="/", stdout=subprocess.DEVNULL
    )
    try:
        yield server
    finally:
        subprocess.run(
            [*control, "-m", "immediate", "stop"], check=True, user=user, cwd="/", capture_output=True
        )
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
