"""Check digits: known numbers pass, and one wrong digit never does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from anonymizer.discovery import checksums

KNOWN: list[tuple[Callable[[str], bool], str]] = [
    (checksums.is_pesel, "44051401359"),
    (checksums.is_nip, "5260250274"),
    (checksums.is_regon, "123456785"),
    (checksums.is_regon, "12345678512347"),
    (checksums.is_iban, "PL61109010140000071219812874"),
    (checksums.is_iban, "GB82WEST12345698765432"),
    (checksums.is_card, "4111111111111111"),
    (checksums.is_document, "ABS123456"),
]


@pytest.mark.parametrize(("test", "number"), KNOWN)
def test_a_known_number_passes_and_no_single_wrong_digit_does(
    test: Callable[[str], bool], number: str
) -> None:
    assert test(number)
    at = len(number) - 3
    others = [number[:at] + digit + number[at + 1 :] for digit in "0123456789" if digit != number[at]]
    assert sum(map(test, others)) <= 1  # REGON's remainder of 10 counts as 0, so two digits may meet


def test_the_way_people_write_them_does_not_matter() -> None:
    assert checksums.is_nip("526-025-02-74")
    assert checksums.is_nip("PL5260250274")
    assert checksums.is_iban("61 1090 1014 0000 0712 1981 2874")
    assert checksums.is_card("4111 1111 1111 1111")


@pytest.mark.parametrize("text", ["", "0" * 11, "44133201359", "1234567890", "abc", "²²²²²²²²²²²"])
def test_other_texts_are_none_of_them(text: str) -> None:
    tests = (
        checksums.is_pesel,
        checksums.is_nip,
        checksums.is_iban,
        checksums.is_card,
        checksums.is_document,
    )
    assert not any(test(text) for test in tests)
