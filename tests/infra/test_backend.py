"""Where the state is, and how a passphrase is given: by variable, by file, on a terminal, never empty."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from foundation.errors import InputError, Unavailable
from infra import backend
from infra.backend import PASSPHRASE, PASSPHRASE_FILE, URL, Backend
from tests.environments import commanding


@pytest.fixture(autouse=True)
def _nothing_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in (URL, PASSPHRASE, PASSPHRASE_FILE):
        monkeypatch.delenv(name, raising=False)


def typed(*answers: str) -> Backend:
    given = iter(answers)
    return backend.backend(asks=lambda _: next(given))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)


def test_the_state_is_a_folder_that_only_its_owner_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, "swordfish")
    folder = tmp_path / "state" / "peakproof" / "infra"
    assert backend.backend().url == f"file://{folder}"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_another_backend_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "swordfish")
    monkeypatch.setenv(URL, "s3://states")
    assert backend.backend().url == "s3://states"
    assert not (tmp_path / "state").exists()


def test_an_address_that_may_hold_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "swordfish")
    assert backend.backend().place.startswith("in file:///")
    monkeypatch.setenv(URL, "postgres://ann:hunter2@db/states")
    assert backend.backend().place == "where PULUMI_BACKEND_URL says"


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "swordfish")
    (tmp_path / "state").write_text("a file")
    with pytest.raises(Unavailable, match=r"the state folder cannot be made"):
        backend.backend()


def test_the_engine_reads_what_the_person_set_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "swordfish")
    assert backend.backend().environment == {}


def test_a_file_must_be_readable_and_say_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "passphrase"
    monkeypatch.setenv(PASSPHRASE_FILE, str(file))
    with pytest.raises(InputError, match="cannot be read"):
        backend.backend()
    file.write_text("\n")
    with pytest.raises(InputError, match="an empty passphrase encrypts nothing"):
        backend.backend()
    file.write_text("swordfish\n")
    assert backend.backend().environment == {}


def test_an_empty_variable_is_no_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "")
    with pytest.raises(InputError, match="an empty passphrase encrypts nothing"):
        backend.backend()


@pytest.mark.usefixtures("terminal")
def test_on_a_terminal_it_is_asked_for_and_never_printed() -> None:
    found = typed("swordfish", "swordfish")
    found.confirm()
    assert found.environment == {PASSPHRASE: "swordfish"}
    assert "swordfish" not in repr(found)


@pytest.mark.usefixtures("terminal")
def test_a_new_stack_wants_it_twice() -> None:
    found = typed("swordfish", "swordfihs")
    with pytest.raises(InputError, match="the two passphrases differ"):
        found.confirm()


def test_what_was_not_typed_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "swordfish")
    typed().confirm()


def test_without_a_terminal_nobody_can_be_asked() -> None:
    with pytest.raises(InputError, match="no passphrase was given"):
        typed("swordfish")


@pytest.mark.parametrize("command", ["status", "drift", "destroy"])
def test_a_stack_that_is_not_there_is_told_before_a_passphrase_is_asked_for(
    command: str, tmp_path: Path
) -> None:
    kept = tmp_path / "state" / "peakproof" / "infra" / ".pulumi" / "stacks" / "peakproof"
    kept.mkdir(parents=True)
    for file in ("laptop.json", "big.json.gz", "gone.json.bak"):
        (kept / file).touch()
    ended = commanding.run_here("infra", command, "nosuch")
    assert ended.returncode == 2
    assert "there is no stack 'nosuch'" in ended.stderr
    assert "the state has big, laptop" in ended.stderr


def test_the_stacks_of_a_backend_elsewhere_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, "s3://states")
    assert backend.stacks() is None
