"""Pseudonyms of one key, pinned: faster code, another library or another machine must not change one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import pytest

from tests.anonymizer.transforms.applied import KEY, mask

# Of every length that ends in, at and after a block of the cipher, and too long for it; with every letter.
_WORDS = [
    *("x" * size for size in (1, 15, 16, 17, 31, 32, 33, 48, 64, 500, 512, 513, 2000)),
    "", None, "Zażółć gęślą jaźń",
    "\uff21\uff22\uff23  d", "anna.nowacka@firma.pl", "ANNA.NOWACKA@firma.pl ", "ß",
    "日本語",
    *(f"klient {number}" for number in range(300)),
]  # fmt: skip
_NUMERALS = [
    *(f"{7_777_777 * n * n % 10**size:0{size}d}" for size in range(1, 30) for n in range(20)),
    *(f"PL{number:026d}" for number in range(61_109_010_140_000, 61_109_010_140_050)),
    *(f"pl {number:02d} 1090 1014 0000 0712 1981 {2870 + number}" for number in range(50)),
    *(f"+48 {number} 234 {567 + number}" for number in range(180, 400, 7)),
    *(f"{year}{month:02d}{day}12345" for year in (10, 44) for month in range(1, 93, 5) for day in (10, 31)),
    "", None,
    "526-025-02-74", "44051401359", "00-123", "brak", "٣٤٥", "0048601234567", "601 234 567 wew. 3",
]  # fmt: skip

_OF_VALUES = {
    "card": "8f0cf909c7ede0c3", "iban": "aa7801277e463b99", "integer_key": "9460f7ca50a92425",
    "login": "9e61874864eac1df", "nip": "40c833322294529e", "pesel": "6531e689b94bab3d",
    "phone": "69d2872a176a0c4a", "regon": "2052568f67d3329c", "scramble": "7481b02081bcb9bc",
    "uuid": "8e4cb04aaf8731ca",
}  # fmt: skip
_OF_ENTITIES = {
    "address": "680f669175ad8cbb", "birth_date": "26670d05456790b5", "city": "7aaa4857f502cb5f",
    "company": "c652ed375804c151", "email": "64ae9d6630d41b4d", "first_name": "a521e16728485fdc",
    "full_name": "f2ff1b4edecac9c6", "last_name": "a3cb2752162c96a7", "login": "8385b45178b4c86f",
    "pesel": "439081eeeb367818", "postal_code": "1e167ed0a021899e", "sex": "bd55e8d57d3c252a",
    "street": "38f0bc60e9a11649",
}  # fmt: skip
_UNIQUE = {"email": "06f6d85c26f51d86", "login": "315f99825656ef40"}


def digest(values: Sequence[str | None]) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


@pytest.mark.parametrize(("name", "pinned"), _OF_VALUES.items())
def test_of_values(name: str, pinned: str) -> None:
    plain = [value for value in _NUMERALS if name != "integer_key" or value is None or len(value) < 15]
    assert digest(mask(name, plain)) == pinned


@pytest.mark.parametrize(("name", "pinned"), _OF_ENTITIES.items())
def test_of_entities(name: str, pinned: str) -> None:
    stood = ["2001-02-03" if name == "birth_date" else "was"] * len(_WORDS)
    assert digest(mask(name, stood, of=_WORDS)) == pinned


@pytest.mark.parametrize(("name", "pinned"), _UNIQUE.items())
def test_of_entities_that_stay_apart(name: str, pinned: str) -> None:
    assert digest(mask(name, ["was"] * len(_WORDS), of=_WORDS, options={"unique": True})) == pinned


@pytest.mark.parametrize(
    ("locale", "pinned"), {"de_DE": "2ee84590b1c808c6", "en_US": "14b862c2af831bda"}.items()
)
def test_of_other_countries(locale: str, pinned: str) -> None:
    assert digest(mask("email", ["was"] * len(_WORDS), of=_WORDS, options={"locale": locale})) == pinned


def test_it_is_another_key_that_changes_them() -> None:
    assert digest(mask("nip", ["5260250274"])) != digest(mask("nip", ["5260250274"], key=KEY.derive("other")))
