"""The inmost loop finds what a slow and simple reading of the same text finds, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from anonymizer.proof.fingerprints import Seed, lowered
from anonymizer.proof.kernels import FEWEST_DIGITS, MOST_DIGITS, MOST_WORDS, SHORT, WHOLE, WORDS
from anonymizer.proof.membership import Membership
from anonymizer.proof.scanning import Wanted, described, kinds, scan
from anonymizer.proof.windows import WAITING

SEED = Seed.new()
OPEN = Membership(
    bits=np.full(64, 255, np.uint8), starts=np.zeros(64, np.int64), shifts=np.full(64, 55, np.uint64)
)
TEXTS = st.text(alphabet="ab 0123456789+48.żx-", max_size=60)
SIZES, WIDTHS = (1, 2, 3, MOST_WORDS), (7, 9, 10, 11, MOST_DIGITS)


def whole(text: str) -> tuple[int, int] | None:
    """What a cell says by itself: its kind and print."""
    found = described(lowered(pa.array([text])), np.zeros(1, np.uint64), SEED)
    return (int(kinds(found.tags)[0]), int(found.prints[0])) if len(found) else None


def kind_by_hand(text: str) -> int | None:
    """So many digits with at most two letters, so many words with at least five; else a cell as a whole."""
    words = re.findall(r"[a-z0-9\u00df-\u017f]+", text.lower())
    digits, letters = (
        len(re.findall(pattern, text.lower())) for pattern in (r"[0-9]", r"[a-z\u00df-\u017f]")
    )
    if not words:
        return None
    if FEWEST_DIGITS <= digits <= MOST_DIGITS and letters <= 2:
        return digits
    return WORDS + len(words) if letters >= 5 and len(words) <= MOST_WORDS else WHOLE


def numbers_by_hand(text: str, width: int) -> Iterator[str]:
    """Every row of so many digits that no letter breaks, short ones between separators or behind (00)48."""
    for row in re.split(r"[a-z\u00df-\u017f]+", text.lower()):
        digits = [(at, letter) for at, letter in enumerate(row) if letter.isdigit()]
        for first in range(len(digits) - width + 1):
            begin, end = digits[first][0], digits[first + width - 1][0]
            fresh = begin == 0 or not row[begin - 1].isdigit()
            behind = re.search(r"(?<![0-9])(?:00)?4[^0-9]*8$", row[:begin]) is not None
            last = end + 1 == len(row) or not row[end + 1].isdigit()
            if width >= SHORT or ((fresh or behind) and last):
                yield "".join(letter for _, letter in digits[first : first + width])


def looked(texts: list[str]) -> tuple[set[tuple[int, int]], dict[int, int]]:
    every = frozenset({*WIDTHS, *(WORDS + size for size in SIZES)})
    cells = lowered(pa.array(texts, pa.string()))
    found = scan(Wanted(kinds=every, members=OPEN, seed=SEED), cells, cells, np.zeros(len(texts), np.uint64))
    records = found.records
    pairs = zip(kinds(records.tags).tolist(), records.prints.tolist(), strict=True)
    return {(int(kind), int(print_)) for kind, print_ in pairs}, dict(found.trials)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("+48 601202303")
@example("48601202303")
@example("4 8601202303")
@example("0048601202303")
@example("00 48 601202303")
@example("00048601202303")
@example("148601202303")
@example("4860120230")
@example("48 48 601202303")
def test_every_number_is_found_and_no_other(text: str) -> None:
    found, trials = looked([text])
    for width in WIDTHS:
        by_hand = [*numbers_by_hand(text, width)]
        prints = {(width, whole(number)[1]) for number in by_hand}  # type: ignore[index]
        assert {one for one in found if one[0] == width} == prints
        assert trials[width] == len(by_hand)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["kowalski", "jan", "żółw", "b7", "99", "nowakowa"]), max_size=16))
def test_every_row_of_words_is_found_and_no_other(words: list[str]) -> None:
    found = looked([", ".join(words)])[0]
    for size in SIZES:
        rows = [" ".join(words[at : at + size]) for at in range(len(words) - size + 1)]
        said = [whole(row) for row in rows]
        by_hand = {one for one in said if one is not None and one[0] == WORDS + size}
        assert by_hand <= found
        assert len({one for one in found if one[0] == WORDS + size}) == len({*rows})


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("1234567")
@example("123456")
@example("de 1234567")
@example("abc1234567")
@example("1" * MOST_DIGITS)
@example("1" * (MOST_DIGITS + 1))
@example("abcd")
@example("abcde")
@example(" ".join(["abcde"] * MOST_WORDS))
@example(" ".join(["abcde"] * (MOST_WORDS + 1)))
def test_a_cell_is_a_number_words_or_a_whole(text: str) -> None:
    said = whole(text)
    assert (said[0] if said else None) == kind_by_hand(text)


@pytest.mark.parametrize("digits", ["601202303", "123456789"])
def test_only_a_polish_number_is_also_itself_without_its_prefix(digits: str) -> None:
    def also(text: str) -> list[int]:
        found: list[int] = kinds(
            described(lowered(pa.array([text])), np.zeros(1, np.uint64), SEED).tags
        ).tolist()
        return found

    assert also(f"+48 {digits}") == [11, 9]
    assert also(f"48{digits}") == [11, 9]
    assert also(f"+49 {digits}") == [11]
    assert also(f"+84 {digits}") == [11]
    assert also(f"+48 {digits}1") == [12]
    assert also(f"+48 {digits[1:]}") == [10]
    both = described(lowered(pa.array([f"+48 {digits}"])), np.zeros(1, np.uint64), SEED).prints
    assert whole(digits) == (9, int(both[1])), "and that is what the number alone says"


def test_nothing_is_lost_where_more_is_found_than_there_is_room_for() -> None:
    words = [f"slowo{number}" for number in range(3 * WAITING)]
    texts = [" ".join(words), "ostatnie", " ".join(f"{number:09d}" for number in range(2 * WAITING))]
    found = looked(texts)[0]
    assert {whole(word) for word in (words[0], words[-1], "ostatnie")} <= found
    assert {whole(f"{number:09d}") for number in (0, WAITING, 2 * WAITING - 1)} <= found


@pytest.mark.parametrize(
    ("text", "there"),
    [
        (r"a\njan.kowalski", True),
        (r"a\tjan.kowalski", True),
        (r"a\u0020jan.kowalski", True),
        (r"jan\/kowalski", True),
        (r"jan\"kowalski", True),
        ("a\\", False),
        (r"jan\xkowalski", False),
    ],
)
def test_documents_write_a_line_s_end_as_two_characters(text: str, *, there: bool) -> None:
    cells = pa.array([text])
    wanted = Wanted(kinds=frozenset({WORDS + 2}), members=OPEN, seed=SEED)
    found = scan(wanted, cells, lowered(cells), np.zeros(1, np.uint64), json=True).records.prints
    assert (whole("jan kowalski")[1] in found.tolist()) is there  # type: ignore[index]
