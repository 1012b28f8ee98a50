"""Passwords: made anew where all that need one are seen, kept out of the definition where not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from environments.compose import credentials
from environments.compose.notes import Outcome
from tests.environments.compose.composed import imported, service, told

SHARED = """
    services:
      mongo: {image: 'mongo:7', environment: {MONGO_INITDB_ROOT_PASSWORD: hunter22}}
      api:
        image: api:1
        depends_on: [mongo]
        environment: {MONGO_URL: 'mongodb://root:hunter22@mongo:27017/x', MODE: fast}
    """


def test_a_password_that_services_share_is_made_by_the_one_that_others_reach(tmp_path: Path) -> None:
    made = imported(tmp_path, SHARED)
    assert service(made, "mongo")["secrets"] == {
        "mongo.rootpassword": {"as": "environment", "variable": "MONGO_INITDB_ROOT_PASSWORD"}
    }
    assert service(made, "api")["secrets"] == {
        "mongo.rootpassword": {
            "as": "environment",
            "variable": "MONGO_URL",
            "value": "mongodb://root:{secret.quoted}@mongo:27017/x",
        }
    }
    assert service(made, "api")["environment"] == {"MODE": "fast"}
    assert "secrets" not in made.definition


def test_no_password_stands_anywhere_but_in_what_is_kept(tmp_path: Path) -> None:
    text = SHARED + "  pay: {image: 'p:1', environment: {STRIPE_API_KEY: sk_live_secret}}\n"
    made = imported(tmp_path, text)
    said = f"{made.definition} {made.platform} {made.comments} {made.notes}"
    assert "hunter22" not in said
    assert "sk_live_secret" not in said


def test_what_one_service_alone_has_is_kept_in_a_file(tmp_path: Path) -> None:
    made = imported(
        tmp_path, "services: {pay: {image: 'p:1', environment: {STRIPE_API_KEY: sk_1, EMPTY_TOKEN: ''}}}"
    )
    assert service(made, "pay")["secrets"] == {
        "pay-stripe-api-key": {"as": "environment", "variable": "STRIPE_API_KEY"}
    }
    assert service(made, "pay")["environment"] == {"EMPTY_TOKEN": ""}
    assert made.definition["secrets"] == {
        "pay-stripe-api-key": {"file": "peakproof-secrets/pay-stripe-api-key"}
    }
    assert [value.reveal() for value in made.kept.values()] == ["sk_1"]


def test_keys_that_services_share_are_kept_since_they_have_forms(tmp_path: Path) -> None:
    text = """
        services:
          a: {image: 'a:1', environment: {SECRET_KEY: '00ff'}}
          b: {image: 'b:1', environment: {SECRET_KEY: '00ff'}}
        """
    made = imported(tmp_path, text)
    assert service(made, "a")["secrets"] == service(made, "b")["secrets"]
    assert list(made.kept) == ["peakproof-secrets/a-secret-key"]


def test_a_password_that_a_file_says_too_is_kept_and_told(tmp_path: Path) -> None:
    text = SHARED.replace("depends_on", "volumes: ['./api.ini:/api.ini']\n        depends_on")
    made = imported(tmp_path, text, files={"api.ini": "password = hunter22\n"})
    assert list(made.kept) == ["peakproof-secrets/mongo-mongo-initdb-root-password"]
    assert any("it stands in ./api.ini of api, too" in line for line in told(made, Outcome.OPEN))


@pytest.mark.parametrize(
    "said",
    [
        "command: [serve, '--password=hunter22']",
        "healthcheck: {test: 'ping -phunter22'}",
        "entrypoint: serve -a hunter22",
    ],
)
def test_a_password_that_a_command_says_too_is_kept(tmp_path: Path, said: str) -> None:
    made = imported(tmp_path, SHARED.replace("depends_on", f"{said}\n        depends_on"))
    assert len(made.kept) == 1


@pytest.mark.parametrize(
    ("command", "is_told"),
    [
        ("redis-server --requirepass hunter22", True),
        ("sh -c 'redis-server --requirepass $$PW'", False),
        ("mysqladmin ping --password=hunter22", True),
        ("serve --password-file /x", False),
    ],
)
def test_a_password_that_stays_in_a_command_is_told(tmp_path: Path, command: str, *, is_told: bool) -> None:
    made = imported(tmp_path, f"services: {{a: {{image: 'a:1', command: {json.dumps(command)}}}}}")
    assert any("a password in plain text" in line for line in told(made, Outcome.OPEN)) == is_told


def test_a_secret_in_a_variable_that_no_shell_has_is_told(tmp_path: Path) -> None:
    made = imported(
        tmp_path, "services: {es: {image: 'e:1', environment: {xpack.security.password: 'hunter22'}}}"
    )
    assert any("a secret in plain text" in line for line in told(made, Outcome.OPEN))


def test_the_secrets_of_compose_are_files_from_where_they_are(tmp_path: Path) -> None:
    text = """
        services:
          web: {image: 'w:1', secrets: [db_password, {source: token, target: /etc/token}, pin, far]}
        secrets:
          db_password: {file: ./db/password.txt}
          token: {environment: TOKEN}
          pin: {environment: PIN}
          far: {external: true}
        """
    made = imported(tmp_path, text, files={".env": "PIN=1234"})
    assert service(made, "web")["secrets"] == {
        "db-password": "/run/secrets/db_password",
        "token": "/etc/token",
        "pin": "/run/secrets/pin",
    }
    assert made.definition["secrets"] == {
        "db-password": {"file": "db/password.txt"},
        "token": {"variable": "TOKEN"},
        "pin": {"file": "peakproof-secrets/pin"},
    }
    assert any("'far' is kept elsewhere" in line for line in told(made, Outcome.LOST))


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "MYSQL_PWD",
        "SMTP_PASS",
        "API_TOKEN",
        "SECRET_KEY_BASE",
        "AWS_SECRET_ACCESS_KEY",
        "stripe_api_key",
        "REDIS_AUTH",
        "DB_PASSWORD_2",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert credentials.is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "POSTGRES_USER",
        "PASSWORD_FILE",
        "TOKEN_PATH",
        "ALLOW_EMPTY_PASSWORD",
        "S3_ACCESS_KEY_ID",
        "KEYBOARD",
        "MIN_PASSWORD",
        "AUTHOR",
    ],
)
def test_names_of_none(name: str) -> None:
    assert not credentials.is_secret(name)
