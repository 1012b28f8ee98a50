"""What Arrow's thread reads from: nothing of Python when rows are wanted no more."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pytest

from anonymizer.files.csv_files import BLOCK, reading
from anonymizer.files.feeding import feed
from foundation.errors import InputError

ROW = b"1,jan@firma.pl\n"
BEHIND_ALL_MEMORY = 40 * BLOCK


class Endless(io.RawIOBase):
    """Rows without an end, of which it counts the readings."""

    def __init__(self, start: bytes) -> None:
        self.start, self.given, self.forbidden = start, 0, threading.Event()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        assert not self.forbidden.is_set(), "read in the background"
        content = self.start or ROW * (len(view) // len(ROW))
        self.start = b""
        view[: len(content)] = content
        self.given += len(content)
        return len(content)


def test_a_file_on_disk_is_read_without_python(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,email\n" + ROW * 3)
    with (tmp_path / "a.csv").open("rb") as stream:
        stream.readline()
        start = stream.read(1)
        with feed(start, stream) as content:
            assert not isinstance(content, pa.PythonFile)
            assert content.read() == ROW * 3


@pytest.mark.parametrize("wrong", [b"1,2,3\n", b""], ids=["a wrong row", "nobody asks for more"])
def test_a_stream_is_read_no_more_once_nobody_wants_rows(wrong: bytes) -> None:
    endless = Endless(b"id,email\n" + ROW + wrong)
    stream = io.BufferedReader(endless)
    with reading(cast(BinaryIO, stream), "stdin", ",") as source:
        blocks = source.blocks()
        if wrong:
            with pytest.raises(InputError, match="3 columns where the header names 2"):
                list(blocks)
        else:
            next(blocks)
            blocks.close()  # type: ignore[attr-defined]
    endless.forbidden.set()
    assert endless.given < BEHIND_ALL_MEMORY


def test_a_wrong_row_ends_a_process_with_its_message_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,email\n1,2,3\n" + ROW * 200_000)
    program = (
        "import sys; from pathlib import Path; from anonymizer.files.formats import opened\n"
        "with opened(Path(sys.argv[1]), ',') as source:\n    list(source.blocks())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "a.csv")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        1, f"foundation.errors.InputError: {tmp_path}/a.csv: row 1: 3 columns where the header names 2"
    )  # fmt: skip
