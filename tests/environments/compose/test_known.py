"""Images that become a kind of ours, and why others do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.compose.notes import Outcome
from tests.environments.compose.composed import imported, service, told

POSTGRES = """
    services:
      api:
        image: api:1
        depends_on: {db: {condition: service_healthy}}
        environment: {DATABASE_URL: 'postgresql://clerk:s3cret-1@db:5432/orders?x=1'}
      db:
        image: postgres:16-alpine
        %s
        environment: {POSTGRES_USER: clerk, POSTGRES_PASSWORD: s3cret-1, POSTGRES_DB: orders}
        healthcheck: {test: pg_isready -U clerk}
        volumes: ['data:/var/lib/postgresql/data']
        ports: ['5432:5432']
        restart: always
    """


def test_a_postgres_that_is_nothing_special_becomes_ours(tmp_path: Path) -> None:
    made = imported(tmp_path, POSTGRES % "mem_limit: 1g")
    assert service(made, "db") == {
        "kind": "postgres",
        "memory": "1GiB",
        "database": "orders",
        "user": "clerk",
    }
    assert service(made, "api")["secrets"] == {
        "db.password": {
            "as": "environment",
            "variable": "DATABASE_URL",
            "value": "postgresql://clerk:{secret.quoted}@db:5432/orders?x=1",
        }
    }
    assert made.kept == {}
    assert any(
        "postgres:16-alpine becomes a postgres, PostgreSQL 17" in line for line in told(made, Outcome.CHANGED)
    )


def test_its_image_is_kept_where_it_is_wished(tmp_path: Path) -> None:
    made = imported(tmp_path, POSTGRES % "tty: true", kept=frozenset({"db"}))
    assert service(made, "db")["image"] == "postgres:16-alpine"
    assert service(made, "db")["secrets"] == {
        "db.password": {"as": "environment", "variable": "POSTGRES_PASSWORD"}
    }


def test_settings_of_the_command_are_taken(tmp_path: Path) -> None:
    made = imported(
        tmp_path,
        POSTGRES % "command: postgres -c max_connections=200 -c shared_preload_libraries=pg_stat_statements",
    )
    assert service(made, "db")["settings"] == {
        "max_connections": "200",
        "shared_preload_libraries": "pg_stat_statements",
    }


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("command: ./own-start.sh", "its command says more than settings"),
        ("user: '70'\n        entrypoint: x", "it says `entrypoint`"),
        ("deploy: {replicas: 2}", "it has several nodes"),
        ("privileged: true", "it says `privileged`"),
        ("configs: [x]", "it says `configs`"),
    ],
)
def test_what_is_special_keeps_its_image_and_is_told(tmp_path: Path, more: str, why: str) -> None:
    made = imported(tmp_path, POSTGRES % more)
    assert service(made, "db")["kind"] == "container"
    assert any(f"stays an image, and no postgres: {why}" in line for line in told(made, Outcome.CHANGED)), (
        told(made, Outcome.CHANGED)
    )


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ("clerk", "postgres", "clients log in as postgres, the administrator"),
        (
            "'data:/var/lib/postgresql/data'",
            "'./init:/docker-entrypoint-initdb.d'",
            "it mounts /docker-entrypoint-initdb.d",
        ),
        ("POSTGRES_DB: orders", "POSTGRES_INITDB_ARGS: --x", "it says POSTGRES_INITDB_ARGS"),
        ("clerk:s3cret-1@", "", "no service is seen to be given its password"),
        ("image: postgres:16-alpine", "image: 'timescale/timescaledb:2'", ""),
    ],
)
def test_what_a_kind_cannot_do_keeps_its_image(tmp_path: Path, was: str, becomes: str, why: str) -> None:
    made = imported(tmp_path, (POSTGRES % "tty: true").replace(was, becomes))
    assert service(made, "db")["kind"] == "container"
    assert not why or any(why in line for line in told(made, Outcome.CHANGED))


def test_a_password_that_is_given_as_a_file_is_the_kind_s(tmp_path: Path) -> None:
    text = """
        services:
          api: {image: 'a:1', depends_on: [db], secrets: [pw], environment: {PASSWORD_FILE: /run/secrets/pw}}
          db:
            image: mariadb:11
            secrets: [pw]
            environment:
              MARIADB_USER: clerk
              MARIADB_DATABASE: orders
              MARIADB_PASSWORD_FILE: /run/secrets/pw
              MARIADB_RANDOM_ROOT_PASSWORD: 'yes'
        secrets: {pw: {file: pw.txt}}
        """
    made = imported(tmp_path, text, files={"pw.txt": "x"})
    assert service(made, "db") == {"kind": "mariadb", "database": "orders", "user": "clerk"}
    assert service(made, "api")["secrets"] == {"db.password": "/run/secrets/pw"}
    assert "secrets" not in made.definition


def test_a_redis_with_a_password_becomes_a_valkey_and_one_without_stays(tmp_path: Path) -> None:
    text = """
        services:
          api:
            image: a:1
            depends_on: [cache, open]
            environment: {REDIS_HOST: cache, REDIS_PASSWORD: hunter22}
          cache:
            image: redis:7
            command: redis-server --requirepass hunter22 --appendonly yes
            volumes: ['r:/data']
          open: {image: 'redis:7'}
        """
    made = imported(tmp_path, text)
    assert service(made, "cache") == {"kind": "valkey", "settings": {"appendonly": "yes"}}
    assert service(made, "open")["image"] == "redis:7"
    assert service(made, "api")["secrets"] == {
        "cache.password": {"as": "environment", "variable": "REDIS_PASSWORD"}
    }


def test_a_rabbitmq_becomes_ours_unless_its_console_is_used(tmp_path: Path) -> None:
    text = """
        services:
          api: {image: 'a:1', depends_on: [mq], environment: {AMQP: 'amqp://clerk:hunter22@mq//'}}
          mq:
            image: rabbitmq:3-management
            environment: {RABBITMQ_DEFAULT_USER: clerk, RABBITMQ_DEFAULT_PASS: hunter22}
            ports: [%s]
        """
    assert service(imported(tmp_path, text % "'5672'"), "mq") == {"kind": "rabbitmq", "user": "clerk"}
    made = imported(tmp_path, text % "'15672:15672'")
    assert service(made, "mq")["kind"] == "container"
    assert any("its port 15672 is used" in line for line in told(made, Outcome.CHANGED))


def test_of_two_databases_with_one_password_each_client_is_given_its_own(tmp_path: Path) -> None:
    text = """
        services:
          api:
            image: a:1
            depends_on: [db, mq, my]
            environment:
              DB_PASSWORD: same-one
              RABBIT_PASSWORD: same-one
              MYSQL_PASSWORD: same-one
              URL: 'postgres://u:same-one@db/d'
          db: {image: 'postgres:17', environment: {POSTGRES_USER: u, POSTGRES_PASSWORD: same-one}}
          my: {image: 'mysql:8', environment: {MYSQL_USER: u, MYSQL_PASSWORD: same-one}}
          mq: {image: 'rabbitmq:4', environment: {RABBITMQ_DEFAULT_USER: u, RABBITMQ_DEFAULT_PASS: same-one}}
        """
    made = imported(tmp_path, text)
    given = service(made, "api")["secrets"]
    assert isinstance(given, dict)
    assert [each["variable"] for each in given["db.password"]] == ["DB_PASSWORD", "URL"]
    assert given["mq.password"]["variable"] == "RABBIT_PASSWORD"
    assert given["my.password"]["variable"] == "MYSQL_PASSWORD"
