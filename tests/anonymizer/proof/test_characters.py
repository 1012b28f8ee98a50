"""Tables by byte agree with what Python says of the same letters."""

from __future__ import annotations

import base64
import string

import pytest

from anonymizer.proof.characters import (
    CLASSES,
    CONTROL,
    DIGIT,
    FOUR_BITS,
    HEX,
    INSIDE,
    LATIN,
    LETTER,
    LOWER,
    MARK,
    PACKED,
    SIX_BITS,
    UPPER,
)


@pytest.mark.parametrize(
    ("bit", "letters"),
    [
        (DIGIT, string.digits),
        (PACKED, string.ascii_letters + string.digits + "+/-_"),
        (MARK, "%&\\=<\xad\xe2\xef"),
        (HEX, string.hexdigits),
        (LOWER, string.ascii_lowercase),
        (UPPER, string.ascii_uppercase),
    ],
)
def test_a_bit_marks_its_letters_and_no_other_byte(bit: int, letters: str) -> None:
    assert {byte for byte in range(256) if CLASSES[byte] & bit} == {ord(letter) for letter in letters}


@pytest.mark.parametrize("letter", ["a", "Z", "ż", "Ł", "ж", "漢", "\U00010437"])
def test_a_letter_of_any_script_is_one_letter_within_a_word(letter: str) -> None:
    classes = [int(CLASSES[byte]) for byte in letter.encode()]
    assert all(one & INSIDE for one in classes)
    assert [bool(one & LETTER) for one in classes] == [True] + [False] * (len(classes) - 1)


@pytest.mark.parametrize("separator", string.punctuation + string.whitespace + "\x00\x1f")
def test_what_stands_between_words_is_in_none(separator: str) -> None:
    assert not CLASSES[ord(separator)] & (INSIDE | DIGIT | LETTER)


def test_base64_and_hexadecimal_have_their_values() -> None:
    for value in range(64):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            assert SIX_BITS[encode(bytes([value << 2]))[0]] == value
    assert [int(FOUR_BITS[ord(one)]) for one in "0123456789abcdefABCDEF"] == [*range(16), *range(10, 16)]


def test_no_byte_of_a_text_is_a_control() -> None:
    for letter in "aż漢\U00010437\U0010ffff\t\n\r ":
        assert not any(CONTROL[byte] for byte in letter.encode())
    assert all(CONTROL[byte] for byte in (0, 8, 14, 31, 0x7F, 0xC0, 0xC1, 0xF5, 0xFF))


def test_latin_letters_have_a_lower_case_of_their_own_length_or_none() -> None:
    for code, low in enumerate(LATIN.tolist(), 0xC0):
        if low:
            assert low.to_bytes(2, "big").decode() == chr(code).lower()
    assert LATIN[ord("Ż") - 0xC0] == LATIN[ord("ż") - 0xC0] == int.from_bytes("ż".encode(), "big")
    assert not LATIN[ord("İ") - 0xC0]


@pytest.mark.parametrize("table", [CLASSES, SIX_BITS, FOUR_BITS, CONTROL, LATIN])
def test_nobody_can_change_a_table(table: object) -> None:
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 1  # type: ignore[index]
