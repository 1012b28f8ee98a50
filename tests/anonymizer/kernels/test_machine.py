"""Machine code does what the loops say, is kept for the next process, and is not fooled about its arrays."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from anonymizer.kernels import loops
from anonymizer.kernels.machine import bound, compiled, object_files

Arrays = dict[str, NDArray[np.generic]]
TEXTS = st.lists(st.binary(max_size=40), min_size=1, max_size=8)
WORDS = st.lists(st.integers(0, 2**64 - 1), min_size=2, max_size=12)


def strings(texts: list[bytes]) -> tuple[loops.Bytes, loops.Places, loops.Places]:
    lengths = np.array([len(text) for text in texts], np.int64)
    return np.frombuffer(b"".join(texts) + b"\0", np.uint8), np.cumsum(lengths) - lengths, lengths


def same(
    loop: Callable[..., int | None], given_: tuple[object, ...], room: tuple[NDArray[np.generic], ...]
) -> None:
    """Both write the same into the same room and return the same."""
    mine = tuple(array.copy() for array in room)
    with np.errstate(over="ignore"):  # words wrap round
        said = loop(*given_, *room)
    assert compiled(loop)(*given_, *mine) == said
    assert all(np.array_equal(one, other) for one, other in zip(room, mine, strict=True))


@given(TEXTS)
def test_digits_of_strings(texts: list[bytes]) -> None:
    data, starts, lengths = strings([*texts, b"0123456789", b"PL61 1090"])
    rows = len(starts)
    same(loops.only_digits, (data, starts, lengths, rows), (data.copy(), np.zeros(rows + 1, np.int32)))
    allowed = np.ones(256, np.uint8)
    allowed[[0, 200]] = 0
    same(loops.is_within, (data, 0, int(lengths.sum()), allowed), ())
    room = np.full((rows, 10), 7, np.uint8), np.zeros(rows, np.uint8)
    same(loops.read_digits, (data, starts, lengths, rows, 10), tuple(array.ravel() for array in room))


@given(WORDS, st.integers(1, 18))
def test_numbers_and_their_digits(values: list[int], width: int) -> None:
    words, rows = np.array(values, np.uint64), len(values)
    matrix = np.zeros(rows * width, np.uint8)
    same(loops.parted, (words, rows // 2), (np.zeros(rows, np.uint64), np.zeros(rows, np.uint64)))
    same(loops.remainders, (words, rows, np.uint64(10**width)), (np.zeros(rows, np.uint64),))
    same(loops.digits_of, (words, rows, width, width), (matrix,))
    assert (matrix < 10).all()
    same(loops.numbers, (matrix, rows, width, width), (np.zeros(rows, np.uint64),))
    weights = np.arange(width)
    same(loops.weighted, (matrix, rows, width, width, weights, np.uint64(11)), (np.zeros(rows, np.uint8),))


@given(TEXTS, st.lists(st.integers(0, 7), min_size=1, max_size=9))
def test_texts_are_put_together(texts: list[bytes], chosen: list[int]) -> None:
    data, starts, lengths = strings(texts)
    bounds, places = (
        np.append(starts, lengths.sum()).astype(np.int32),
        np.array(chosen, np.int64) % len(texts),
    )
    rows = len(places)
    sizes = np.zeros(rows, np.int64)
    same(loops.lengthened, (bounds, places, rows), (sizes,))
    room = np.cumsum(sizes) - sizes, np.zeros(sizes.sum() + 1, np.uint8)
    same(loops.appended, (data, bounds, places, rows), room)
    assert room[1].tobytes() == b"".join(texts[at] for at in places) + b"\0"


@given(TEXTS)
def test_fields_of_rows(texts: list[bytes]) -> None:
    data, starts, lengths = strings(texts)
    ends = np.cumsum(lengths + 4) - lengths - 4
    room = ends, np.zeros(int((lengths + 4).sum()), np.uint8)
    same(loops.fielded, (data, starts, lengths, len(texts)), room)
    assert room[1].tobytes() == b"".join(len(text).to_bytes(4, "big") + text for text in texts)


@given(TEXTS)
def test_texts_in_another_order(texts: list[bytes]) -> None:
    data, _, lengths = strings(texts)
    places = lengths.sum() - np.cumsum(lengths)
    room = (np.zeros(int(lengths.sum()), np.uint8),)
    same(loops.scattered, (data, lengths, len(texts), places), room)
    assert room[0].tobytes() == b"".join(reversed(texts))


@given(TEXTS, WORDS, st.integers(0, 3))
def test_blocks_of_messages(texts: list[bytes], words: list[int], turn: int) -> None:
    data, starts, lengths = strings(texts)
    rows = len(texts)
    subkeys = np.array((words * 2)[:4], np.uint64)
    state, blocks, out = (np.arange(2 * rows, dtype=np.uint64) for _ in range(3))
    for loop in (loops.cmac_blocks, compiled(loops.cmac_blocks)):
        with np.errstate(over="ignore"):
            going = loop(
                data, starts, lengths, rows, turn, subkeys, state, blocks.view(np.uint8), blocks, out
            )
        found = going, blocks.tolist(), out.tolist()
        if loop is loops.cmac_blocks:
            expected = found
            blocks, out = (np.arange(2 * rows, dtype=np.uint64) for _ in range(2))
    assert found == expected


def test_an_array_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="int64 where Words"):
        bound(loops.ff1_blocks, np.zeros(2, np.int64))


def test_it_is_compiled_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made: list[bytes] = []

    def make() -> bytes:
        made.append(b"code")
        return b"code"

    assert [object_files(make), object_files(make)] == [b"code", b"code"]
    assert len(made) == 1
    assert (tmp_path / "peakproof" / "kernels").stat().st_mode & 0o077 == 0


def test_it_works_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "peakproof").touch()
    assert object_files(lambda: b"code") == b"code"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "expanduser", homeless)
    assert object_files(lambda: b"code") == b"code"


def homeless(path: Path) -> Path:
    raise RuntimeError(f"no home for {path}")


def test_masks_do_not_import_the_compiler() -> None:
    said = "import sys; from anonymizer.kernels import ready; sys.exit('numba' in sys.modules)"
    subprocess.run([sys.executable, "-c", said], check=True)


AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from anonymizer.kernels import machine
together = Barrier(8)
def loaded(_):
    together.wait()
    return id(machine._code())
with ThreadPoolExecutor(8) as threads:
    print(len(set(threads.map(loaded, range(8)))))
"""


def test_threads_that_call_it_first_at_once_load_it_once() -> None:
    done = subprocess.run([sys.executable, "-c", AT_ONCE], capture_output=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, [b"1"]), done.stderr.decode()
