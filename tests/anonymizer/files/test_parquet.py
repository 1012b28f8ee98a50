"""Parquet in, Parquet out: types stay, order stays, and damaged files are told by row group."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from foundation.errors import InputError
from tests.anonymizer.files.people import POLICY, mask, parquet, typed_people


def masked(tmp_path: Path, table: pa.Table, policy: str = POLICY, **chosen: object) -> pa.Table:
    mask(tmp_path, parquet(tmp_path / "people.parquet", table), tmp_path / "m.parquet", policy, **chosen)
    return pq.read_table(tmp_path / "m.parquet")


def test_types_and_kept_columns_stay_exactly(tmp_path: Path) -> None:
    source = typed_people()
    found = masked(tmp_path, source)
    assert found.schema.remove_metadata() == pq.read_schema(tmp_path / "people.parquet").remove_metadata()
    for name in ("id", "balance", "seen"):
        assert found.column(name) == source.column(name)
    assert found.column("fax").null_count == len(found)


def test_nothing_of_a_masked_column_stays_where_it_was(tmp_path: Path) -> None:
    source = typed_people()
    found = masked(tmp_path, source)
    for name in ("email", "born", "pesel"):
        pairs = zip(source.column(name).to_pylist(), found.column(name).to_pylist(), strict=True)
        assert sum(one == other for one, other in pairs) == 0
    assert found.column("note").is_null().to_pylist() == source.column("note").is_null().to_pylist()


def test_csv_and_parquet_of_the_same_values_get_the_same_pseudonyms(tmp_path: Path) -> None:
    found = masked(tmp_path, typed_people(3))
    (tmp_path / "orders.csv").write_text("id,buyer\n1,osoba0@firma.pl\n")
    mask(tmp_path, tmp_path / "orders.csv", tmp_path / "o.csv")
    assert (tmp_path / "o.csv").read_text().splitlines()[1] == f"1,{found.column('email')[0].as_py()}"


def test_two_workers_write_what_one_writes_in_the_same_order(tmp_path: Path) -> None:
    table = typed_people(1000)
    assert masked(tmp_path, table, workers=2).equals(masked(tmp_path, table, replace=True))


def test_the_digest_is_that_of_the_written_rows_whatever_their_order(tmp_path: Path) -> None:
    table = typed_people(200)
    turned = table.take(list(reversed(range(200))))
    found = set()
    for number, rows in enumerate((table, turned)):
        source = parquet(tmp_path / f"people{number}.parquet", rows, row_group_size=50 + number)
        target = tmp_path / f"m{number}.parquet"
        done = mask(tmp_path, source, target, table="people", digests=True, workers=1 + number)
        found.add(done.files[0].digest)
    assert len(found) == 1


def test_documents_in_texts_are_masked_path_by_path(tmp_path: Path) -> None:
    rule = (
        "{transform: json, class: free, paths: {$.mail: {transform: email, class: identifying}, $.n: keep}}"
    )
    policy = f"policy: p\nversion: 1\ntables:\n  people: {{columns: {{data: {rule}}}}}\n"
    found = masked(
        tmp_path, pa.table({"data": ['{"mail": "jan@firma.pl", "n": 1.50, "x": "y"}', None]}), policy
    )
    [document, nothing] = found.column("data").to_pylist()
    assert nothing is None
    assert json.loads(document)["mail"].endswith(".example")
    assert '"n": 1.50' in document
    assert json.loads(document)["x"] is None


def test_a_file_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    found = masked(tmp_path, typed_people(3).slice(0, 0))
    assert (len(found), found.column_names) == (0, typed_people(1).column_names)


def test_what_an_application_noted_in_the_file_is_not_copied(tmp_path: Path) -> None:
    noted = typed_people(3).replace_schema_metadata({"exported by": "jan@firma.pl"})
    masked(tmp_path, noted)
    assert b"jan@firma.pl" not in (tmp_path / "m.parquet").read_bytes()


def test_a_masked_value_that_does_not_fit_its_type_names_file_row_group_and_column(tmp_path: Path) -> None:
    table = typed_people(200).set_column(3, "pesel", pa.array([5000000] * 200))
    rule = "pesel: {transform: integer_key, class: identifying, options: {digits: 6}}"
    policy = POLICY.replace("pesel: {transform: pesel, class: identifying}", rule)
    with pytest.raises(InputError) as refused:
        masked(tmp_path, table, policy)
    assert "people.parquet, row group 1, column pesel: a key has more" in str(refused.value)
    assert not (tmp_path / "m.parquet").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_is_none_is_told(tmp_path: Path, workers: int) -> None:
    (tmp_path / "people.parquet").write_text("no such thing")
    with pytest.raises(InputError, match=r"people\.parquet: is no Parquet file"):
        mask(tmp_path, tmp_path / "people.parquet", tmp_path / "m.parquet", workers=workers)


def test_a_transform_of_another_type_is_refused_before_a_row_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        masked(
            tmp_path,
            typed_people(3),
            POLICY.replace("balance: keep", "balance: {transform: email, class: free}"),
        )
    assert "email cannot mask numeric" in refused.value.detail[0]


def test_bytes_of_a_fixed_length_are_kept_and_looked_at(tmp_path: Path) -> None:
    table = pa.table({"email": ["jan@firma.pl"], "mark": pa.array([b"\xff\xfe\x00\x80"], pa.binary(4))})
    found = masked(tmp_path, table, _policy("mark: keep"))
    assert found.column("mark").to_pylist() == [b"\xff\xfe\x00\x80"]


PARTS = pa.struct(
    [
        pa.field("street", pa.string()),
        pa.field("geo", pa.struct([pa.field("lat", pa.float64(), nullable=False)]), nullable=False),
        pa.field("tags", pa.list_(pa.string()), nullable=False),
        pa.field("kind", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("more", pa.map_(pa.string(), pa.string()), nullable=False),
        pa.field("on", pa.bool_(), nullable=False),
    ]
)


def test_a_structure_is_dropped_though_its_parts_may_not_be_null(tmp_path: Path) -> None:
    whole = {
        "street": "Lipowa 3", "geo": {"lat": 1.0}, "tags": ["a"], "kind": "x", "more": [],
        "on": True,
    }  # fmt: skip
    table = pa.table({"email": ["jan@firma.pl"] * 3, "address": pa.array([whole, None, whole], PARTS)})
    found = masked(tmp_path, table, _policy("address: drop"))
    assert found.column("address").to_pylist() == [None] * 3
    assert "Lipowa" not in str((tmp_path / "m.parquet").read_bytes())


def _policy(column: str) -> str:
    email = "email: {transform: email, class: identifying}"
    return f"policy: p\nversion: 1\ntables:\n  people: {{columns: {{{email}, {column}}}}}\n"
