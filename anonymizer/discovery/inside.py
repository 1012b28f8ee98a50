"""Whether texts contain an address or a number that is somebody's, among whatever else. Quotes no value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from anonymizer.discovery import checksums

# What stands for @ in a link, in JSON and in HTML.
_AT = r"(?:@|%(?:25)*40|\\u0040|&#(?:64|x40);)"
_FORMS = re.compile(
    rf"[\w.+-]{_AT}[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{{2,}}"  # somebody's e-mail address
    r"|\b[a-z][a-z0-9+.-]*://[^\s/@:]*:[^\s/@]+@"  # a link with a password
    # A network address; behind a slash stands the version of a program.
    r"|(?<![\w./])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.])"
    r"|(?<![\w+])(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){8,14}(?!\w)"  # a telephone, abroad
    r"|(?<![\w-])\d{3}[ -]\d{3}[ -]\d{3}(?![\w-])"  # and at home
    # A number behind the word that says whose it is.
    r"|\b(?:pesel|nip|regon|tel|telefon|phone|kom|fax|iban|ssn|konto|rachunek|paszport|passport)\b"
    r"\W{0,3}(?:(?:nr|no)\b)?\W{0,3}\d(?:[ -]?\d){6,}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w-])(?:[A-Z]{2} ?)?\d(?:[ -]?\d){8,27}(?![\w-])")
_DATED = re.compile(r"\d\d(?:[02468][1-9]|[13579][0-2])(?:0[1-9]|[12]\d|3[01])\d{5}")


def share(values: Sequence[str]) -> float:
    """The share of the different values that contain one."""
    different = {value.strip() for value in values} - {""}
    return sum(map(contains, different)) / len(different) if different else 0.0


def contains(text: str) -> bool:
    """Whether there is an address in the text, or a number with a check digit or a date of birth in it."""
    if _FORMS.search(text):
        return True
    return any(_is_somebodys(number, alone=number == text) for number in _NUMBER.findall(text))


def _is_somebodys(number: str, *, alone: bool) -> bool:
    digits = re.sub(r"[ -]", "", number)
    tests = (
        checksums.is_pesel, checksums.is_iban, checksums.is_card, checksums.is_nip, checksums.is_regon,
    )  # fmt: skip
    # A mistyped PESEL is somebody's still; alone, eleven digits are told by all values of the column.
    return any(test(digits) for test in tests) or (not alone and bool(_DATED.fullmatch(digits)))
