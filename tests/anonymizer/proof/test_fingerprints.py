"""Texts that say the same have one fingerprint, others have another, and no two checks share any."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from anonymizer.proof.fingerprints import Seed, layout, longest, lowered, mixed, whole
from anonymizer.proof.kernels import MOST_DIGITS

SEED = Seed.new()
TEXTS = st.lists(st.none() | st.text(max_size=20), max_size=12)


def low(*texts: str | None) -> list[str]:
    return [str(one) for one in lowered(pa.array(texts, pa.string())).to_pylist()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, ""),
        ("", ""),
        ("Jan KOWALSKI", "Jan KOWALSKI"),  # of ASCII the loops know both cases
        ("ŻÓŁĆ", "żółć"),
        ("Z\u0307u\u0142w", "żułw"),
        ("\ufb01rma", "firma"),
        ("\uff4a\uff41\uff4e", "jan"),
        ("Jan\u00a0Kowalski", "jan kowalski"),
        ("Jan\u2014Kowalski", "jan kowalski"),
        ("Jan\u200bKowalski", "jan kowalski"),
        ("\u0430\u0411", "\u0430\u0431"),
        ("20\u00d730", "20 30"),
        ("\u0130zmir", "izmir"),
        ("I\u0307zmir", "izmir"),
        ("\u0133", "ij"),
    ],
)
def test_letters_become_what_they_mean(text: str | None, said: str) -> None:
    assert low(text) == [said]


@settings(max_examples=100, deadline=None)
@given(TEXTS)
@example(["Ż", None, "x"])
@example(["é", "Ж"])
def test_a_text_is_lowered_as_it_is_alone_whatever_stands_beside_it(texts: list[str | None]) -> None:
    together = low(*texts)
    assert [one.lower() for one in together] == [low(text)[0].lower() for text in texts]
    sliced = lowered(pa.array(["Ω", *texts, "ß"], pa.string())[1 : len(texts) + 1]).to_pylist()
    assert [one.lower() for one in sliced] == [one.lower() for one in together]


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(max_codepoint=0x24F, categories=["L", "N", "Zs", "P"]), max_size=20))
def test_composed_and_decomposed_writing_is_the_same(text: str) -> None:
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    assert len({one.lower() for form in forms for one in low(form)}) == 1


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_all_bytes_and_only_they_decide_about_a_whole(texts: list[str | None]) -> None:
    cells = pa.array([text or "" for text in texts], pa.large_string())
    prints = whole(cells, SEED).tolist()
    assert len({*prints}) == len({text or "" for text in texts})
    assert whole(cells[1:], SEED).tolist() == prints[1:]
    says_something = [one for one, text in zip(prints, texts, strict=True) if text]
    assert not {*whole(cells, Seed.new()).tolist()} & {*says_something}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
@pytest.mark.parametrize(
    ("texts", "size"), [([], 0), ([""], 0), (["a", "żół", "b"], 6), (["a" * 9], 9), ([None, "x"], 1)]
)
def test_the_longest_is_told_in_bytes_of_a_slice_as_well(
    texts: list[str | None], size: int, kind: pa.DataType
) -> None:
    assert longest(pa.array(texts, kind)) == size
    assert longest(pa.array(["x" * 50, *texts, "y" * 50], kind)[1 : len(texts) + 1]) == size


def test_the_layout_of_a_slice_names_its_own_bytes() -> None:
    data, bounds = layout(pa.array(["ab", "c", "", "de"], pa.large_string())[1:4])
    cells = [bytes(data[start:end]) for start, end in pairwise(bounds.tolist())]
    assert cells == [b"c", b"", b"de"]
    assert len(layout(pa.array([], pa.large_string()))[0]) == 0


def test_a_seed_has_one_number_for_both_cases_and_others_for_exact_bytes() -> None:
    assert SEED.letters[ord("A")] == SEED.letters[ord("a")] != SEED.exact[ord("A")]
    assert SEED.letters[ord("Z")] == SEED.letters[ord("z")] != SEED.exact[ord("Z")]
    assert SEED.letters[ord("[")] == SEED.exact[ord("[")]
    assert SEED.base % np.uint64(2) == 1
    powers = [pow(int(SEED.base), one, 2**64) for one in range(MOST_DIGITS + 1)]
    assert SEED.powers.tolist() == powers


def test_two_fingerprints_make_one_that_tells_which_was_which() -> None:
    one, other = np.random.default_rng(3).integers(0, 2**64, (2, 10_000), np.uint64)
    both = mixed(one, other)
    assert len({*both.tolist(), *mixed(other, one).tolist(), *mixed(one, one).tolist()}) == 30_000
    assert (mixed(one, other) == both).all()
