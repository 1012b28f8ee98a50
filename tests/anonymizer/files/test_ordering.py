"""Files whose key the policy names are written in the order of their masked keys, and checked as others."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer import load_policy
from anonymizer.files import ordering
from anonymizer.files.moved import both_sides
from anonymizer.files.ordering import Order, ranked
from anonymizer.files.run import Options, anonymize_files
from foundation.errors import InputError
from tests.anonymizer.files.people import CSV, KEY, POLICY, mask, parquet, typed_people

KEYED = POLICY.replace("  people:\n", "  people:\n    key: [id]\n")


def masked(folder: Path, table: pa.Table, **chosen: object) -> pa.Table:
    source = parquet(folder / "people.parquet", table)
    done = mask(folder, source, folder / "m.parquet", KEYED, replace=True, **chosen)
    assert done.verified, done.findings
    return pq.read_table(folder / "m.parquet")


def by_id(table: pa.Table) -> pa.Table:
    return table.sort_by("id").unify_dictionaries().combine_chunks()


def turned(table: pa.Table) -> pa.Table:
    return table.take(list(reversed(range(len(table)))))


def test_the_order_tells_nothing_of_the_sources(tmp_path: Path) -> None:
    table = typed_people(1000)
    found = masked(tmp_path, table)
    assert found.column("id").equals(masked(tmp_path, turned(table)).column("id"))
    numbers = found.column("id").to_numpy()
    assert sorted(numbers) == list(range(1000))
    assert abs(np.corrcoef(numbers, np.arange(1000))[0, 1]) < 0.2


def test_the_rows_are_those_that_would_be_written_in_the_sources_order(tmp_path: Path) -> None:
    table = typed_people(500)
    found = masked(tmp_path, table)
    mask(tmp_path, tmp_path / "people.parquet", tmp_path / "plain.parquet")
    assert by_id(found).equals(by_id(pq.read_table(tmp_path / "plain.parquet")))


def test_workers_and_memory_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = typed_people(1000)
    found = masked(tmp_path, table)
    assert masked(tmp_path, table, workers=2).equals(found)
    monkeypatch.setattr(ordering, "_IN_MEMORY", 20_000)
    assert masked(tmp_path, table).equals(found)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 7), st.integers(1, 500))
def test_every_row_comes_once_with_its_place(
    tmp_path_factory: pytest.TempPathFactory, keys: list[int], size: int, memory: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "_IN_MEMORY", memory)
        order = Order(folder=tmp_path_factory.mktemp("rows") / "0")
        found = [row for rows in order.ordered(blocks(keys, size)) for row in rows.column("k").to_pylist()]
    places = np.fromfile(order.places, np.int64).tolist()
    assert sorted(places) == list(range(len(keys)))
    assert [keys[place] for place in places] == found
    assert [file.name for file in order.folder.iterdir()] == ["places"]


def blocks(keys: list[int], size: int) -> Iterator[pa.Table]:
    for at in range(0, len(keys), size):
        yield ranked(KEY, pa.table({"k": keys[at : at + size]}), ["k"])


def test_each_row_of_the_output_is_about_whom_the_source_says(tmp_path: Path) -> None:
    places = tmp_path / "places"
    places.write_bytes(np.array([2, 0, 1], np.int64).tobytes())
    before, after = both_sides(places, [pa.array(["jan", None]), pa.array(["ewa"])], KEY)
    there = before.of(before.at(0, 3)).to_pylist()
    assert there[1] is None
    assert len(set(there)) == 3
    assert after.of(after.at(0, 3)).to_pylist() == [there[2], there[0], None]
    assert after.of(after.at(2, 2)).to_pylist() == [None, None], "a row that the source does not have"
    assert b"jan" not in (tmp_path / "places.persons").read_bytes()


def test_an_original_that_stays_is_found_in_another_order_too(tmp_path: Path) -> None:
    table = typed_people(300)
    notes = [*table.column("note").to_pylist()[:-1], "pytał osoba7@firma.pl"]
    table = table.set_column(5, "note", pa.array(notes))
    policy = KEYED.replace("note: {transform: regenerate, class: free}", "note: keep")
    done = mask(tmp_path, parquet(tmp_path / "people.parquet", table), tmp_path / "m.parquet", policy)
    assert done.verified is False
    assert done.findings[0].startswith("people.note: 1 originals")


def test_a_file_without_rows_and_a_stream_are_put_in_order_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(masked(tmp_path, typed_people(2).slice(0, 0))) == 0
    (tmp_path / "people.csv").write_text(CSV)
    mask(tmp_path, tmp_path / "people.csv", tmp_path / "m.csv", KEYED)
    out = io.BytesIO()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(CSV.encode())))
    monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=out))
    mask(tmp_path, Path("-"), Path("-"), KEYED, table="people")
    assert out.getvalue() == (tmp_path / "m.csv").read_bytes()


@pytest.mark.parametrize(
    ("key", "what"), [("ident", "people has no column 'ident'"), ("fax", "people.fax is dropped")]
)
def test_a_key_that_cannot_tell_rows_apart_is_refused(tmp_path: Path, key: str, what: str) -> None:
    policy = KEYED.replace("key: [id]", f"key: [{key}]")
    with pytest.raises(InputError) as refused:
        mask(tmp_path, parquet(tmp_path / "people.parquet", typed_people(3)), tmp_path / "m.parquet", policy)
    assert what in refused.value.detail[0]


def test_people_see_what_is_done_and_how_far_it_is(tmp_path: Path) -> None:
    seen: dict[str, tuple[int, int]] = {}
    policy = tmp_path / "policy.yaml"
    policy.write_text(KEYED)
    anonymize_files(
        parquet(tmp_path / "people.parquet", typed_people(300)), tmp_path / "m.parquet", load_policy(policy),
        KEY, options=Options(), progress=lambda what, rows, of: seen.update({what: (rows, of)}),
    )  # fmt: skip
    assert list(seen) == ["people, masked", "people", "people, source checked", "people, output checked"]
    assert set(seen.values()) == {(300, 300)}
