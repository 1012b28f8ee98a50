"""MariaDB: a leader with a volume, a password in a file, and durability as production has it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import docker
import pymysql
import pytest

from anonymizer.mariadb.connections import session
from environments import environment
from environments.containers import removing
from environments.environment import Environment
from environments.nodes import CommandProbe, Mount, Node, SecretFile
from environments.services import databases, mariadb
from environments.services.mariadb import MariadbOptions
from environments.topology import Endpoint, SecretRef, Volume
from foundation.errors import InputError
from tests.environments.commanding import run
from tests.environments.written import Services, application, compiled, definition


def node(folder: Path, **options: object) -> Node:
    return compiled(folder, {"store": {"kind": "mariadb", **options}}).topology.node("store-1")


def test_it_is_one_leader_whose_data_outlive_its_process(tmp_path: Path) -> None:
    topology = compiled(tmp_path, {"store": {"kind": "mariadb"}}).topology
    assert topology.candidates == {"store.leader": ("store-1",)}
    assert topology.volumes == (Volume(name="store-1-data", holds="the MariaDB database hello of hello"),)
    assert topology.node("store-1").storage.mounts == (Mount(volume="store-1-data", path=mariadb.HOME),)
    assert topology.endpoints == (Endpoint(name="store", target="store", port=3306),)


def test_its_password_is_a_file(tmp_path: Path) -> None:
    topology = compiled(tmp_path, {"store": {"kind": "mariadb"}}).topology
    leader = topology.node("store-1")
    assert topology.secrets == (SecretRef(name="store.password"),)
    path = "/run/secrets/store-password"
    assert leader.attachments.secrets == (SecretFile(secret="store.password", path=path),)
    assert leader.process.environment["MARIADB_PASSWORD_FILE"] == path


def test_database_and_user_are_the_platforms_name_unless_given(tmp_path: Path) -> None:
    assert node(tmp_path).process.environment["MARIADB_DATABASE"] == "hello"
    given = node(tmp_path, database="orders", user="clerk").process.environment
    assert (given["MARIADB_DATABASE"], given["MARIADB_USER"]) == ("orders", "clerk")


@pytest.mark.parametrize("user", mariadb.ADMINISTRATORS)
def test_an_administrator_is_no_platforms_user(tmp_path: Path, user: str) -> None:
    with pytest.raises(InputError) as raised:
        node(tmp_path, user=user)
    assert "administers the server" in raised.value.problems[0].what


def test_its_memory_sizes_its_buffer_pool() -> None:
    options = MariadbOptions(kind="mariadb", memory="1GiB")  # type: ignore[arg-type]
    assert mariadb.settings(options) == {"innodb_buffer_pool_size": "512M"}


def test_settings_that_are_given_win(tmp_path: Path) -> None:
    command = node(
        tmp_path, settings={"innodb_buffer_pool_size": "32M", "max_connections": 80, "event_scheduler": True}
    )
    assert command.process.command == (
        "start-mariadb", "--innodb_buffer_pool_size=32M", "--max_connections=80", "--event_scheduler=on"
    )  # fmt: skip


def test_durability_is_never_turned_off_by_itself(tmp_path: Path) -> None:
    assert not any(
        word in " ".join(node(tmp_path).process.command) for word in ("flush", "sync", "doublewrite")
    )


def test_it_is_ready_when_it_answers_its_administrator(tmp_path: Path) -> None:
    ready = node(tmp_path).probes.ready
    assert isinstance(ready, CommandProbe)
    assert ready.command[0] == "mariadb"


def test_with_tls_it_has_a_certificate_for_its_names_and_nobody_connects_without(tmp_path: Path) -> None:
    topology = compiled(tmp_path, {"store": {"kind": "mariadb", "tls": True}}).topology
    names = ("store", "store-1")
    assert SecretRef(name="store.certificate", kind="certificate", names=names) in topology.secrets
    leader = topology.node("store-1")
    certificate = SecretFile(secret="store.certificate", path=databases.CERTIFICATE_FILE)
    assert certificate in leader.attachments.secrets
    assert "--require_secure_transport=on" in leader.process.command
    assert topology.bindings["store"].trust == databases.TRUST_FILE


def test_without_tls_nothing_of_it_changes(tmp_path: Path) -> None:
    assert node(tmp_path) == node(tmp_path, tls=False)
    assert "ssl" not in " ".join(node(tmp_path).process.command)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """An environment with two MariaDB databases: `store`, and `ledger` with TLS."""

    name: str
    attach: Callable[[], Environment]


@pytest.fixture(scope="module")
def pair(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    name = f"t-{uuid4().hex[:8]}"
    services: Services = {
        "web": application("web"),
        "store": {"kind": "mariadb", "memory": "256MiB"},
        "ledger": {"kind": "mariadb", "memory": "256MiB", "tls": True, "database": "books", "user": "clerk"},
    }
    written = definition(tmp_path_factory.mktemp("pair"), services)
    try:
        up = run("env", "up", str(written), "--name", name, "--ttl", "1h", "--json")
        assert up.returncode == 0, up.stderr
        yield Pair(name=name, attach=lambda: environment.attach(engine, name))
    finally:
        removing.remove(engine, name)


@pytest.mark.integration
def test_whoever_has_the_password_is_let_in_through_the_door(pair: Pair) -> None:
    with session(pair.attach().dsn("store").reveal(), "target") as opened:
        assert opened.one("SELECT CURRENT_USER()") == b"hello@%"


@pytest.mark.integration
def test_over_the_network_nobody_talks_to_one_with_tls_without_it(pair: Pair) -> None:
    running = pair.attach()
    with session(running.dsn("ledger").reveal(), "target") as opened:
        rows = opened.rows("SHOW STATUS LIKE 'Ssl_version'")
        assert rows[0][1] == b"TLSv1.3"
    (host, port), password = running.address("ledger"), running.secret("ledger.password").reveal()
    with pytest.raises(pymysql.OperationalError, match="insecure transport"):
        pymysql.connect(
            host=host, port=port, user="clerk", password=password, database="books", ssl_disabled=True
        )


@pytest.mark.integration
def test_what_was_committed_is_there_after_a_kill(pair: Pair) -> None:
    running = pair.attach()
    dsn = running.dsn("store").reveal()
    with session(dsn, "target") as opened:
        opened.do("CREATE TABLE kept (id bigint PRIMARY KEY)")
        opened.do("INSERT INTO kept VALUES (7)")
    container = running.nodes["store-1"].get_wrapped_container()
    container.kill()
    container.wait(timeout=30)
    assert run("env", "restart", pair.name, "store-1").returncode == 0
    with session(dsn, "target") as opened:
        assert opened.one("SELECT id FROM kept") == 7


@pytest.mark.integration
def test_the_desk_knows_it(pair: Pair) -> None:
    said = run("env", "credentials", pair.name, "ledger", "--json")
    (told,) = json.loads(said.stdout)["credentials"]
    assert told["url"].startswith("mysql://clerk:")
    assert told["url"].endswith("/books?ssl-mode=REQUIRED")
    with session(told["url"], "target") as opened:
        assert opened.one("SELECT DATABASE()") == b"books"


@pytest.mark.integration
def test_sql_is_the_platforms_own_user_on_its_own_database(pair: Pair) -> None:
    said = run("env", "sql", pair.name, "ledger", "--", "-NBe", "SELECT CURRENT_USER(), DATABASE()")
    assert (said.stdout, said.returncode) == ("clerk@%\tbooks\n", 0), said.stderr


@pytest.mark.integration
def test_which_database_is_meant_has_to_be_said_where_there_are_two(pair: Pair) -> None:
    said = run("env", "sql", pair.name)
    assert said.returncode == 2
    assert "2 databases: store, ledger" in said.stderr
    assert "PostgreSQL" in run("env", "psql", pair.name, "store").stderr


@pytest.mark.integration
def test_while_sql_runs_no_process_has_the_password_and_no_file_stays(pair: Pair) -> None:
    password = pair.attach().secret("store.password").reveal()
    asked = "\\! cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ"
    said = run("env", "sql", pair.name, "store", "--", "-e", asked)
    assert "MARIADB_PASSWORD_FILE" in said.stdout, "the server's own variables were among them"
    assert password not in said.stdout
    assert "mariadb" not in run("env", "exec", pair.name, "store-1", "--", "ls", "/dev/shm").stdout
