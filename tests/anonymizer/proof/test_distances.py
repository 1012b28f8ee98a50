"""Distances say how far a distribution moved, whatever its values are."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anonymizer
from anonymizer.policies.schema import ForeignKey
from anonymizer.proof.characters import Places
from anonymizer.proof.distances import Ruler, apart, distances, facts, numbered, quantiles, rulers
from anonymizer.proof.fingerprints import Seed
from anonymizer.proof.sheets import sheets
from anonymizer.pseudonyms.keys import Key
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.proof.memory import Memory, copied, plan

SEED = Seed.new()
NUMBERS = st.lists(st.floats(-100, 100) | st.just(float("nan")), min_size=1, max_size=50)


def measured(before: list[float], after: list[float]) -> float:
    bounds = quantiles(np.array(after))
    cells = [numbered(np.array(side), bounds) for side in (before, after)]
    return apart(*(np.bincount(one, minlength=2 * len(bounds) + 2) for one in cells), ordered=True)


@given(NUMBERS, NUMBERS)
def test_numbers_are_as_far_apart_as_their_cumulative_shares(before: list[float], after: list[float]) -> None:
    def share(side: list[float], upto: float) -> float:
        return sum(np.isnan(one) or one <= upto for one in side) / len(side)

    real = [one for one in after if not np.isnan(one)]
    nulls = abs(np.isnan(before).mean() - np.isnan(after).mean())
    by_hand = max([float(nulls), *(abs(share(before, one) - share(after, one)) for one in real)])
    found = measured(before, after)
    assert by_hand - 1e-9 <= found, "what lies between two bounds may add to it"
    assert found <= 1 + 1e-9
    assert measured(before, before) == 0


@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
def test_categories_are_as_far_apart_as_their_shares(before: list[int], after: list[int]) -> None:
    one, other = Counter(before), Counter(after)
    by_hand = sum(abs(one[each] / len(before) - other[each] / len(after)) for each in range(10)) / 2
    counts = (np.bincount(np.array(side), minlength=10) for side in (before, after))
    assert apart(*counts, ordered=False) == pytest.approx(by_hand)


def test_what_moved_wholly_is_at_one_and_an_empty_side_says_nothing() -> None:
    assert measured([1.0, 2.0, 3.0], [7.0, 8.0]) == 1
    assert apart(np.zeros(3, np.int64), np.ones(3, np.int64), ordered=True) == 0


RULES: dict[str, object] = {
    "id": "keep", "town": "keep", "born": {"transform": "shift_date", "class": "sensitive"},
    "pay": {"transform": "perturb", "class": "sensitive"},
    "note": {"transform": "redact", "class": "free"}, "data": "keep", "scan": "keep",
    "mail": {"transform": "email", "class": "identifying"}, "fax": "drop",
}  # fmt: skip
TYPES = {"born": "date", "pay": "numeric", "data": "jsonb", "scan": "bytea"}
PEOPLE = plan(copied(RULES, types=TYPES))


def test_keys_documents_and_what_is_masked_or_rewritten_are_no_facts() -> None:
    assert {table: [fact.name for fact in found] for table, found in facts(PEOPLE).items()} == {
        "t": ["town", "born", "pay"]
    }


def test_a_column_that_refers_to_another_table_is_no_fact() -> None:
    refers = ForeignKey(name="of", columns=("who",), parent="p", parent_columns=("id",))
    orders = plan(copied({"id": "keep", "who": "keep", "town": "keep"}, refers=refers))
    assert [fact.name for fact in facts(orders)["t"]] == ["town"]


def counted(town: list[str | None], pay: list[float | None]) -> dict[str, Places]:
    """What a ruler with one bound, 10, counts of these rows."""
    both = tuple(fact for fact in facts(PEOPLE)["t"] if fact.name != "born")
    ruler = Ruler(facts=both, bounds={"pay": np.array([10.0])}, seed=SEED)
    cells = {"town": pa.array(town, pa.string()), "pay": pa.array(pay, pa.float64())}
    return ruler.counts(pa.RecordBatch.from_pydict({fact.label: cells[fact.name] for fact in both}))


def test_a_ruler_counts_null_and_what_lies_below_on_and_above_each_bound() -> None:
    found = counted([None] * 5, [None, 9.99, 10.0, 10.0, 1e9])
    assert found["pay"].tolist() == [1, 1, 2, 1]
    assert (found["town"][0], found["town"].sum()) == (5, 5)


def test_equal_texts_share_a_cell_and_an_empty_one_is_not_null() -> None:
    cells = counted(["Kutno", "Kutno", "", None, "Łódź"], [0.0] * 5)["town"]
    assert (cells[0], sorted(cells[1:][cells[1:] > 0])) == (1, [1, 1, 2])


def test_bounds_are_quantiles_of_the_target_and_of_numbers_only() -> None:
    tables = sheets(PEOPLE, facts(PEOPLE))
    rows = {name: ["1"] for name in RULES} | {"pay": ["3"], "born": ["1970-01-02"]}
    [(name, ruler)] = rulers(Memory(tables={"t": rows}), tables).items()
    assert (name, {fact: found.tolist() for fact, found in ruler.bounds.items()}) == (
        "t",
        {"born": [datetime.date(1970, 1, 2).toordinal() * 86400.0], "pay": [3.0]},
    )
    assert rulers(Memory(tables={"t": rows}), sheets(PEOPLE)) == {}, "a table without facts needs none"


@pytest.mark.parametrize(
    ("before", "after", "town"),
    [
        (["a", "b"], ["b", "a"], 0.0),
        (["a", "a"], ["a", "b"], 0.5),
        (["a", "b"], ["c", "d"], 1.0),
        (["a", None], ["a", "a"], 0.5),
        ([], ["a"], 0.0),
    ],
)
def test_every_fact_is_told_with_its_column_transform_and_measure(
    before: list[str | None], after: list[str | None], town: float
) -> None:
    one, other = counted(before, [1.0] * len(before)), counted(after, [99.0] * len(after))
    found = {each.column: each for each in distances(PEOPLE, {"t": (one, other)})}
    assert found["t.town"].measure == "total variation"
    assert found["t.town"].distance == pytest.approx(town)
    assert (found["t.pay"].transform, found["t.pay"].measure) == ("perturb", "Kolmogorov-Smirnov")
    assert found["t.pay"].distance == (1.0 if before else 0.0)
    assert found["t.born"].distance == 0.0, "which nobody counted"


TABLE = """CREATE TABLE people (id integer PRIMARY KEY, town text, sure boolean, pay numeric, born date,
    data jsonb, mail text, seen timestamptz);"""
ROWS = """INSERT INTO people SELECT n, 'town' || n % 4, n % 2 = 0, 1000 + n, DATE '1980-01-01' + n, '{}',
    'jan' || n || '@firma.pl', now() - n * interval '1 hour' FROM generate_series(1, 500) n;"""
POLICY = """
policy: small
version: 1
tables:
  people:
    columns:
      id: keep
      town: keep
      sure: keep
      pay: {transform: perturb, class: sensitive, options: {percent: 10}}
      born: {transform: generalise, class: sensitive, options: {to: decade}}
      data: keep
      mail: {transform: email, class: identifying}
      seen: keep
"""


@pytest.mark.integration
def test_every_column_that_carries_truth_is_measured(make_database: MakeDatabase, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    source, target = make_database(TABLE + ROWS), make_database(TABLE)
    policy = anonymizer.load_policy(file)
    assert anonymizer.anonymize(source, target, policy, Key(bytes(range(32)))).verified
    seen = anonymizer.verify(source, target, policy)
    found = {one.column.removeprefix("people."): one for one in seen.distances}
    assert [one for one in found if found[one].distance == 0] == ["town", "sure", "seen"]
    assert 0 < found["pay"].distance < 0.3
    assert found["born"].distance > 0.9, "all are born on one day now"
    measures = {name: one.measure for name, one in found.items()}
    assert measures == {
        "town": "total variation", "sure": "total variation", "pay": "Kolmogorov-Smirnov",
        "born": "Kolmogorov-Smirnov", "seen": "Kolmogorov-Smirnov",
    }  # fmt: skip
