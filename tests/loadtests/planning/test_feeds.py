"""Feeds: reading them, and that rows are given without overlap and as often as they should."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import InputError
from loadtests.planning.arrivals import Draws
from loadtests.planning.feeds import NoColumn, permuted, ranked, read

KEYS = st.integers(0, 2**64 - 1)


@given(rows=st.integers(1, 400), key=KEYS, rounds=st.integers(0, 3))
def test_every_row_is_given_once_in_each_round(rows: int, key: int, rounds: int) -> None:
    numbers = range(rounds * rows, (rounds + 1) * rows)
    assert sorted(permuted(number, rows, key) for number in numbers) == list(range(rows))


@given(rows=st.integers(1, 400), key=KEYS, workers=st.integers(1, 5))
def test_workers_never_share_a_row(rows: int, key: int, workers: int) -> None:
    given_by = [{permuted(n, rows, key) for n in range(worker, rows, workers)} for worker in range(workers)]
    assert sum(map(len, given_by)) == len(set().union(*given_by)) == rows


def test_another_seed_gives_rows_in_another_order() -> None:
    orders = {
        tuple(permuted(n, 100, Draws(seed, "order").bits(0, "unique")) for n in range(100))
        for seed in range(20)
    }
    assert len(orders) == 20


def test_zipf_gives_the_first_row_twice_as_often_as_the_second() -> None:
    draws = Draws(7, "order")
    given_rows = Counter(ranked(draws.uniform(number, "zipf"), 1000, 1.0) for number in range(50_000))
    harmonic = sum(1 / rank for rank in range(1, 1001))
    for row in (0, 1, 2, 9):
        expected = 50_000 / (row + 1) / harmonic
        assert given_rows[row] == pytest.approx(expected, abs=5 * expected**0.5)
    assert max(given_rows) > 900, "rare rows come, too"


@given(draw=st.floats(2.0**-53, 1.0), rows=st.integers(1, 50), exponent=st.floats(0, 3))
def test_a_rank_is_a_row(draw: float, rows: int, exponent: float) -> None:
    assert 0 <= ranked(draw, rows, exponent) < rows


def test_a_feed_is_a_file_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer,name\n7,a\n8,b\n")
    assert read(tmp_path) == {"customers": ({"customer": "7", "name": "a"}, {"customer": "8", "name": "b"})}


def test_a_spreadsheets_mark_before_the_headings_is_no_part_of_them(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer,name\n7,a\n", encoding="utf-8-sig")
    assert read(tmp_path)["customers"][0]["customer"] == "7"


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer,name\n7,a\n")
    with pytest.raises(NoColumn) as told:
        read(tmp_path)["customers"][0]["city"]
    assert str(told.value) == "the feed has no column 'city'; it has customer, name"


def test_a_file_in_another_encoding_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_bytes("customer\nMüller\n".encode("cp1252"))
    with pytest.raises(InputError, match="cannot be read") as refused:
        read(tmp_path)
    assert str(refused.value.where).endswith("customers.csv")


def test_a_feed_without_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer\n")
    with pytest.raises(InputError, match="a feed without rows"):
        read(tmp_path)
