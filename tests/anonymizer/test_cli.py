"""The command: exit codes, JSON, and that no secret needs to stand in argv."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from anonymizer.cli import app
from foundation import receipts
from foundation.console import run
from tests.anonymizer.conftest import MakeDatabase

SCHEMA = "CREATE TABLE people (id integer PRIMARY KEY, email text);"
ROW = "INSERT INTO people VALUES (1, 'jan@firma.pl')"
POLICY = """
policy: small
version: 1
tables:
  people: {columns: {id: keep, email: {transform: email, class: identifying}}}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path / "policy.yaml"


@pytest.fixture
def places(make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that name both databases by variables; the DSNs hold passwords."""
    monkeypatch.setenv("SOURCE", make_database(SCHEMA + ROW))
    monkeypatch.setenv("TARGET", make_database(SCHEMA))
    return ["--source-dsn-env", "SOURCE", "--target-dsn-env", "TARGET"]


@pytest.mark.integration
def test_check_run_and_verify_pass_and_speak_json(
    places: list[str], policy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(app, ["check", *places, "--policy", str(policy), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {"tables": 1, "columns": 2, "masked": 1, "emptied": 0}
    assert run(app, ["run", *places, "--policy", str(policy), "--ephemeral-key", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"] == {"people": 1}
    assert run(app, ["verify", *places, "--policy", str(policy), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["passes"], found["comparisons"][0]["place"]) == (True, "people.email")


@pytest.mark.integration
def test_check_needs_no_target_and_tells_what_the_policy_does_not_name(
    places: list[str], policy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(app, ["check", *places[:2], "--policy", str(policy)]) == 0
    policy.write_text(POLICY.replace("id: keep, ", ""))
    assert run(app, ["check", *places[:2], "--policy", str(policy)]) == 2
    assert "people.id (integer) is not named" in capsys.readouterr().err


@pytest.mark.integration
def test_a_verification_that_fails_ends_with_one_and_says_where(
    places: list[str], policy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy.write_text(POLICY.replace("transform: email", "transform: keep"))
    assert run(app, ["run", *places, "--policy", str(policy), "--ephemeral-key"]) == 1
    said = capsys.readouterr().err
    assert "people.email: 1 of 1 values stand where they stood" in said
    assert "jan@firma.pl" not in said
    assert run(app, ["verify", *places, "--policy", str(policy)]) == 1


@pytest.mark.integration
def test_a_second_run_is_refused_until_it_may_replace(
    places: list[str], policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_bytes(bytes(range(32)))
    monkeypatch.setenv("KEY", bytes(range(32)).hex())
    command = ["run", *places, "--policy", str(policy)]
    assert run(app, [*command, "--key-file", str(tmp_path / "key")]) == 0
    first = fingerprint()
    assert run(app, [*command, "--key-env", "KEY"]) == 5
    assert run(app, [*command, "--key-env", "KEY", "--replace"]) == 0
    assert fingerprint() == first


def fingerprint() -> str:
    import os

    with psycopg.connect(os.environ["TARGET"]) as connection:
        return receipts.require(connection).key


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--ephemeral-key"], "name the source once"),
        (["--source", "a", "--source-dsn-env", "A", "--ephemeral-key"], "name the source once"),
        (["--source", "dbname=a", "--ephemeral-key"], "name the target once"),
        (["--source-dsn-env", "NOT_SET", "--target", "x"], "NOT_SET is not set"),
        (["--source", "dbname=a", "--target", "dbname=b"], "choose one key"),
        (["--source", "dbname=a", "--target", "dbname=b", "--key-file", "none"], "the key cannot be read"),
    ],
)
def test_options_that_do_not_fit_are_an_error_of_input(
    policy: Path, options: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(app, ["run", "--policy", str(policy), *options]) == 2
    assert what in " ".join(capsys.readouterr().err.split())


def test_a_policy_that_is_not_there_is_told_before_anything_is_connected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(app, ["check", "--policy", "none.yaml", "--source", "x", "--target", "y"]) == 2
    assert "none.yaml: no such file" in capsys.readouterr().err


def test_a_server_that_does_not_answer_ends_with_69(policy: Path) -> None:
    nobody = "postgresql://x@127.0.0.1:1/x"
    command = ["run", "--policy", str(policy), "--source", nobody, "--target", nobody, "--ephemeral-key"]
    assert run(app, command) == 69


def test_key_new_writes_a_key_and_shows_only_its_fingerprint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "key.hex"
    assert run(app, ["key", "new", "--out", str(file), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["file"] == str(file)
    assert file.read_text().strip() not in said.out + said.err
    assert run(app, ["key", "new", "--out", str(file)]) == 2
