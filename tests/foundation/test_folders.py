"""State and caches are where the person's settings say, and state is nobody else's to read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from foundation import folders
from foundation.errors import Unavailable


@pytest.mark.parametrize(
    ("variable", "folder", "usual"),
    [
        ("XDG_STATE_HOME", folders.state, "~/.local/state/peakproof"),
        ("XDG_CACHE_HOME", folders.cache, "~/.cache/peakproof"),
    ],
)
def test_it_is_where_the_person_says_else_in_the_usual_place(
    variable: str, folder: Callable[[], Path], usual: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(tmp_path))
    assert folder() == tmp_path / "peakproof"
    monkeypatch.setenv(variable, "")
    assert folder() == Path(usual).expanduser()
    monkeypatch.delenv(variable)
    assert folder() == Path(usual).expanduser()


def test_only_its_owner_reads_what_is_made_there(tmp_path: Path) -> None:
    made = folders.made(tmp_path / "one" / "room")
    assert folders.made(made) == made
    assert made.stat().st_mode & 0o777 == 0o700


def test_one_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Unavailable, match="the state folder cannot be made") as told:
        folders.made(tmp_path / "file" / "room")
    assert told.value.where == str(tmp_path / "file" / "room")
