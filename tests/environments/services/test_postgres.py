"""PostgreSQL: a leader with a volume, a password in a file, and durability as production has it."""

from __future__ import annotations

from pathlib import Path

from environments.lookup import PACKAGE
from environments.nodes import CommandProbe, Mount, Node, SecretFile
from environments.services import databases, postgres
from environments.services.postgres import PostgresOptions
from environments.topology import Endpoint, SecretRef, Volume
from tests.environments.written import compiled

MIB = 1024**2


def node(folder: Path, **options: object) -> Node:
    return compiled(folder, {"store": {"kind": "postgres", **options}}).topology.node("store-1")


def test_it_is_one_leader_whose_data_outlives_its_process(tmp_path: Path) -> None:
    topology = compiled(tmp_path, {"store": {"kind": "postgres"}}).topology
    assert topology.candidates == {"store.leader": ("store-1",)}
    assert topology.volumes == (Volume(name="store-1-data", holds="the PostgreSQL database hello of hello"),)
    assert topology.node("store-1").storage.mounts == (Mount(volume="store-1-data", path=postgres.DATA),)
    assert topology.endpoints == (Endpoint(name="store", target="store", port=5432),)


def test_its_password_is_a_file(tmp_path: Path) -> None:
    topology = compiled(tmp_path, {"store": {"kind": "postgres"}}).topology
    leader = topology.node("store-1")
    assert topology.secrets == (SecretRef(name="store.password"),)
    path = "/run/secrets/store-password"
    assert leader.attachments.secrets == (SecretFile(secret="store.password", path=path),)
    assert leader.process.environment["POSTGRES_PASSWORD_FILE"] == path


def test_database_and_user_are_the_platforms_name_unless_given(tmp_path: Path) -> None:
    assert node(tmp_path).process.environment["POSTGRES_DATABASE"] == "hello"
    assert node(tmp_path).process.environment["POSTGRES_USER"] == "hello"
    given = node(tmp_path, database="orders", user="clerk").process.environment
    assert (given["POSTGRES_DATABASE"], given["POSTGRES_USER"]) == ("orders", "clerk")


def test_its_memory_sizes_its_buffers() -> None:
    settings = postgres.settings(PostgresOptions(kind="postgres", memory="1GiB"))  # type: ignore[arg-type]
    assert settings == {"shared_buffers": "256MB", "effective_cache_size": "512MB"}


def test_settings_that_are_given_win(tmp_path: Path) -> None:
    command = node(
        tmp_path, memory="1GiB", settings={"shared_buffers": "1MB", "work_mem": "8MB"}
    ).process.command
    assert "shared_buffers=1MB" in command
    assert "work_mem=8MB" in command
    assert "shared_buffers=256MB" not in command


def test_durability_is_never_turned_off_by_itself(tmp_path: Path) -> None:
    command = " ".join(node(tmp_path).process.command)
    assert not any(word in command for word in ("fsync", "synchronous_commit", "full_page_writes"))


def test_it_is_ready_when_it_answers_over_the_network_as_its_user(tmp_path: Path) -> None:
    ready = node(tmp_path).probes.ready
    assert isinstance(ready, CommandProbe)
    assert ready.command[0] == "pg_isready"
    assert "127.0.0.1" in ready.command


def test_with_tls_it_has_a_certificate_for_its_names_and_nobody_connects_without(tmp_path: Path) -> None:
    topology = compiled(tmp_path, {"store": {"kind": "postgres", "tls": True}}).topology
    leader = topology.node("store-1")
    names = ("store", "store-1")
    assert SecretRef(name="store.certificate", kind="certificate", names=names) in topology.secrets
    certificate = SecretFile(secret="store.certificate", path=databases.CERTIFICATE_FILE)
    assert certificate in leader.attachments.secrets
    assert f"hba_file={postgres.HBA_FILE}" in leader.process.command
    (rules,) = leader.attachments.files
    networked = [line.split() for line in rules.content.splitlines() if not line.startswith("local")]
    assert {rule[0] for rule in networked if rule[-1] != "reject"} == {"hostssl"}


def test_without_tls_nothing_of_it_changes(tmp_path: Path) -> None:
    assert node(tmp_path) == node(tmp_path, tls=False)
    assert "ssl" not in " ".join(node(tmp_path).process.command)


def test_its_rules_with_tls_are_those_of_the_image_but_for_tls() -> None:
    own = (postgres_image() / "pg_hba.conf").read_text()
    rules = [line.split() for line in own.splitlines() if not line.startswith("#")]
    rules[-1][0] = "hostssl"
    assert [line.split() for line in postgres.HBA.splitlines()] == rules


def postgres_image() -> Path:
    return PACKAGE / "environments" / "images" / "postgres"
