"""What is recognised by its form: addresses, links, numbers, documents, dates of birth. Knows no name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.redaction.marks import character
from anonymizer.redaction.numerals import is_somebodys, without_dictated

# The mark, the pattern (RE2), and what of it stays in front of the mark.
Form = tuple[str, str, str]
_TELLS = r"\1"

_HOST = r"[\p{L}\p{N}-]+"
_AT = r"(?i:at|małpa|malpa|@)"
_DOT = r"(?i:dot|kropka)"
# A line's end in JSON or code is two characters, of which the second is no letter of what follows.
_ESCAPED = r"(\\[bfnrt])"
_LOCAL = r"(?:\\u[0-9A-Fa-f]{4}|[\p{L}\p{N}._%+-])+"
# In a link, @ is %40; in JSON it may be \u0040.
_SIGN = r"(?:\s?@\s?|%(?:25)*40|\\u0040)"
_LINKS: Sequence[Form] = (
    ("[link]", rf"(?:{_ESCAPED}|\b)[a-z][a-z0-9+.-]*://[^\s/@\"]+@[^\s,;)\"]+", _TELLS),
    ("[link]", r"(?i:\b(?:https?://)?(?:[a-z]+\.)?(?:facebook|fb|instagram|linkedin|twitter|x|tiktok|vk)\.com/"
               r"[^\s,;)]+)", ""),
    ("[e-mail]", rf"{_ESCAPED}?{_LOCAL}{_SIGN}{_HOST}(?:\.{_HOST})+", _TELLS),
    ("[e-mail]", rf"[\p{{L}}\p{{N}}._%+-]+\s*[(\[{{]\s*{_AT}\s*[)\]}}]\s*{_HOST}"
                 rf"(?:\s?(?:\.|[(\[{{]\s*{_DOT}\s*[)\]}}])\s?{_HOST})+", ""),
    ("[e-mail]", rf"[\p{{L}}\p{{N}}_%+-]+[._\p{{N}}][\p{{L}}\p{{N}}._%+-]*\s+{_AT}\s+{_HOST}"
                 rf"(?:(?:\.|\s{_DOT}\s){_HOST})+", ""),
    ("[link]", r"(^|[\s(,:])@[\p{L}\p{N}_.]{3,}", _TELLS),
)  # fmt: skip

_DAY = (
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}\s+(?i:stycz|lut|mar|kwie|maj|czerw|lip|sierp|wrze|pa[zź]d|listop|grud)\p{L}*\s+\d{4})"
)
_STREET = (
    r"(?:(?i:\b(?:ul|al|os|pl))\.\s*"
    r"|(?i:\b(?:ul|al|os|ulic[aeyęą]|alei?|alej[aeęą]|osiedl[eau]|osiedlem|placu?|placem))\s+)"
)
_RANK = r"(?:(?:gen|ks|św|dr|prof|płk|mjr|marsz|bp|kard|abp)\.\s*)"
_PROPER = rf"(?:\d+(?:-go|\.)?\s+)?{_RANK}?\p{{Lu}}[\p{{L}}.'-]*(?:\s+(?:i\s+)?\p{{Lu}}[\p{{L}}'-]+)*"
_HOUSE = r"\d+(?:\s?[A-LN-Z]\b|\p{L}\b)?(?:\s?(?:/|m\.?|lok\.?)\s?\d+\p{L}?)?"
_FLAT = r"\d{1,3}\s?\p{L}?\s?(?:/|m\.|lok\.)\s?\d{1,3}"
_GENITIVE = r"\p{Lu}\p{Ll}+(?:ej|iego|ego|icza|a|ów|ich|ych|i|y)"
_ADDRESSES: Sequence[Form] = (
    ("[date]", rf"((?i:\bur(?:\.|odz\p{{L}}*)|\bborn)\s*:?\s*(?i:dn\.|dnia|on|w)?\s*){_DAY}", _TELLS),
    ("[address]", rf"{_STREET}{_PROPER}(?:\s+{_HOUSE})?", ""),
    ("[address]", r"\b\d{2}-\d{3}\b(?:\s+\p{Lu}\p{L}+(?:[ -]\p{Lu}\p{L}+)?)?", ""),
    ("[address]", rf"\b\p{{Lu}}\p{{Ll}}+(?:\s+\p{{Lu}}\p{{Ll}}+)?\s+{_FLAT}\b", ""),
    ("[address]", rf"(\b(?i:na|przy)\s+){_GENITIVE}\s+\d{{1,3}}[a-zA-Z]?\b", _TELLS),
)

# The second half of a number plate, where letters tell it from a code.
_PLATE = (
    r"(?:\d{4}[A-Z]|\d{3}[A-Z]{2}|\d[A-Z]\d{3}|\d[A-Z]{2}\d{2}|\d{2}[A-Z]\d{2}"
    r"|[A-Z]\d{3}|[A-Z]\d{2}[A-Z]|\d[A-Z]\d{2})"
)
_CAR = r"(?i:\brej\.|\brejestr\p{L}*|\btablic\p{L}*|\bauto|\bsamoch\p{L}*|\bpojazd\p{L}*)"
_NUMBERS: Sequence[Form] = (
    ("[number]", r"\b(?:[0-9A-Fa-f]{1,4}:){4,7}[0-9A-Fa-f]{1,4}\b"
                 r"|\b(?:[0-9A-Fa-f]{1,4}:){1,6}:(?:[0-9A-Fa-f]{1,4}:?)*", ""),
    ("[number]", r"\b\d{1,3}(?:\.\d{1,3}){3}\b", ""),
    ("[number]", r"\b\d{3}[ -]\d{2}[ -]\d{2}\b", ""),
    ("[document]", r"\b[A-Z]{3}\s?\d{6}\b|\b[A-Z]{2}\s?\d{7}\b", ""),
    ("[document]", rf"\b[BCDEFGKLNOPRSTWZ][A-Z]{{1,2}}\s?{_PLATE}\b", ""),
    ("[document]", rf"({_CAR}[^.\n\d]{{0,12}}\s)[A-Z]{{2,3}}\s?[0-9A-Z]{{4,5}}\b", _TELLS),
)  # fmt: skip

_LONG = r"(\b[A-Z]{2}\s?)?(\+|\b00|\()?\d([\s().\\/-]{0,2}\d){8,}"
_LONGEST = re.compile(_LONG)
_NUMERAL = r"(?i)\b(zero|jeden|dwa|trzy|pi[eę]|sze[sś]|siedem|osiem|dziew|sto|czter)"


def without_forms(texts: pa.Array) -> pa.Array:
    """Texts in which a mark's character stands for all that is recognised by its form."""
    number = character("[number]")
    texts = _marked(texts, (*_LINKS, *_ADDRESSES))
    texts = _where(texts, _LONG, lambda text: _LONGEST.sub(_long, text))
    texts = _marked(texts, _NUMBERS)
    return _where(texts, _NUMERAL, lambda text: without_dictated(text, number))


def _long(match: re.Match[str]) -> str:
    return character("[number]") if is_somebodys(match[0]) else match[0]


def _marked(texts: pa.Array, forms: Sequence[Form]) -> pa.Array:
    for mark, pattern, stays in forms:
        texts = pc.replace_substring_regex(texts, pattern, stays + character(mark))
    return texts


def _where(texts: pa.Array, pattern: str, change: Callable[[str], str]) -> pa.Array:
    """Texts changed one by one where they have what matches."""
    has = pc.match_substring_regex(texts, pattern).fill_null(False)
    if not pc.any(has).as_py():
        return texts
    changed = [change(text) for text in texts.filter(has).to_pylist()]
    return pc.replace_with_mask(texts, has, pa.array(changed, texts.type))
