"""A passphrase becomes a key only through scrypt, with a salt from a file that holds no secret."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from typer.testing import CliRunner

from anonymizer.cli import app
from anonymizer.options import chosen_key
from anonymizer.pseudonyms import keys
from anonymizer.pseudonyms.passphrase import Passphrase, from_variable
from foundation.errors import InputError

WORDS = "correct horse battery staple"


@pytest.fixture(scope="module")
def salt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "shop.salt"
    keys.create_stretched(path, Passphrase(WORDS))
    return path


def test_the_same_passphrase_and_file_give_the_same_key_and_another_file_another(
    salt: Path, tmp_path: Path
) -> None:
    again = keys.from_file(salt, Passphrase(WORDS)).fingerprint()
    other = keys.create_stretched(tmp_path / "other.salt", Passphrase(WORDS)).fingerprint()
    assert again == json.loads(salt.read_text())["fingerprint"] != other


def test_another_passphrase_or_none_is_refused(salt: Path) -> None:
    with pytest.raises(InputError, match="not the passphrase"):
        keys.from_file(salt, Passphrase(WORDS + "s"))
    with pytest.raises(InputError, match="the passphrase is missing"):
        keys.from_file(salt)


def test_the_file_holds_neither_the_passphrase_nor_the_key(salt: Path) -> None:
    assert WORDS not in salt.read_text()
    assert set(json.loads(salt.read_text())) == {"kdf", "n", "r", "p", "salt", "fingerprint"}


@pytest.mark.parametrize(
    "change", [{"n": 2}, {"n": 1 << 30}, {"kdf": "pbkdf2"}, {"salt": "00"}, {"salt": "?"}, {"more": 1}]
)
def test_a_weak_or_broken_salt_file_is_refused(salt: Path, tmp_path: Path, change: dict[str, object]) -> None:
    weak = tmp_path / "weak.salt"
    weak.write_text(json.dumps({**json.loads(salt.read_text()), **change}))
    with pytest.raises(InputError, match="not a salt file, or a weak one"):
        keys.from_file(weak, Passphrase(WORDS))


def test_a_file_with_a_key_takes_no_passphrase(tmp_path: Path) -> None:
    keys.create(tmp_path / "key")
    with pytest.raises(InputError, match="holds a key"):
        keys.from_file(tmp_path / "key", Passphrase(WORDS))


def test_a_short_passphrase_is_refused_and_none_is_ever_shown() -> None:
    with pytest.raises(InputError, match="7 characters, at least 16") as short:
        from_variable("PHRASE", {"PHRASE": "hunter2"})
    assert "hunter2" not in f"{short.value} {short.value.hint}"
    with pytest.raises(InputError, match="PHRASE is not set"):
        from_variable("PHRASE", {})
    assert WORDS not in f"{Passphrase(WORDS)!r} {Passphrase(WORDS)}"
    with pytest.raises(TypeError):
        pickle.dumps(Passphrase(WORDS))


def test_the_commands_make_and_take_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHRASE", WORDS)
    out = tmp_path / "shop.salt"
    made = CliRunner().invoke(app, ["key", "new", "--out", str(out), "--passphrase-env", "PHRASE", "--json"])
    with chosen_key(out, None, None, "PHRASE", ephemeral=False) as key:
        assert key.fingerprint() == json.loads(made.stdout)["fingerprint"]
    with (
        pytest.raises(InputError, match="--passphrase-env needs --key-file"),
        chosen_key(None, None, None, "PHRASE", ephemeral=True),
    ):
        pass
