"""The kill loop: a copy that is cut short again and again, anyhow and anywhere, ends as a single run does."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from foundation import receipts
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask
from tests.anonymizer.postgres.own_servers import Own
from tests.anonymizer.postgres.test_resume import (
    SCHEMA,
    Copy,
    children,
    end_servers_of_source,
    end_servers_of_target,
)
from tests.environments.images.running import until

pytestmark = [pytest.mark.integration, pytest.mark.prove]

TURNS, ROUNDS = 6, 6
# Refused: what is left of the run before still ends. 69: a worker, a server or the network was lost.
ENDS = (0, -signal.SIGKILL, 69, 5)


@dataclass(kw_only=True)
class Network:
    """The way to a server. Cut, what is under way is lost, and nobody gets through until it is mended."""

    host: str
    port: int
    listener: socket.socket
    open: list[socket.socket] = field(default_factory=list)
    whole: bool = True

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                if not self.whole:
                    near.close()
                    continue
                far = socket.create_connection((self.host, self.port))
                self.open += [near, far]
                for here, there in ((near, far), (far, near)):
                    threading.Thread(target=_passed, args=(here, there), daemon=True).start()

    def cut(self) -> None:
        self.whole = False
        for end in self.open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.open.clear()


def _passed(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError):
        while content := here.recv(1 << 16):
            there.sendall(content)
    with suppress(OSError):
        there.shutdown(socket.SHUT_RDWR)


@contextmanager
def network(server: Own) -> Iterator[Network]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        way = Network(host=server.host, port=server.running.port, listener=listener)
        threading.Thread(target=way.serve, daemon=True).start()
        yield way
        way.cut()


@dataclass(frozen=True, kw_only=True)
class Attacked:
    """A copy into a server of its own, and all that can be done to it."""

    copy: Copy
    server: Own
    network: Network

    def kill_process(self, command: int, chance: random.Random) -> None:
        """The command, a worker, what they start from, or the holder of the snapshot."""
        os.kill(chance.choice([command, *children(command)]), signal.SIGKILL)

    def crash_server(self, _command: int, chance: random.Random) -> None:
        """A process of the target's server is killed: the server ends all others and recovers."""
        pids = str(ask(self.server.dsn("postgres"), _BACKENDS)).split()
        self.server.shell(f"kill -9 {chance.choice(pids)}" if pids else "true")
        until(self._answers, what=lambda: "the server recovers")

    def cut_network(self, _command: int, _chance: random.Random) -> None:
        self.network.cut()

    def pause_server(self, _command: int, _chance: random.Random) -> None:
        """The target's machine stands still, and goes on: that ends nothing."""
        self.server.running.container.pause()
        self.server.running.container.unpause()

    def end_connections(self, command: int, chance: random.Random) -> None:
        chance.choice([end_servers_of_source, end_servers_of_target])(self.copy, command)

    def round(self, chance: random.Random) -> str:
        """Starts the command, waits for it to have come somewhere, and strikes. Returns what was done."""
        ways: list[Callable[[int, random.Random], None]] = [
            self.kill_process, self.crash_server, self.cut_network, self.pause_server, self.end_connections,
        ]  # fmt: skip
        way = chance.choice(ways)
        process = self.copy.start(rate=6 << 20, hold=chance.choice([None, 300.0]))
        _reach(process, chance)
        with suppress(ProcessLookupError, AssertionError, FileNotFoundError):  # it had ended already
            way(process.pid, chance)
        _, said = process.communicate(timeout=150)
        self.network.whole = True
        assert process.returncode in ENDS, f"{way.__name__}: {said}"
        assert "firma.pl" not in said
        return way.__name__

    def _answers(self) -> bool:
        try:
            return bool(ask(self.copy.target, "SELECT true"))
        except psycopg.OperationalError:
            return False


def _reach(process: subprocess.Popen[str], chance: random.Random) -> None:
    """Reads what the command says up to a random line, or waits a little before it says anything."""
    assert process.stdout is not None
    lines = chance.choice([0, chance.randint(1, 8), chance.randint(8, 80)])
    if not lines:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0.2, 2))
    list(islice(process.stdout, lines))


_BACKENDS = """
SELECT coalesce(string_agg(pid::text, ' '), '') FROM pg_stat_activity
 WHERE application_name = 'peakproof anonymize'"""


@pytest.fixture
def attacked(own_server: Own, make_database: MakeDatabase, tmp_path: Path) -> Iterator[Attacked]:
    with network(own_server) as way:
        name = f"attacked_{os.getpid()}_{id(way)}"
        direct = own_server.database(name, SCHEMA)
        target = make_conninfo(direct, host="127.0.0.1", port=way.listener.getsockname()[1])
        copy = Copy(make_database, tmp_path, 20_000, target=target)
        yield Attacked(copy=copy, server=own_server, network=way)


@pytest.mark.timeout(580)
@pytest.mark.parametrize("seed", range(TURNS))
def test_however_often_it_is_cut_short_the_same_command_finishes_it(attacked: Attacked, seed: int) -> None:
    chance = random.Random(seed)
    done = [attacked.round(chance) for _ in range(ROUNDS)]
    assert finished(attacked.copy.target) or attacked.copy.run().verified, done
    assert attacked.copy.same_as_a_single_run(), done


def finished(dsn: str) -> bool:
    with psycopg.connect(dsn) as connection:
        receipt = receipts.read(connection)
        return receipt is not None and receipt.complete
