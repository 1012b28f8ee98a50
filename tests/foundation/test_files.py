"""A file is new or it is refused; it is whole or it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import InputError
from foundation.files import whole, write_new


def test_a_new_file_has_its_mode_whatever_the_umask(tmp_path: Path) -> None:
    write_new(tmp_path / "key", b"secret", hint="", mode=0o600)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "key").read_bytes() == b"secret"


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("old")
    with pytest.raises(InputError, match="not written over") as refused:
        write_new(tmp_path / "key", b"new", hint="name another")
    assert (refused.value.hint, (tmp_path / "key").read_text()) == ("name another", "old")


def test_what_ends_halfway_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path / "data")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("data", "old")]
    with whole(tmp_path / "data") as file:
        file.write(b"all")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("data", "all")]


def _interrupted(path: Path) -> None:
    with whole(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt


def test_what_cannot_be_written_says_where(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"), whole(tmp_path / "none" / "data"):
        pass
    with pytest.raises(InputError, match="cannot be written"):
        write_new(tmp_path / "none" / "data", b"", hint="")
