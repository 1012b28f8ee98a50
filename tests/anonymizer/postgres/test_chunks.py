"""Tables of every kind are read in pieces: each row once, whether in a table, a partition or an heir."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import anonymizer
from anonymizer.copying.how import Reading
from anonymizer.postgres.chunks import Part, split
from anonymizer.pseudonyms.keys import Key
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, rows

SCHEMA = """
CREATE TABLE visits (id integer, year integer, visitor text, PRIMARY KEY (id, year))
    PARTITION BY RANGE (year);
CREATE TABLE visits_old PARTITION OF visits FOR VALUES FROM (2000) TO (2020);
CREATE TABLE visits_new PARTITION OF visits FOR VALUES FROM (2020) TO (2040) PARTITION BY LIST (year);
CREATE TABLE visits_2024 PARTITION OF visits_new FOR VALUES IN (2024);
CREATE TABLE visits_rest PARTITION OF visits_new DEFAULT;
CREATE TABLE places (id integer PRIMARY KEY, owner text NOT NULL);
CREATE TABLE castles (towers integer) INHERITS (places);
CREATE MATERIALIZED VIEW visitors AS
    SELECT year, count(*) AS many, min(visitor) AS first FROM visits GROUP BY year;
CREATE MATERIALIZED VIEW years AS SELECT count(*) AS many FROM visitors;
"""
FILL = """
INSERT INTO visits SELECT n, 2015 + n % 12, 'Visitor number ' || n FROM generate_series(1, 3000) AS n;
INSERT INTO places SELECT n, 'Owner number ' || n FROM generate_series(1, 100) AS n;
INSERT INTO castles SELECT n, 'Lord number ' || n, n % 5 FROM generate_series(101, 150) AS n;
REFRESH MATERIALIZED VIEW visitors;
REFRESH MATERIALIZED VIEW years
"""
POLICY = """
policy: visits
version: 1
tables:
  visits: {columns: {id: keep, year: keep, visitor: {transform: full_name, class: identifying}}}
  places: {columns: {id: keep, owner: {transform: full_name, class: identifying}}}
  castles: {columns: {id: keep, owner: {transform: full_name, class: identifying}, towers: keep}}
"""
KEPT = (
    "SELECT tableoid::regclass::text, id, year FROM visits ORDER BY id",
    "SELECT tableoid::regclass::text, id FROM places ORDER BY id",
    "SELECT id, towers FROM castles ORDER BY id",
    "SELECT year, many FROM visitors ORDER BY year",
    "SELECT many FROM years",
)


@pytest.mark.parametrize("pages", [1, 7, 64, 65])
def test_every_page_is_in_exactly_one_chunk_and_later_pages_are_in_the_last(pages: int) -> None:
    chunks = list(split("t", [Part(schema="public", relation="t", pages=64)], pages))
    bounds = [(chunk.first, chunk.end) for chunk in chunks]
    assert bounds[0][0] == 0
    assert bounds[-1][1] is None
    assert all(before[1] == after[0] for before, after in pairwise(bounds))
    assert [chunk.number for chunk in chunks] == list(range(-(-64 // pages)))


@pytest.mark.integration
@pytest.mark.parametrize("pages", [1, 4096])
def test_partitions_heirs_and_views_are_whole_and_nothing_is_there_twice(
    make_database: MakeDatabase, tmp_path: Path, pages: int
) -> None:
    source, target = make_database(SCHEMA + FILL), make_database(SCHEMA)
    (tmp_path / "policy.yaml").write_text(POLICY)
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    key = Key(bytes(range(32)))
    assert anonymizer.anonymize(source, target, policy, key, how=Reading(pages=pages)).verified
    for query in KEPT:
        assert rows(target, query) == rows(source, query)
    assert ask(target, "SELECT count(*) FROM visitors WHERE first LIKE 'Visitor%'") == 0
    assert ask(target, "SELECT count(DISTINCT tableoid) FROM visits") == 3
