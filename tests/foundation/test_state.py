"""The state folder is where the person's settings say, and nobody else's to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation import state
from foundation.errors import Unavailable


@pytest.mark.parametrize("unset", [None, ""])
def test_it_is_where_the_person_says_else_in_the_usual_place(
    unset: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state.folder() == tmp_path / "peakproof"
    if unset is None:
        monkeypatch.delenv("XDG_STATE_HOME")
    else:
        monkeypatch.setenv("XDG_STATE_HOME", unset)
    assert state.folder() == Path("~/.local/state/peakproof").expanduser()


def test_only_its_owner_reads_what_is_made_there(tmp_path: Path) -> None:
    made = state.made(tmp_path / "one" / "room")
    assert state.made(made) == made
    assert made.stat().st_mode & 0o777 == 0o700


def test_one_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Unavailable, match="the state folder cannot be made") as told:
        state.made(tmp_path / "file" / "room")
    assert told.value.where == str(tmp_path / "file" / "room")
