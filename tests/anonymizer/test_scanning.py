"""Originals are found among words and digits; what chance explains is no sighting that fails."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.fingerprints import Places, Seed, normal
from anonymizer.scanning import Batch, Originals, Sighting, index, scan, sightings

SEED = Seed.new()
VALUES = {
    "email": "Jan.Kowalski@firma.pl",
    "company": "Młyny Żuławskie sp. z o.o.",
    "phone": "+48 601 202 303",
    "pesel": "44051401359",
    "iban": "PL61 1090 1014 0000 0712 1981 2874",
}


def numbered(count: int) -> Places:
    return np.arange(1, count + 1, dtype=np.int64)


def originals(values: dict[str, list[str]]) -> Originals:
    return index(
        [
            Batch(population=name, texts=normal(pa.array(texts)), rows=numbered(len(texts)))
            for name, texts in values.items()
        ],
        SEED,
    )


ALL = originals({name: [value] for name, value in VALUES.items()})


def seen(
    texts: Sequence[str | None], where: Originals = ALL, explained: frozenset[str] = frozenset()
) -> list[Sighting]:
    hits = scan(where, pa.array(texts, pa.string()), numbered(len(texts)), SEED)
    return list(sightings("t.c", where, hits, explained, len(texts)))


@pytest.mark.parametrize(
    ("population", "text"),
    [
        ("email", "pisać do JAN.KOWALSKI@FIRMA.PL, nie dzwonić"),
        ("email", "<a href=mailto:jan.kowalski@firma.pl>"),
        ("company", 'umowa z "MŁYNY ŻUŁAWSKIE" Sp. z o.o. z maja'),
        ("phone", "tel. 601-202-303 po 16"),
        ("phone", "0048601202303, 48 601202303"),
        ("pesel", "nr 440514 01359"),
        ("pesel", "xx99440514013590yy"),
        ("iban", "61109010140000071219812874"),
    ],
)
def test_an_original_is_found_however_it_is_written(population: str, text: str) -> None:
    [one] = [one for one in seen([None, "", text]) if one.population == population]
    assert one.found >= 1
    assert not one.passes


@pytest.mark.parametrize(
    "text",
    ["kowalski jan", "601 202 304", "9601202303", "60120 23031", "firma.pl", "44051401395", "żuławskie"],
)
def test_what_only_resembles_an_original_is_not_seen(text: str) -> None:
    assert seen([text]) == []


def test_nothing_reaches_from_one_cell_into_the_next() -> None:
    assert seen(["jan.kowalski", "firma.pl", "601202", "303"]) == []


@settings(max_examples=30)
@given(st.lists(st.text(alphabet="jank 0123456789@.", max_size=40), max_size=20), st.integers(0, 20))
def test_an_original_is_found_at_any_place_of_any_texts(around: list[str], at: int) -> None:
    texts = [*around[:at], f"{''.join(around[:1])} {VALUES['email']} ", *around[at:]]
    assert any(one.population == "email" and not one.passes for one in seen(texts))


def test_a_pool_may_meet_an_original_but_not_often_in_its_own_row() -> None:
    names = [f"Imię Nazwisko{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(600)]
    there = originals({"person": names})
    person = frozenset({"person"})
    assert seen(names[::-1], there, person) == [], "coincidences of one population in other rows"
    shuffled = [str(name) for name in np.random.default_rng(1).permutation(names)]
    assert all(one.passes for one in seen(shuffled, there, person))
    [own] = seen([*names[:50], *names[:49:-1]], there, person)
    assert (own.same_row, own.found >= 50, own.passes) == (True, True, False)


def test_random_numbers_meet_originals_as_often_as_chance_says() -> None:
    random = np.random.default_rng(5)
    there = originals({"phone": [f"{n:09d}" for n in random.integers(10**8, 10**9, 20_000)]})
    found = seen([f"kod {n:09d}" for n in random.integers(10**8, 10**9, 50_000)], there)
    assert all(one.passes for one in found)
    assert sum(one.found for one in found) < 10
