"""A worker's results are taken once, whole, as they were sent; in part they are nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import InputError
from loadtests.planning import job as jobs
from tests.loadtests import made
from tests.loadtests.generator.alone import alone

if TYPE_CHECKING:
    from loadtests.generator.distributed.members import Delivery

members = alone("distributed.members")
FILES = {"latency.hlog": b"a log of some length", "ledger.jsonl": b"", "summary.json": b"{}\n"}
SUMS = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}


def delivery(folder: Path, worker: int = 1) -> Delivery:
    found: Delivery = members.Delivery(made.job(output=str(folder)), worker)
    return found


def pieces(size: int) -> list[tuple[str, int, bytes]]:
    """All files in pieces; an empty one is one empty piece."""
    return [
        (name, at, content[at : at + size])
        for name, content in FILES.items()
        for at in range(0, max(len(content), 1), size)
    ]


@settings(max_examples=40)
@given(data=st.data(), size=st.integers(1, 9))
def test_pieces_in_any_order_and_more_than_once_become_the_files(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, size: int
) -> None:
    folder = tmp_path_factory.mktemp("master")
    again = data.draw(st.lists(st.sampled_from(pieces(size)), max_size=5))
    arriving = delivery(folder)
    for piece in data.draw(st.permutations([*pieces(size), *again])):
        arriving.piece(*piece)
    assert arriving.complete(SUMS)
    found = folder / "worker-1"
    assert {name: (found / name).read_bytes() for name in FILES} == FILES
    assert jobs.read(found / jobs.FILE) == made.job(output=str(folder)), "with the master's own paths"
    assert sorted(path.name for path in folder.iterdir()) == ["worker-1"]


@pytest.mark.parametrize("missing", range(len(pieces(6))))
def test_a_piece_that_did_not_come_is_missed(tmp_path: Path, missing: int) -> None:
    arriving = delivery(tmp_path)
    for number, piece in enumerate(pieces(6)):
        if number != missing:
            arriving.piece(*piece)
    assert not arriving.complete(SUMS)
    assert not (tmp_path / "worker-1").exists()
    arriving.piece(*pieces(6)[missing])
    assert arriving.complete(SUMS), "it may still come"


def test_what_changed_on_the_way_is_not_taken(tmp_path: Path) -> None:
    arriving = delivery(tmp_path)
    for name, at, content in pieces(6):
        arriving.piece(name, at, content.replace(b"log", b"lag"))
    assert not arriving.complete(SUMS)


def test_results_of_no_file_are_none(tmp_path: Path) -> None:
    arriving = delivery(tmp_path)
    assert not arriving.complete({})
    assert list(tmp_path.iterdir()) == []


def test_results_are_taken_once(tmp_path: Path) -> None:
    arriving = delivery(tmp_path)
    for piece in pieces(100):
        arriving.piece(*piece)
    assert arriving.complete(SUMS)
    assert not arriving.complete(SUMS), "there is nothing more to take"
    assert {name: (tmp_path / "worker-1" / name).read_bytes() for name in FILES} == FILES


def test_a_folder_that_stands_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "worker-1").mkdir()
    (tmp_path / "worker-1" / "summary.json").write_text("an older one")
    arriving = delivery(tmp_path)
    for piece in pieces(100):
        arriving.piece(*piece)
    arriving.complete(SUMS)
    assert (tmp_path / "worker-1" / "summary.json").read_text() == "an older one"


@pytest.mark.parametrize("name", ["../worker-2/summary.json", "/etc/passwd", "", ".", "a/../../x"])
def test_a_worker_writes_only_into_its_own_folder(tmp_path: Path, name: str) -> None:
    arriving = delivery(tmp_path / "out")
    with pytest.raises(InputError, match="leads out of its folder"):
        arriving.piece(name, 0, b"x")
    with pytest.raises(InputError, match="leads out of its folder"):
        arriving.complete({name: "0"})
    assert list(tmp_path.rglob("*")) == []


def test_what_came_in_part_is_forgotten_when_its_worker_is_lost(tmp_path: Path) -> None:
    arriving = delivery(tmp_path)
    arriving.drop()
    arriving.piece("latency.hlog", 0, b"half")
    arriving.drop()
    assert list(tmp_path.iterdir()) == []


def test_a_worker_is_called_by_its_number_and_its_host() -> None:
    found = members.Member(worker=3, client="load1_af7", host="load1")
    assert found.name == "worker 3 (load1)"
    assert (found.ready, found.ended, found.lost, found.status, found.exchanges) == (
        False,
        False,
        False,
        0,
        [],
    )
