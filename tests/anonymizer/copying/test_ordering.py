"""Rows come out in the order of their masked keys, all of them once, however they came in."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.copying.ordering import Sorter, ranks, spilled
from anonymizer.copying.runs import Ranks
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Table
from anonymizer.pseudonyms.keys import Key
from foundation.errors import Unavailable
from tests.anonymizer.policies.test_plan import column

KEY = Key(bytes(range(32)))
NUMBERS = st.lists(st.integers(10**9, 2 * 10**9 - 1), unique=True, min_size=1, max_size=40)


def planned(transform: str, *key: str) -> TablePlan:
    columns = {name: column(name, "integer") for name in ("id", "other")}
    table = Table(
        name="t", schema="public", relation="t", rows=0, columns=columns, unique={}, primary_key=key
    )
    options = {"digits": 9} if transform == "integer_key" else {}
    rule = Rule.model_validate({"transform": transform, "options": options})
    return TablePlan(table=table, rules=dict.fromkeys(columns, rule))


def ranked(plan: TablePlan, rows: list[str]) -> Ranks:
    keys = dict.fromkeys(plan.table.primary_key, pa.array(rows, pa.string()))
    return ranks(KEY, plan, keys, pa.array([row.encode() for row in rows], pa.binary()))


def sorted_by(folder: Path, rows: list[str], rank: Ranks, limit: int) -> list[bytes]:
    sorter = Sorter(folder=folder / "t", label="t 0", limit=limit)
    for at in range(0, len(rows), 3):
        lines = [f"{row}\n".encode() for row in rows[at : at + 3]]
        sorter.add(pa.array(lines, pa.binary()), rank[at : at + 3])
    blocks = list(sorter.blocks())
    lines = b"".join(block.to_pybytes() for block, _ in blocks).splitlines()
    assert sum(count for _, count in blocks) == len(lines)
    return lines


@given(NUMBERS)
def test_integer_keys_are_ranked_as_they_are(numbers: list[int]) -> None:
    rank = ranked(planned("integer_key", "id"), [str(number) for number in numbers])
    assert [numbers[at] for at in rank.argsort()] == sorted(numbers)


@given(st.lists(st.uuids(version=4), unique=True, min_size=1, max_size=20))
def test_uuids_are_ranked_as_they_are(values: list[object]) -> None:
    texts = [str(value) for value in values]
    rank = ranked(planned("uuid", "id"), texts)
    assert [texts[at] for at in rank.argsort()] == sorted(texts)


@pytest.mark.parametrize("key", [("id",), ("id", "other"), ()])
def test_other_keys_are_ranked_by_a_keyed_hash(key: tuple[str, ...]) -> None:
    rows = [str(number) for number in range(1000)]
    rank = ranked(planned("keep", *key), rows)
    assert len(set(rank.tolist())) == 1000
    order = [int(at) for at in rank.argsort()]
    assert 400 < sum(after > before for before, after in pairwise(order)) < 600
    assert (ranks(KEY.derive("x"), planned("keep"), {}, pa.array(rows, pa.binary())) != rank).any()


@pytest.mark.parametrize("limit", [1, 200, 1 << 20])
def test_memory_or_files_give_the_same_order(tmp_path: Path, limit: int) -> None:
    rows = [str(10**9 + number * 618_033_989 % 10**9) for number in range(300)]
    rank = ranked(planned("integer_key", "id"), rows)
    assert sorted_by(tmp_path, rows, rank, limit) == [row.encode() for row in sorted(rows)]
    assert (tmp_path / "t").exists() == (limit < 1000)


def test_it_does_not_matter_in_which_order_rows_came(tmp_path: Path) -> None:
    rows = [str(number) for number in range(500)]
    first = sorted_by(tmp_path / "a", rows, ranked(planned("keep", "id"), rows), 1 << 20)
    random.Random(1).shuffle(rows)
    assert sorted_by(tmp_path / "b", rows, ranked(planned("keep", "id"), rows), 1 << 20) == first


def test_pieces_of_several_workers_make_the_whole(tmp_path: Path) -> None:
    rows = [str(10**9 + number * 618_033_989 % 10**9) for number in range(300)]
    rank = ranked(planned("integer_key", "id"), rows)
    for number in range(3):
        sorter = Sorter(folder=tmp_path / "t", label=f"t {number}", pieces=4)
        lines = [f"{row}\n".encode() for row in rows[number::3]]
        sorter.add(pa.array(lines, pa.binary()), rank[number::3])
        sorter.spill()
    found = [block.to_pybytes() for piece in range(4) for block, _ in spilled(tmp_path / "t", piece, 4)]
    assert len(found) == 4
    assert b"".join(found).decode().split() == sorted(rows)


def test_no_room_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("in the way")
    sorter = Sorter(folder=tmp_path / "t", label="t 0")
    sorter.add(pa.array([b"x"], pa.binary()), ranked(planned("keep"), ["x"]))
    with pytest.raises(Unavailable, match="could not be kept") as refused:
        sorter.spill()
    assert "TMPDIR" in str(refused.value.hint)
