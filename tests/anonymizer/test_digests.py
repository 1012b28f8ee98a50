"""A table's digest: the same for the same rows in any order, blocks and types, another for any other."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.canonical import Kind
from anonymizer.digests import TableDigest, canonical_rows, digest_of

KINDS: dict[str, Kind] = {"id": "integer", "name": "text"}
Rows = list[tuple[int | None, str | None]]
ROWS = st.lists(
    st.tuples(st.none() | st.integers(-9, 9), st.none() | st.text("ab+-:1", max_size=3)), max_size=12
)


def table(rows: Rows) -> pa.Table:
    ids, names = [row[0] for row in rows], [row[1] for row in rows]
    return pa.table({"id": pa.array(ids, pa.int64()), "name": pa.array(names, pa.string())})


def digest(rows: Rows) -> str:
    return digest_of(table(rows), KINDS).of(KINDS)


def order(row: tuple[int | None, str | None]) -> tuple[bool, int, bool, str]:
    return row[0] is None, row[0] or 0, row[1] is None, row[1] or ""


@given(ROWS, ROWS)
def test_digests_are_equal_exactly_where_the_rows_are(one: Rows, other: Rows) -> None:
    same = sorted(one, key=order) == sorted(other, key=order)
    assert (digest(one) == digest(other)) == same


@given(ROWS, st.integers(0, 12), st.randoms())
def test_neither_order_nor_blocks_matter(rows: Rows, cut: int, dice: object) -> None:
    shuffled = sorted(rows, key=lambda _row: dice.random())  # type: ignore[attr-defined]
    parts = digest_of(table(shuffled[cut:]), KINDS) + digest_of(table(shuffled[:cut]), KINDS)
    assert parts.of(KINDS) == digest(rows)


@given(ROWS)
def test_the_order_of_columns_does_not_matter_but_their_names_do(rows: Rows) -> None:
    turned = table(rows).select(["name", "id"])
    assert digest_of(turned, KINDS).of(KINDS) == digest(rows)
    renamed: dict[str, Kind] = {"id": "integer", "naam": "text"}
    assert digest_of(table(rows).rename_columns(["id", "naam"]), renamed).of(renamed) != digest(rows)


def test_texts_and_types_of_the_same_rows_agree() -> None:
    typed = table([(1, "a"), (None, ""), (3, None)])
    texts = pa.table({"id": pa.array(["1", None, "3"]), "name": pa.array(["a", "", None])})
    assert digest_of(texts, KINDS).of(KINDS) == digest_of(typed, KINDS).of(KINDS)


def test_values_cannot_move_from_one_column_to_the_next() -> None:
    kinds: dict[str, Kind] = {"a": "text", "b": "text"}
    rows = [("x+1:y", ""), ("x", "+1:y"), ("", "x+1:y"), ("-", None), (None, "-")]
    found = canonical_rows(pa.table({"a": [row[0] for row in rows], "b": [row[1] for row in rows]}), kinds)
    assert len(set(found.to_pylist())) == len(rows)


def test_rows_that_occur_65536_times_do_not_cancel_out() -> None:
    """The sums of LtHash16 would: they are taken modulo 2^16."""
    one, other = (digest_of(table([(1, name)]), KINDS) for name in "ab")
    for _ in range(16):
        one, other = one + one, other + other
    assert one.rows == 65_536
    assert one.of(KINDS) != other.of(KINDS)


def test_a_state_can_be_stored_and_taken_up_again() -> None:
    state = digest_of(table([(1, "a"), (2, "b")]), KINDS)
    assert TableDigest.from_bytes(state.to_bytes()).of(KINDS) == state.of(KINDS)
    with pytest.raises(ValueError, match="not the state"):
        TableDigest.from_bytes(b"short")


def test_the_digest_of_known_rows_stays_what_it_is() -> None:
    """Receipts and reports hold digests: a change of this one makes them worthless."""
    assert (
        digest([(1, "a"), (None, "ż")])
        == "lthash:6349b323e5b632ea60468cfffc9225a5873e3a2f862216a550dfd8c47af7fc50"
    )
