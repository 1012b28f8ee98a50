"""What travels between machines arrives whole, once, and only where it belongs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import InputError
from loadtests.distributed import parcels
from loadtests.distributed.parcels import Parcel
from loadtests.planning import job as jobs
from tests.loadtests import made


def test_a_job_arrives_with_its_files(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "feeds").mkdir(parents=True)
    there.mkdir()
    (here / "shop.py").write_text("journeys")
    (here / "ca.pem").write_text("authority")
    (here / "feeds" / "customers.csv").write_text("customer\n7\n")
    asked = replace(
        made.job(processes=3), journeys=str(here / "shop.py"), feeds=str(here / "feeds"),
        certificates=str(here / "ca.pem"),
    )  # fmt: skip
    arrived = parcels.unpacked(parcels.packed(asked), there)
    assert Path(arrived.journeys).read_text() == "journeys"
    assert arrived.feeds is not None
    assert (Path(arrived.feeds) / "customers.csv").read_text() == "customer\n7\n"
    assert arrived.certificates is not None
    assert Path(arrived.certificates).read_text() == "authority"
    assert jobs.read(there / jobs.FILE) == arrived
    assert arrived.schedule == asked.schedule
    assert arrived.schedule.share() == asked.schedule.share()


def test_a_missing_file_is_told_before_anybody_is_asked(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.py: cannot be read"):
        parcels.packed(replace(made.job(), journeys=str(tmp_path / "none.py")))


@pytest.mark.parametrize("name", ["../job.json", "/etc/passwd", "feeds/../../x", ""])
def test_nothing_is_written_outside_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="leads out of its folder"):
        parcels.unpacked(Parcel(job="{}", files={name: b"x"}), tmp_path / "in")
    assert list(tmp_path.rglob("*")) == []


@given(st.binary(max_size=40), st.integers(min_value=1, max_value=9))
def test_pieces_add_up_to_the_file(content: bytes, size: int) -> None:
    import tempfile
    from unittest.mock import patch

    with tempfile.TemporaryDirectory() as folder, patch.object(parcels, "PIECE", size):
        path = Path(folder) / "file"
        path.write_bytes(content)
        found = list(parcels.pieces(path))
    assert b"".join(piece for _, piece in found) == content
    assert [at for at, _ in found] == list(range(0, max(len(content), 1), size))


def test_the_same_code_has_the_same_hash() -> None:
    assert parcels.code() == parcels.code()
    assert len(parcels.code()) == 16


def test_no_folder_of_the_code_is_left_out() -> None:
    known = {name for name, _ in parcels.modules()}
    assert {"cli.py", "generator/http/cookies.py", "generator/distributed/worker.py"} < known
