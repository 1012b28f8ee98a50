"""Subsets of a real database with every kind of reference: closed, nested, even, and as large as was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

import anonymizer
from anonymizer.pseudonyms.keys import Key
from anonymizer.subset.request import request
from anonymizer.subset.selecting import Share
from foundation.errors import InputError
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import ask, do, rows

pytestmark = pytest.mark.integration

HERE = Path(__file__).parent.parent
TABLES = (HERE / "family.sql").read_text()
ROWS = (HERE / "family_rows.sql").read_text()
KEY = Key(bytes(range(32)))


@dataclass(frozen=True, kw_only=True)
class Family:
    """A filled source, an empty target, and the policy's file."""

    source: str
    target: str
    policy: Path

    def change(self, before: str, after: str) -> None:
        assert before in self.policy.read_text()
        self.policy.write_text(self.policy.read_text().replace(before, after))

    def run(self, fraction: float | None = None, roots: Sequence[str] = ()) -> dict[str, Share]:
        """Replaces the target by a verified subset; the foreign keys of the target hold for every row."""
        told: list[Share] = []
        receipt = anonymizer.anonymize(
            self.source, self.target, anonymizer.load_policy(self.policy), KEY, replace=True,
            wanted=request(fraction, roots), told=told.extend,
        )  # fmt: skip
        assert receipt.verified, receipt.findings
        assert {share.table: share.rows for share in told} == receipt.tables
        assert {share.table: share.of for share in told} == receipt.of
        return {share.table: share for share in told}


@pytest.fixture
def family(make_database: MakeDatabase, tmp_path: Path) -> Family:
    (tmp_path / "policy.yaml").write_text((HERE / "family.yaml").read_text())
    return Family(
        source=make_database(TABLES + ROWS), target=make_database(TABLES), policy=tmp_path / "policy.yaml"
    )


def test_a_tenth_is_closed_inside_a_fifth_and_inside_the_whole(family: Family) -> None:
    queries = (
        "SELECT id::text FROM hr.employees",
        "SELECT id::text FROM swaps",
        "SELECT code FROM hr.departments",
    )
    found = []
    for fraction in (0.1, 0.2, 1.0):
        family.run(fraction)
        found.append([set(rows(family.target, query)) for query in queries])
    for smaller, larger in pairwise(found):
        assert all(small <= large for small, large in zip(smaller, larger, strict=True))
    assert 0 < len(found[0][1]) < len(found[2][1]) == 200


def test_everything_is_copied_by_a_fraction_of_one(family: Family) -> None:
    assert {share.fraction for share in family.run(1.0).values()} == {1.0}


def test_a_root_query_brings_its_rows_with_children_and_parents(family: Family) -> None:
    shares = family.run(roots=["shifts WHERE department = 3 AND number <= 10"])
    assert shares["shifts"].rows == 10
    assert shares["swaps"].rows == ask(
        family.source, "SELECT count(*) FROM swaps WHERE department = 3 AND number <= 10"
    )
    assert shares["hr.details"].rows == shares["moves"].rows == 0, "they neither own nor belong to a shift"
    assert 0 < shares["hr.employees"].rows < 200


def test_a_soft_reference_brings_what_it_refers_to(family: Family) -> None:
    family.run(0.2)
    alone = "NOT EXISTS (SELECT FROM hr.employees WHERE id::text = employee_text)"
    assert ask(family.target, f"SELECT count(*) FROM swaps WHERE {alone}") == 0  # noqa: S608 - a constant


def test_a_soft_reference_to_nothing_is_no_error(family: Family) -> None:
    do(family.source, "UPDATE swaps SET employee_text = CASE WHEN id % 2 = 0 THEN 'nobody' ELSE '99999' END")
    family.run(0.5)


def test_every_stratum_has_its_part(make_database: MakeDatabase, tmp_path: Path) -> None:
    tables = "CREATE TABLE people (id integer PRIMARY KEY, segment integer)"
    data = "; INSERT INTO people SELECT n, n % 100 FROM generate_series(1, 300) n"
    file = tmp_path / "policy.yaml"
    columns = "columns: {id: keep, segment: keep}"
    file.write_text(f"policy: p\nversion: 1\ntables:\n  people: {{stratify: segment, {columns}}}\n")
    family = Family(source=make_database(tables + data), target=make_database(tables), policy=file)
    assert family.run(0.1)["people"].rows == 100
    assert ask(family.target, "SELECT count(DISTINCT segment) FROM people") == 100


def test_a_filter_holds_and_partitions_are_read(make_database: MakeDatabase, tmp_path: Path) -> None:
    tables = """
        CREATE TABLE people (id integer PRIMARY KEY);
        CREATE TABLE calls (person integer NOT NULL REFERENCES people, at date NOT NULL, note text)
               PARTITION BY RANGE (at);
        CREATE TABLE calls_a PARTITION OF calls FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
        CREATE TABLE calls_b PARTITION OF calls FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');"""
    data = """
        INSERT INTO people SELECT generate_series(1, 500);
        INSERT INTO calls SELECT 1 + n % 500, date '2024-01-01' + n % 366, 'x'
          FROM generate_series(1, 3000) AS n;"""
    file = tmp_path / "policy.yaml"
    file.write_text(
        "policy: calls\nversion: 1\ntables:\n"
        "  people: {columns: {id: {transform: integer_key, class: identifying}}}\n"
        "  calls: {filter: extract(month FROM at) <> 3, columns: {at: keep, note: keep}}\n"
    )
    family = Family(source=make_database(tables + data), target=make_database(tables), policy=file)
    shares = family.run(0.2)
    assert 0.1 < shares["people"].fraction < 0.3
    assert 0 < shares["calls"].rows < shares["calls"].of < 3000
    assert ask(family.target, "SELECT count(*) FROM calls WHERE extract(month FROM at) = 3") == 0
    assert ask(family.target, "SELECT count(DISTINCT tableoid) FROM calls") == 2


def test_a_wide_table_is_found_by_keys_of_several_columns_and_without_an_index(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    tables = """
        CREATE TABLE shops (town char(4), number smallint, PRIMARY KEY (town, number));
        CREATE TABLE tills (town char(4) NOT NULL, shop smallint NOT NULL, at uuid DEFAULT gen_random_uuid(),
                            FOREIGN KEY (town, shop) REFERENCES shops)"""
    data = """;
        INSERT INTO shops
        SELECT CASE WHEN n % 2 = 0 THEN 'a"\' ELSE 'b' END, n FROM generate_series(1, 400) AS n;
        INSERT INTO tills SELECT town, number FROM shops, generate_series(1, 5)"""
    file = tmp_path / "policy.yaml"
    file.write_text(
        "policy: shops\nversion: 1\ntables:\n"
        "  shops: {columns: {town: keep, number: keep}}\n"
        "  tills: {columns: {town: keep, shop: keep, at: keep}}\n"
    )
    family = Family(source=make_database(tables + data), target=make_database(tables), policy=file)
    shares = family.run(0.2)
    assert 40 < shares["shops"].rows < 130
    assert shares["tills"].rows == 5 * shares["shops"].rows


def test_a_subset_is_verified_later_too(family: Family) -> None:
    family.run(0.3)
    assert anonymizer.verify(family.source, family.target, anonymizer.load_policy(family.policy)).passes


@pytest.mark.parametrize(
    ("root", "what"),
    [
        ("hr.employes", "did you mean 'hr.employees'"),
        ("shifts WHERE nonsense = 1", "the condition on shifts is none"),
        ("shifts WHERE number = )", "the condition on shifts is none"),
        ("shifts WHERE 1 / (number - 3) > 0", "the condition on shifts is none: DivisionByZero"),
    ],
)
def test_a_root_that_cannot_be_is_refused_before_the_target_is_touched(
    family: Family, root: str, what: str
) -> None:
    with pytest.raises(InputError) as refused:
        family.run(roots=[root])
    assert what in f"{refused.value} {refused.value.hint}"
    assert ask(family.target, "SELECT to_regclass('peakproof.receipt') IS NULL")
