"""The key: long enough, random, never shown, and unrelated subkeys."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from anonymizer.pseudonyms import keys
from anonymizer.pseudonyms.keys import Key
from foundation.errors import InputError

RAW = bytes(range(32))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(InputError, match="31 bytes, at least 32"):
        Key(RAW[:31])


def test_a_key_that_is_not_random_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\0" * 64)
    with pytest.raises(InputError, match="not random"):
        keys.from_file(tmp_path / "key")


def test_a_key_never_prints_and_is_never_pickled() -> None:
    assert RAW.hex() not in f"{Key(RAW)!r} {Key(RAW)}"
    assert repr(Key(RAW)) == "Key(***)"
    with pytest.raises(TypeError):
        pickle.dumps(Key(RAW))


def test_a_file_may_hold_the_key_raw_or_in_hexadecimal(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(RAW)
    (tmp_path / "hex").write_text(RAW.hex() + "\n")
    raw, written = keys.from_file(tmp_path / "raw"), keys.from_file(tmp_path / "hex")
    assert raw.fingerprint() == written.fingerprint()


def test_a_missing_file_or_variable_says_how_to_make_a_key(tmp_path: Path) -> None:
    with pytest.raises(InputError) as missing:
        keys.from_file(tmp_path / "none")
    assert "anonymize key new" in str(missing.value.hint)
    with pytest.raises(InputError, match="NOT_THERE is not set"):
        keys.from_variable("NOT_THERE", {})


def test_a_short_variable_is_refused_without_showing_it() -> None:
    with pytest.raises(InputError) as short:
        keys.from_variable("KEY", {"KEY": "hunter2"})
    assert "hunter2" not in str(short.value)


def test_labels_give_unrelated_keys_and_are_not_just_glued_together() -> None:
    fingerprints = {
        Key(RAW).derive(*labels).fingerprint() for labels in (["a"], ["b"], ["a", "b"], ["ab"], ["b", "a"])
    }
    assert len(fingerprints) == 5


def test_ephemeral_keys_differ() -> None:
    assert keys.ephemeral().fingerprint() != keys.ephemeral().fingerprint()


def test_the_fingerprint_holds_nothing_of_the_key() -> None:
    assert Key(RAW).fingerprint() not in RAW.hex()
    assert Key(RAW).fingerprint() == Key(RAW).fingerprint()


def test_a_new_key_is_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    made = keys.create(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert keys.from_file(tmp_path / "key").fingerprint() == made.fingerprint()
    assert keys.create(tmp_path / "other").fingerprint() != made.fingerprint()


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("the old one")
    with pytest.raises(InputError, match="not written over"):
        keys.create(tmp_path / "key")
    assert (tmp_path / "key").read_text() == "the old one"
    with pytest.raises(InputError, match="cannot be written"):
        keys.create(tmp_path / "no folder" / "key")


def test_a_command_may_give_the_key_and_no_shell_reads_it() -> None:
    assert keys.from_command(f"printf '%s' {RAW.hex()}").fingerprint() == Key(RAW).fingerprint()
    with pytest.raises(InputError, match="bytes, at least 32"):
        keys.from_command("echo $(echo a) ; true")


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("python3 -c 'import sys; print(\"0badc0de\" * 8); sys.exit(3)'", "ended with 3"),
        ("python3 -c 'print(\"0badc0de\")'", "4 bytes, at least 32"),
        ("no-such-program-here", "cannot be run"),
        ("", "it is empty"),
        ("echo 'open", "cannot be split"),
    ],
)
def test_a_command_that_gives_no_key_is_told_without_what_it_said(command: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as refused:
        keys.from_command(command)
    assert "0badc0de" not in f"{refused.value} {refused.value.hint}"
    assert refused.value.__cause__ is None


def test_a_forgotten_key_derives_nothing_more() -> None:
    key = keys.ephemeral()
    key.forget()
    with pytest.raises(ValueError, match="forgotten"):
        key.derive("a")
