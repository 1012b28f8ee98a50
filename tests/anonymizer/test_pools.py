"""The pools are frozen: their content is what the manifest says, and what Faker of that version gives."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import faker
import pytest

import anonymizer.pools
from anonymizer import pools
from anonymizer.discovery.naming import listed
from anonymizer.pools import freeze

FOLDER = Path(anonymizer.pools.__file__).parent
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())


@pytest.mark.parametrize("name", pools.NAMES)
def test_a_pool_has_not_changed_since_it_was_frozen(name: str) -> None:
    assert hashlib.sha256((FOLDER / f"{name}.txt").read_bytes()).hexdigest() == MANIFEST["sha256"][name]


def test_every_pool_is_in_the_manifest() -> None:
    assert set(MANIFEST["sha256"]) == set(pools.NAMES) == {path.stem for path in FOLDER.glob("*.txt")}


def test_faker_of_the_recorded_version_gives_these_pools() -> None:
    if MANIFEST["faker"] != faker.VERSION:
        # Another Faker changes nothing: that is what freezing is for. The hashes above still hold.
        assert pools.version() == MANIFEST["version"]
        return
    assert freeze.digests(freeze.contents()) == MANIFEST["sha256"]


@pytest.mark.parametrize("name", pools.NAMES)
def test_a_pool_holds_plain_lines(name: str) -> None:
    values = pools.pool(name).to_pylist()
    assert values
    assert all(value and value == value.strip() for value in values)


def test_no_word_of_a_sentence_is_a_name() -> None:
    named = [name for name in pools.NAMES if "names" in name]
    parts = {part for name in named for one in pools.pool(name).to_pylist() for part in words(one)}
    parts |= listed("english_first_names") | listed("polish_first_names")
    assert parts.isdisjoint(word for one in pools.pool("sentences").to_pylist() for word in words(one))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def test_a_sentence_is_a_capital_words_and_a_dot() -> None:
    sentences = pools.pool("sentences").to_pylist()
    assert len(set(sentences)) == len(sentences) == 2000
    assert all(re.fullmatch(r"[^\W\d_]+( [^\W\d_]+)*\.", one) for one in sentences)
    assert all(one[0].isupper() and one[1:] == one[1:].lower() for one in sentences)


def test_words_that_are_somebody_s_name_or_may_be_are_left_out() -> None:
    words = ["kot", "dom", "Jan", "Polska", "mieć na imię", "św.", "90", "piłka nożna", "dom"]
    assert freeze.nameless(words, ["Kot", "Piłka-Nowak"]) == ["dom", "mieć na imię"]


def test_surnames_stand_in_the_same_place_in_both_forms() -> None:
    men, women = pools.pool("last_names_male").to_pylist(), pools.pool("last_names_female").to_pylist()
    assert len(men) == len(women)
    assert ("Leśniak", "Leśniak") in set(zip(men, women, strict=True))
    assert any(man.endswith("ski") and woman == man[:-1] + "a" for man, woman in zip(men, women, strict=True))
