"""Originals are found among words and digits, however they are written; nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.proof.fingerprints import Seed, lowered
from anonymizer.proof.kernels import WHOLE
from anonymizer.proof.membership import Membership, membership
from anonymizer.proof.partitions import Records
from anonymizer.proof.scanning import (
    Wanted,
    dealt,
    described,
    examined,
    is_number,
    kinds,
    no_leads,
    one_word,
    row,
    scan,
)

SEED = Seed.new()
VALUES = {
    "email": "Jan.Kowalski@firma.pl",
    "company": "Młyny Żuławskie sp. z o.o.",
    "phone": "+48 601 202 303",
    "pesel": "44051401359",
    "iban": "PL61 1090 1014 0000 0712 1981 2874",
}
# A filter that lets everything through.
OPEN = Membership(
    bits=np.full(64, 255, np.uint8), starts=np.zeros(64, np.int64), shifts=np.full(64, 55, np.uint64)
)


def records(texts: Sequence[str | None]) -> Records:
    rows = np.arange(1, len(texts) + 1, dtype=np.uint64) << np.uint64(7)
    return described(lowered(pa.array(texts, pa.string())), rows, SEED)


def wanted(originals: Records, members: Membership = OPEN) -> Wanted:
    found = frozenset(kinds(originals.tags).tolist()) - {WHOLE}
    return Wanted(kinds=found, members=members, seed=SEED)


def seen(texts: Sequence[str | None], value: str, *, json: bool = False) -> list[int]:
    """The places of the texts in which an original was found, once each time."""
    originals = records([value])
    rows = np.arange(1, len(texts) + 1, dtype=np.uint64) << np.uint64(7)
    cells = pa.array(texts, pa.string())
    found = scan(wanted(originals), cells, lowered(cells), rows, json=json).records
    met = np.isin(found.prints, originals.prints[kinds(originals.tags) != WHOLE])
    return sorted({int(place) // 128 - 1 for place in row(found.tags[met])})


@pytest.mark.parametrize(
    ("population", "text"),
    [
        ("email", "pisać do JAN.KOWALSKI@FIRMA.PL, nie dzwonić"),
        ("email", "<a href=mailto:jan.kowalski@firma.pl>"),
        ("email", "jan kowalski firma pl"),
        ("company", 'umowa z "MŁYNY ŻUŁAWSKIE" Sp. z o.o. z maja'),
        ("company", "M\u0142yny Z\u0307u\u0142awskie sp z o o"),
        ("phone", "tel. 601-202-303 po 16"),
        ("phone", "0048601202303"),
        ("phone", "48 601202303"),
        ("phone", "tel=NjAxMjAyMzAz"),
        ("email", "jan.kowalski<br>@firma.pl"),
        ("email", "jan<b>.kowalski</b>@firma.pl"),
        ("email", "jan.kow\u00adalski@fir\u200bma.pl"),
        ("email", r"jan.kowalski\x40firma.pl"),
        ("email", "\\x00ff" + b"\x07jan.kowalski@firma.pl\xfe".hex()),
        ("company", "\\x00" + "M\u0142yny \u017bu\u0142awskie sp. z o.o.".encode("cp1250").hex() + "00"),
        ("phone", "48601202303"),
        ("pesel", "nr 440514 01359"),
        ("pesel", "xx99440514013590yy"),
        ("iban", "61109010140000071219812874"),
        ("iban", "12, PL 61109010140000071219812874, 7"),
    ],
)
def test_an_original_is_found_however_it_is_written(population: str, text: str) -> None:
    assert seen([None, "", text], VALUES[population]) == [2]


@pytest.mark.parametrize(
    "text",
    ["kowalski jan", "601 202 304", "9601202303", "60120 23031", "firma.pl", "44051401395", "żuławskie",
     "440514a01359", "jan kowalski firma.plus", ""],
)  # fmt: skip
def test_what_only_resembles_an_original_is_not_seen(text: str) -> None:
    assert all(seen([text], value) == [] for value in VALUES.values())


def test_among_bytes_that_are_no_text_one_word_is_none() -> None:
    """Chance makes a word of five letters there."""
    assert seen(["\\xff00" + b" kowalski ".hex() + "ff"], "kowalski") == []
    assert seen(["\\x" + b" kowalski ".hex()], "kowalski") == [0]
    assert seen(["\\xff00" + b" 44051401359 ".hex() + "ff"], "44051401359") == [0]


def test_nothing_reaches_from_one_cell_into_the_next() -> None:
    cells = ["jan.kowalski", "firma.pl", "601202", "303", "440514\n", "01359", "4"]
    assert all(seen(cells, value) == [] for value in VALUES.values())


def test_a_line_s_end_in_a_document_is_no_letter() -> None:
    text = r'{"a": "line\njan.kowalski@firma.pl\tx"}'
    assert seen([text], VALUES["email"], json=True) == [0]
    assert seen([r'{"a": "440514\n01359"}'], VALUES["pesel"], json=True) == [0]


def test_an_original_is_found_in_a_text_that_is_cut_into_slices() -> None:
    for before in (16_000, 16_380, 16_384, 100_000):
        text = "x " * (before // 2) + VALUES["email"] + " y" * 20_000
        assert seen(["", text], VALUES["email"]) == [1]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(alphabet="jank 0123456789@.ż", max_size=40), max_size=20), st.integers(0, 20))
def test_an_original_is_found_at_any_place_of_any_texts(around: list[str], at: int) -> None:
    texts = [*around[:at], f"{''.join(around[:1])} {VALUES['email']} ", *around[at:]]
    assert min(at, len(around)) in seen(texts, VALUES["email"])


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_a_cell_of_any_text_is_itself_and_no_other(text: str) -> None:
    once, again, other = records([text]), records([f" {text.upper().lower()} "]), records([f"{text}q"])
    if len(once) and text.upper().lower() == text.lower():
        assert once.prints[0] == again.prints[0]
    assert not set(once.prints.tolist()) & set(other.prints.tolist())


def test_a_cell_says_how_much_of_what_it_holds() -> None:
    found = records(["44051401359", "jan kowalski", "ola", "", None, "-", "+48 601 202 303", "kowalski"])
    assert kinds(found.tags).tolist() == [11, 42, WHOLE, 11, 41, 9]
    assert is_number(found.tags).tolist() == [True, False, False, True, False, True]
    assert one_word(found.tags).tolist() == [False, False, False, False, True, False]


def test_random_numbers_meet_originals_as_often_as_chance_says() -> None:
    random = np.random.default_rng(5)
    originals = records([f"{n:09d}" for n in random.integers(10**8, 10**9, 20_000)])
    texts = pa.array([f"kod {n:09d}" for n in random.integers(10**8, 10**9, 50_000)])
    found = scan(wanted(originals), texts, lowered(texts), np.zeros(50_000, np.uint64))
    assert found.trials == {9: 50_000}
    assert np.isin(found.records.prints, originals.prints).sum() < 10


def test_the_filter_lets_every_original_through_and_few_others() -> None:
    random = np.random.default_rng(6)
    prints = random.integers(0, 2**63, 100_000).astype(np.uint64) * np.uint64(2)
    kind = np.repeat(np.array([9, 42], np.uint64), 50_000)
    there = membership(np.bincount(kind.astype(np.int64), minlength=64), [(prints, kind)])
    assert there.possible(prints, kind).all()
    strangers = random.integers(0, 2**63, 100_000).astype(np.uint64) * np.uint64(2) + np.uint64(1)
    assert there.possible(strangers, kind).mean() < 0.08
    assert there.possible(prints, kind[::-1].copy()).mean() < 0.08, "each kind has members of its own"


def test_latin_letters_are_lowered_as_all_others_are() -> None:
    latin = [chr(code) for code in range(0xC0, 0x180)]
    alone = [lowered(pa.array([letter])).to_pylist()[0] for letter in latin]
    among = lowered(pa.array([*latin, "Ж"])).to_pylist()[:-1]  # one letter of another script among them
    assert alone == among
    assert lowered(pa.array(["xx", "ŻÓŁĆ Jan", None, "İ"])[1:3]).to_pylist() == ["żółć Jan", ""]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(10**6, 10**12), min_size=1, max_size=20), st.text("0123456789 +x", max_size=30))
def test_numbers_that_begin_like_no_original_are_passed_over_and_no_original_is(
    numbers: list[int], around: str
) -> None:
    originals = [*map(str, numbers), "+48 601 202 303"]
    leads, cells = no_leads(), lowered(pa.array(originals))
    prints = described(cells, np.zeros(len(originals), np.uint64), SEED, leads)
    texts = lowered(pa.array([f"{around} {one}x" for one in [*originals, "601202303", "999999999999"]]))
    looked = [
        scan(one, texts, texts, np.zeros(len(texts), np.uint64))
        for one in (wanted(prints), replace(wanted(prints), leads=leads))
    ]
    met = [np.sort(one.records.prints[np.isin(one.records.prints, prints.prints)]) for one in looked]
    assert met[0].tolist() == met[1].tolist()
    assert len(met[0]) > len(originals)
    assert looked[0].trials == looked[1].trials, "what chance had to meet an original does not change"
    assert len(looked[1].records) <= len(looked[0].records)


def test_what_a_draw_could_deal_is_noted_beside_row_and_kind() -> None:
    cells = lowered(pa.array(["jan kowalski", "-", "44051401359"]))
    rows = np.arange(3, dtype=np.uint64) << np.uint64(8)
    found = described(cells, rows, SEED)
    noted = described(cells, rows, SEED, possible=np.array([True, True, False]))
    assert not dealt(found.tags).any()
    assert dealt(noted.tags).tolist() == [True, False]
    assert (row(noted.tags) == row(found.tags)).all()
    assert (kinds(noted.tags) == kinds(found.tags)).all()
    assert (noted.prints == found.prints).all()


def test_a_cell_too_long_for_a_fingerprint_is_told_by_a_digest_of_all_of_it() -> None:
    long_ = "jan kowalski " * 90_000
    texts = [long_, long_ + "x", long_[:-1] + "y", long_, "jan kowalski"]
    found = records(texts)
    assert len(long_) > 1 << 20
    assert len(np.unique(found.prints)) == 4
    assert found.prints[0] == found.prints[3]
    assert all(kind == WHOLE or kind > 40 for kind in kinds(found.tags).tolist())


@pytest.mark.parametrize("size", [10, 16_383, 16_384, 16_385, 40_000])
def test_a_look_at_both_says_what_two_looks_say(size: int) -> None:
    texts = pa.array(
        [f"{'x ' * (size // 2)}{VALUES['email']} 601 202 303", None, VALUES["pesel"], "amFuLmtvd2Fsc2tp"]
    )
    rows = np.arange(1, 5, dtype=np.uint64) << np.uint64(7)
    looked_for = wanted(records([VALUES["email"], VALUES["phone"], VALUES["pesel"]]))
    said, found = examined(looked_for, texts, lowered(texts), rows)
    alone, searched = described(lowered(texts), rows, SEED), scan(looked_for, texts, lowered(texts), rows)
    assert sorted(zip(said.prints, said.tags, strict=True)) == sorted(
        zip(alone.prints, alone.tags, strict=True)
    )
    assert {*zip(found.records.prints.tolist(), found.records.tags.tolist(), strict=True)} == {
        *zip(searched.records.prints.tolist(), searched.records.tags.tolist(), strict=True)
    }
    assert found.trials == searched.trials


@pytest.mark.parametrize("before", [15_300, 15_359, 15_360, 15_361, 16_370, 16_384, 30_720])
def test_no_cut_between_slices_hides_a_number(before: int) -> None:
    for value in ("pesel", "iban", "phone"):
        assert seen(["x" * before + f" {VALUES[value]} " + "y" * 20_000], VALUES[value]) == [0]
