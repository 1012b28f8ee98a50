"""The quick look passes over what has no other reading, and over nothing that has one."""

from __future__ import annotations

import base64
import hashlib

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.proof.decoding import readings
from anonymizer.proof.encodings import encoded, other_readings
from tests.anonymizer.proof.test_decoding import ENCODINGS, SECRET


def looked_at(*texts: str | None) -> list[bool]:
    return [bool(one) for one in encoded(pa.array(texts, pa.string()))]


@pytest.mark.parametrize("how", ENCODINGS)
@pytest.mark.parametrize("around", ["{}", "a {} b", "x" * 300 + " {}\n"])
def test_every_encoding_is_looked_at(how: str, around: str) -> None:
    assert looked_at(around.format(ENCODINGS[how](SECRET))) == [True]


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(max_codepoint=0x17F, categories=["L", "Nd", "Zs"]), min_size=12, max_size=80),
    st.sampled_from(sorted(ENCODINGS)),
)
def test_any_encoded_text_is_looked_at_where_it_can_be_read(text: str, how: str) -> None:
    written = ENCODINGS[how](f"jan.kowalski {text}")
    found = any("jan.kowalski" in reading for reading in readings(written))
    assert looked_at(written) == [True] or not found


@pytest.mark.parametrize(
    "text",
    [None, "", "jan", "44051401359", "PL61109010141111071219812874", "konstantynopolitanczykowianeczka",
     "KONSTANTYNOPOLITANCZYKOWIANECZKA", "Konstantynopolitanczykowianeczka", "100% pewne", "R&D", "a\\b",
     "d41d8cd98f00b204e9800998ecf8427e", "2024-01-01_2024-12-31", "a < b, c > d", "x = 40", "?a=2024",
     "„Ząb”: 5 €", "aa:bb:cc:dd:ee:ff", "60 10 03 79 1", "getCustomerName"],
)  # fmt: skip
def test_what_says_nothing_else_is_passed_over(text: str | None) -> None:
    assert looked_at(text, "x" * 20) == [False, False]


def test_every_reading_names_its_text_and_cells_do_not_mix() -> None:
    texts = pa.array([None, "amFuLmtvd2Fsc2tp", "jan", "%6a%61n", "amFuLmtv", "d2Fsc2tp"])
    found, owners, rough = other_readings(texts)
    assert (found.to_pylist(), owners.tolist()) == (["jan.kowalski", "jan"], [1, 3])
    assert not rough.any()
    again, owners, _ = other_readings(texts[1:4])
    assert (again.to_pylist(), owners.tolist()) == (["jan.kowalski", "jan"], [0, 2]), "of a slice as well"
    assert len(other_readings(pa.array([], pa.string()))[0]) == 0


def test_of_digests_few_are_looked_at() -> None:
    digests = pa.array([hashlib.sha256(bytes([one, 7])).hexdigest() for one in range(250)])
    assert encoded(digests).mean() < 0.08


def test_of_account_numbers_few_are_looked_at() -> None:
    """Pairs of their digits are readable more often than not, all of them seldom."""
    numbers = [f"PL{int(hashlib.sha256(bytes([one])).hexdigest(), 16) % 10**26:026}" for one in range(250)]
    assert encoded(pa.array(numbers)).mean() < 0.01


@given(
    st.text("0123456789", min_size=14, max_size=60)
    | st.lists(st.sampled_from([*b"0123456789 @ABCP", 0, 9, 0x80, 0x97]), min_size=7).map(
        lambda b: bytes(b).hex()
    )
)
def test_a_number_that_says_anything_is_looked_at(number: str) -> None:
    assert number.isdecimal()
    for text in (number, f"PL{number}", f"7{number}"):
        assert looked_at(text) == [True] or not [*readings(text)], text


@pytest.mark.parametrize("among", [b"\x00\x09%b", b"\x01%b\x00", b"\x09\x00\x14%b\x22\x00"])
def test_a_number_among_bytes_of_which_hexadecimal_has_no_letter_is_read(among: bytes) -> None:
    text = "\\x" + (among % b"601003791").hex()
    assert text[2:].isdecimal()
    found = other_readings(pa.array([text]))
    assert (found.texts.to_pylist(), found.rough.tolist()) == (["601003791"], [True])


@pytest.mark.parametrize("digits", ["601003791", "5260250274", "44051401359", "+48601003791"])
def test_base64_of_a_bare_number_is_read(digits: str) -> None:
    for packed in (
        base64.b64encode(digits.encode()).decode(),
        f"tel={base64.b64encode(digits.encode()).decode()}",
    ):
        assert digits in other_readings(pa.array([packed])).texts.to_pylist()
