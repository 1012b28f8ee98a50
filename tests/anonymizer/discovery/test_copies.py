"""Copies of columns: found by what they share, under any name, and never because of what many share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import anonymizer
from anonymizer.discovery.sketches import SIZE, Sketch, contained, hashes
from anonymizer.pseudonyms import keys
from tests.anonymizer.conftest import MakeDatabase
from tests.anonymizer.databases import rows

SEED = 7


def sketch(values: list[str | None]) -> Sketch:
    return Sketch.empty().with_(hashes(pa.array(values, pa.string()), SEED))


def texts(first: int, last: int) -> list[str | None]:
    return [f"user{number}@firma.pl" for number in range(first, last)]


@given(st.lists(st.text(max_size=5), max_size=40), st.integers(1, 5))
def test_a_sketch_does_not_depend_on_order_or_batches(values: list[str], parts: int) -> None:
    together = sketch([*values])
    piecewise = Sketch.empty()
    for part in range(parts):
        more = hashes(pa.array(values[::-1][part::parts], pa.string()), SEED)
        piecewise = piecewise.with_(more) if part % 2 else piecewise.merged(Sketch.empty().with_(more))
    assert np.array_equal(together.smallest, piecewise.smallest)
    assert together.values == piecewise.values


@pytest.mark.parametrize(("shared", "share"), [(20_000, 1.0), (10_000, 0.5), (0, 0.0)])
def test_the_share_of_values_is_told_nearly(shared: int, share: float) -> None:
    original, copy = sketch(texts(0, 50_000)), sketch(texts(50_000 - shared, 70_000 - shared))
    found, known = contained(copy, original)
    assert abs(found - share) < 0.06
    assert 500 < known <= SIZE
    assert abs(original.distinct / 50_000 - 1) < 0.1


def test_case_and_outer_space_do_not_count_and_nothing_is_no_value() -> None:
    assert len(sketch([" Jan@X.pl", "jan@x.pl ", None, "", " "]).smallest) == 1
    assert len(sketch([" ŻÓŁĆ\u2003", "żółć", "Z", " z"]).smallest) == 2


def test_a_text_has_one_hash_whatever_stands_beside_it() -> None:
    assert np.array_equal(sketch(["jan"]).smallest, sketch(["JAN ", "jan", None]).smallest)
    together = sketch(["jan", "ł"]).smallest
    assert np.isin(sketch([" Jan"]).smallest, together).all()


@given(st.integers(1, 60_000), st.integers(1, 40_000))
@settings(max_examples=20, deadline=None)
def test_the_smallest_are_kept_of_any_number_of_values(different: int, repeated: int) -> None:
    values = np.random.default_rng(different).integers(0, 2**64, different, np.uint64)
    many = np.concatenate([values, values[:repeated]])
    found = Sketch.empty().with_(many)
    assert np.array_equal(found.smallest, np.unique(values)[:SIZE])
    assert found.values == len(many)


SCHEMA = """
CREATE TABLE klienci (id integer PRIMARY KEY, email text UNIQUE, miasto text, telefon text);
CREATE TABLE zamowienia (
    id integer PRIMARY KEY, klient integer REFERENCES klienci, c17 text, opis text, miasto text
);
CREATE TABLE subskrypcje (email text PRIMARY KEY REFERENCES klienci (email));
"""
ROWS = """
INSERT INTO klienci SELECT n, 'osoba' || n || '@firma.pl', 'Kraków', (600000000 + n * 7)::text
  FROM generate_series(1, 400) n;
INSERT INTO zamowienia SELECT n, n, 'OSOBA' || n || '@firma.pl', 'nr ' || n, 'Kraków'
  FROM generate_series(1, 200) n;
INSERT INTO subskrypcje SELECT email FROM klienci;
"""


@pytest.mark.integration
def test_a_copy_is_proposed_as_one_and_masked_alike(make_database: MakeDatabase, tmp_path: Path) -> None:
    source, target = make_database(SCHEMA + ROWS), make_database(SCHEMA)
    found = anonymizer.discover(source, deep=True)
    assert {place: one.copy_of for place, one in found.findings.items() if one.copy_of} == {
        ("zamowienia", "c17"): "klienci.email"
    }
    assert found.findings["zamowienia", "c17"].confidence > 0.9
    (tmp_path / "policy.yaml").write_text(found.policy("sklep"))
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    assert anonymizer.anonymize(source, target, policy, keys.ephemeral()).verified
    assert rows(target, "SELECT count(*) FROM zamowienia JOIN klienci ON c17 = email") == [(200,)]
