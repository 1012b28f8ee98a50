"""Books by a command of this machine: what it prints, how it fails, how long it may take."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest

from environments.containers.bystander import Ran
from foundation.errors import InputError, Unavailable
from peakproof.books.by_command import ByCommand, here, within

CSV = "key,content,copies,effects,terminal,state,oversold\nrun-1,1|honey|2,1,1,true,sold,false\n"


def books(folder: Path, *command: str, seconds: float = 30) -> ByCommand:
    run = partial(here, command, folder, seconds)
    return ByCommand(where="platform.yaml:7", seconds=seconds, run=run)


def test_what_it_prints_are_the_rows_and_it_stands_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(CSV)
    (found,) = books(tmp_path, "cat", "orders.csv").read()
    assert (found.key, found.content, found.copies, found.oversold) == ("run-1", "1|honey|2", 1, False)


def test_a_command_that_fails_is_told_with_the_end_of_what_it_said(tmp_path: Path) -> None:
    program = "import sys; print('no such table', file=sys.stderr); sys.exit(3)"
    with pytest.raises(InputError, match="ends with status 3") as raised:
        books(tmp_path, sys.executable, "-c", program).read()
    assert list(raised.value.detail) == ["no such table"]
    assert raised.value.where == "platform.yaml:7"


def test_one_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="has not ended within") as raised:
        books(tmp_path, "sleep", "60", seconds=0.2).read()
    assert "`timeout`" in str(raised.value.hint)


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot run: .*nowhere"):
        books(tmp_path, "nowhere").read()


def test_what_is_waited_for_may_fail_in_its_own_way() -> None:
    def refused() -> Ran:
        raise Unavailable("gone")

    with pytest.raises(Unavailable, match="gone"):
        within(5, refused)
