"""Rows of both sides that are about one person have one fingerprint, and nobody else has it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.policies.schema import ForeignKey
from anonymizer.proof.fingerprints import Seed
from anonymizer.proof.identities import Identity, key, names_alike, person, prints
from tests.anonymizer.proof.memory import MAIL, PHONE, copied, plan

SEED = Seed.new()
MASKED_KEY = {"transform": "integer_key", "class": "sensitive"}
UUID = {"transform": "uuid", "class": "sensitive"}
BESIDE = {**MAIL, "scope": "entity(who)"}


def refers(parent: str, *columns: str) -> ForeignKey:
    return ForeignKey(
        name="of", columns=columns or ("who",), parent=parent, parent_columns=("id",) * max(1, len(columns))
    )


@pytest.mark.parametrize(
    ("rule", "base", "alike", "mapped"),
    [
        ("keep", "integer", True, True),
        ("keep", "text", True, True),
        (MASKED_KEY, "bigint", False, True),
        (UUID, "uuid", False, True),
        (MAIL, "text", False, True),
        (PHONE, "bigint", False, False),
        (BESIDE, "text", False, False),
        ("drop", "text", False, False),
    ],
)
def test_a_column_names_alike_where_it_is_kept_or_can_be_masked_again(
    rule: object, base: str, *, alike: bool, mapped: bool
) -> None:
    table = copied({"c": rule, "who": "keep"}, types={"c": base}, key=())
    assert names_alike(table, "c", mapped=False) is alike
    assert names_alike(table, "c", mapped=True) is mapped


@pytest.mark.parametrize(
    ("rules", "columns", "mapped", "expected"),
    [
        ({"id": "keep"}, ("id",), False, ("t.id", ("id",))),
        ({"id": "keep"}, (), False, None),
        ({"id": MASKED_KEY}, ("id",), False, None),
        ({"id": MASKED_KEY}, ("id",), True, ("t.id", ("id",))),
        ({"id": "keep", "no": "keep"}, ("id", "no"), False, ("t.id.no", ("id", "no"))),
        ({"id": "keep", "no": MASKED_KEY}, ("id", "no"), False, None),
        ({"id": "keep", "no": MASKED_KEY}, ("id", "no"), True, ("t.id.no", ("id", "no"))),
    ],
)
def test_a_table_s_rows_are_told_apart_by_a_key_that_names_alike(
    rules: Mapping[str, object], columns: tuple[str, ...], *, mapped: bool,
    expected: tuple[str, tuple[str, ...]] | None,
) -> None:  # fmt: skip
    table = copied(rules, key=columns)
    found = key(plan(table), table, mapped=mapped)
    assert (found and (found.root, found.columns)) == expected


PEOPLE = copied({"id": "keep", "mail": MAIL}, name="people")
FIRMS = copied({"id": "keep", "name": "keep"}, name="firms")


@pytest.mark.parametrize(
    ("rule", "parent", "columns", "expected"),
    [
        ("keep", "people", ("who",), ("people.id", ("who",))),
        ("keep", "firms", ("who",), ("calls.id", ("id",))),
        ("keep", "calls", ("who",), ("calls.id", ("id",))),
        ("keep", "elsewhere", ("who",), ("calls.id", ("id",))),
        (MASKED_KEY, "people", ("who",), ("calls.id", ("id",))),
        ("keep", "people", ("who", "id"), ("calls.id", ("id",))),
    ],
)
def test_a_row_is_about_the_person_that_it_refers_to(
    rule: object, parent: str, columns: tuple[str, ...], expected: tuple[str, tuple[str, ...]]
) -> None:
    calls = copied({"id": "keep", "who": rule, "said": MAIL}, name="calls", refers=refers(parent, *columns))
    found = person(plan(PEOPLE, FIRMS, calls), calls)
    assert found is not None
    assert (found.root, found.columns) == expected


def test_a_document_with_an_identifying_path_makes_its_table_one_of_people() -> None:
    document = {"transform": "json", "class": "free", "paths": {"$.mail": MAIL}}
    people = copied({"id": "keep", "doc": document}, name="people", types={"doc": "jsonb"})
    calls = copied({"id": "keep", "who": "keep"}, name="calls", refers=refers("people"))
    found = person(plan(people, calls), calls)
    assert found is not None
    assert found.root == "people.id"


def named(identity: Identity | None, **columns: list[str | None]) -> list[int]:
    block = pa.RecordBatch.from_pydict(
        {f"\x1f{name}": pa.array(cells, pa.string()) for name, cells in columns.items()}
    )
    return prints(block, identity, SEED).tolist()  # type: ignore[no-any-return]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.none() | st.sampled_from("ab1"), st.none() | st.sampled_from("ab1"))))
def test_rows_are_one_person_s_where_all_columns_agree_and_nobody_s_where_one_is_null(
    rows: list[tuple[str | None, str | None]],
) -> None:
    both = Identity(root="t.a.b", columns=("a", "b"))
    found = named(both, a=[a for a, _ in rows], b=[b for _, b in rows])
    said = dict(zip(rows, found, strict=True))
    assert [said[pair] for pair in rows] == found
    assert all((print_ == 0) is (None in pair) for pair, print_ in said.items())
    known = [print_ for print_ in said.values() if print_]
    assert len({*known}) == len(known)


def test_what_a_row_names_depends_on_the_table_that_it_names_a_row_of() -> None:
    one, other = (Identity(root=root, columns=("a",)) for root in ("people.id", "firms.id"))
    referring = Identity(root="people.id", columns=("who",))
    assert named(one, a=["7"]) == named(referring, who=["7"]) != named(other, a=["7"])
    assert named(None, a=["7", None]) == [0, 0]
    assert one.labels == ("\x1fa",), "which no column is called"
    assert prints(pa.RecordBatch.from_pydict({"\x1fa": pa.array([], pa.string())}), one, SEED).tolist() == []


def test_another_check_has_other_fingerprints() -> None:
    block = pa.RecordBatch.from_pydict({"\x1fa": pa.array(["7"])})
    one = Identity(root="t.a", columns=("a",))
    assert not np.array_equal(prints(block, one, SEED), prints(block, one, Seed.new()))
