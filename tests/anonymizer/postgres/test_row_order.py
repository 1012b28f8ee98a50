"""Where rows stand in a real target: by masked keys, whatever the source's order, of one chunk or many."""

from __future__ import annotations

from itertools import groupby, pairwise
from pathlib import Path

import pytest

import anonymizer
from anonymizer.pseudonyms.keys import Key
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, rows

pytestmark = pytest.mark.integration

KEY = Key(bytes(range(32)))
COUNT = 9_000
SCHEMA = (
    "CREATE TABLE people (id integer PRIMARY KEY, was integer, body text); CREATE TABLE seen (what text);"
)
# One person a page: three chunks of rows that would fit into one.
ROWS = f""";
ALTER TABLE people SET (fillfactor = 10);
INSERT INTO people SELECT n, n, repeat('x', 600) FROM generate_series(1, {COUNT}) AS n;
INSERT INTO seen SELECT 'event ' || n FROM generate_series(1, {COUNT}) AS n;
ANALYZE"""  # noqa: S608 - a number of ours
POLICY = """
policy: places
version: 1
tables:
  people:
    columns: {id: {transform: integer_key, class: identifying}, was: keep, body: keep}
  seen: {columns: {what: keep}}
"""


@pytest.fixture
def target(make_database: MakeDatabase, tmp_path: Path) -> str:
    """Filled from a source in the order of its keys."""
    source, target = make_database(SCHEMA + ROWS), make_database(SCHEMA)
    (tmp_path / "policy.yaml").write_text(POLICY)
    anonymizer.anonymize(source, target, anonymizer.load_policy(tmp_path / "policy.yaml"), KEY)
    return target


def test_rows_of_several_chunks_stand_in_the_order_of_their_masked_keys(target: str) -> None:
    """Pieces are written at the same time, so the server hands out their pages in turns."""
    query = "SELECT xmin::text, (ctid::text::point)[0], id FROM people ORDER BY 1, people.ctid"
    found = [(piece, page, int(str(key))) for piece, page, key in rows(target, query)]
    pages = [[key for _, _, key in page] for _, page in groupby(found, lambda row: row[:2])]
    pieces = sorted([key for _, _, key in piece] for _, piece in groupby(found, lambda row: row[0]))
    assert len(found) == COUNT
    assert len(pieces) == 3
    assert all(max(before) < min(after) for before, after in pairwise(pieces))
    assert len(pages) < COUNT / 5
    assert all(page == sorted(page) for page in pages)


@pytest.mark.parametrize(
    "was", ["SELECT was FROM people ORDER BY ctid", "SELECT substr(what, 7)::int FROM seen ORDER BY ctid"]
)
def test_places_tell_nothing_of_the_order_in_the_source(target: str, was: str) -> None:
    order = [int(str(value)) for (value,) in rows(target, was)]
    assert sorted(order) == list(range(1, COUNT + 1))
    ascending = sum(before < after for before, after in pairwise(order))
    assert 0.45 < ascending / COUNT < 0.55
    assert ask(target, "SELECT abs(corr(was, id)) < 0.05 FROM people")
