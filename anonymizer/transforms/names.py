"""The names that invented persons can have: as they are written, as addresses spell them, how often.

Knows the pools and no key: who gets which name is for persona.py to say.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer import pools
from anonymizer.pools import Locale
from anonymizer.pseudonyms.assembling import ending
from anonymizer.transforms.results import Flags, flags, most_often


@cache
def first_names(locale: Locale) -> pa.Array:
    """Women's names, then men's."""
    return pa.concat_arrays(pools.first_names(locale))


@cache
def last_names(locale: Locale) -> pa.Array:
    """The masculine forms, then the feminine ones of the same families."""
    women, men = pools.last_names(locale)
    return pa.concat_arrays([men, women])


def families(locale: Locale) -> int:
    """How many there are: each has a masculine and a feminine form."""
    return len(pools.last_names(locale)[0])


@cache
def spelled(names: str, locale: Locale) -> pa.Array:
    """Names as e-mail addresses spell them: ASCII letters, lower case."""
    listed = first_names(locale) if names == "first" else last_names(locale)
    return pc.utf8_lower(ascii_of(listed))


def ascii_of(values: pa.Array) -> pa.Array:
    """Polish and German letters without their marks, nothing but ASCII letters and digits."""
    plain = values
    for letter, ascii_letters in (("ł", "l"), ("Ł", "L"), ("ß", "ss")):
        plain = pc.replace_substring(plain, letter, ascii_letters)
    return pc.replace_substring_regex(pc.utf8_normalize(plain, form="NFD"), r"[^A-Za-z0-9]", "")


@cache
def first_and_space(locale: Locale) -> pa.Array:
    """First names, each before a surname."""
    return ending(first_names(locale), " ")


@cache
def spelled_before(names: str, locale: Locale, end: str) -> pa.Array:
    """Names as addresses spell them, each with what follows it there."""
    return ending(spelled(names, locale), end)


@cache
def hosts(locale: Locale) -> pa.Array:
    """What stands behind the login of an address; .example is reserved (RFC 2606)."""
    return pc.binary_join_element_wise("@", spelled("last", locale), ".example", "")


def longest(*names: pa.Array) -> int:
    """The characters that one of each can take together."""
    return sum(pc.max(pc.utf8_length(values)).as_py() for values in names)


def is_name(texts: pa.Array, locale: Locale) -> Flags:
    """A first name of the pool ("Anna Maria" is one), a space, a surname of it."""
    found = np.zeros(len(texts), np.bool_)
    most = int(pc.max(pc.count_substring(first_names(locale), " ")).as_py())
    for spaces in range(most + 1):
        parts = rf"^((?:[^ ]+ ){{{spaces}}}[^ ]+) (.+)$"
        first, last = (pc.replace_substring_regex(texts, parts, part) for part in (r"\1", r"\2"))
        known = pc.and_(pc.is_in(first, first_names(locale)), pc.is_in(last, last_names(locale)))
        found |= flags(pc.and_(known, pc.match_substring_regex(texts, parts)))
    return found


def words_of_people(locale: Locale) -> pa.Array:
    """Names, also as e-mail addresses spell them, and what addresses end with."""
    in_addresses = (spelled(names, locale) for names in ("first", "last"))
    return pa.concat_arrays([first_names(locale), last_names(locale), *in_addresses, pa.array(["example"])])


def commonest_first(locale: Locale) -> float:
    """The chance of the first name that comes most often."""
    return most_often(*pools.first_names(locale))


def commonest_last(locale: Locale) -> float:
    """The chance of the surname that comes most often."""
    return most_often(*pools.last_names(locale))


def commonest_spelled(locale: Locale) -> float:
    """The chance of the commonest first name and surname as addresses spell them: some become one."""
    women, men = (pc.utf8_lower(ascii_of(names)) for names in pools.first_names(locale))
    surnames = (pc.utf8_lower(ascii_of(names)) for names in pools.last_names(locale))
    return most_often(women, men) * most_often(*surnames)
