"""Check digits of identifiers, one value at a time: is it well formed? Never says whose it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

_CENTURIES = {80: 1800, 0: 1900, 20: 2000, 40: 2100, 60: 2200}


def is_pesel(value: str) -> bool:
    """Eleven digits, a date that exists, and the check digit."""
    if not re.fullmatch(r"[0-9]{11}", value):
        return False
    month = int(value[2:4])
    try:
        date(_CENTURIES[month // 20 * 20] + int(value[:2]), month % 20, int(value[4:6]))
    except ValueError:
        return False
    return _weighted(value, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def is_nip(value: str) -> bool:
    """Ten digits, perhaps with hyphens or PL before them, and the check digit."""
    digits = re.sub(r"^PL\s?|[\s-]", "", value)
    if not re.fullmatch(r"[1-9][0-9]{9}", digits):
        return False
    return _weighted(digits, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(digits[9])


def is_regon(value: str) -> bool:
    """Nine digits, or fourteen for a branch, and the check digit."""
    if not re.fullmatch(r"[0-9]{9}([0-9]{5})?", value):
        return False
    weights = (8, 9, 2, 3, 4, 5, 6, 7) if len(value) == 9 else (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)
    return _weighted(value, weights) % 11 % 10 == int(value[-1])


def is_iban(value: str) -> bool:
    """ISO 13616, and a Polish account number without its country; spaces do not count."""
    text = re.sub(r"[\s-]", "", value).upper()
    text = f"PL{text}" if re.fullmatch(r"[0-9]{26}", text) else text
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", text):
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


def is_card(value: str) -> bool:
    """13 to 19 digits of a payment card (ISO 7812: they begin with 2 to 6) with Luhn's check digit."""
    digits = re.sub(r"[\s-]", "", value)
    if not re.fullmatch(r"[2-6][0-9]{12,18}", digits):
        return False
    doubled = [int(d) * 2 if place % 2 else int(d) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def is_document(value: str) -> bool:
    """A Polish identity card (ABC123456) or passport (AB1234567) with its check digit."""
    text = re.sub(r"\s", "", value).upper()
    if re.fullmatch(r"[A-Z]{3}[0-9]{6}", text):
        weights: Sequence[int] = (7, 3, 1, 9, 7, 3, 1, 7, 3)
    elif re.fullmatch(r"[A-Z]{2}[0-9]{7}", text):
        weights = (7, 3, 9, 1, 7, 3, 1, 7, 3)
    else:
        return False
    return sum(int(c, 36) * w for c, w in zip(text, weights, strict=True)) % 10 == 0


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
