"""Company names in Faker's patterns of a country. A name says nothing of what it was."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from anonymizer.pools import Locale, last_names, of_country, pool
from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import Mask, Slot, Transform, joined, words
from anonymizer.transforms.locales import Named, locale_of
from anonymizer.transforms.results import Holds, most_often

# Of eight: no prefix, a prefix (Polish companies only), two surnames, both.
_PREFIXED, _DOUBLE = 4, 2


def company(key: Key, subjects: pa.Array, locale: Locale) -> pa.Array:
    """A name such as "PPUH Nowak-Wrona Sp.j.", "Kramer-Weiß GmbH" or "Monroe Inc"."""
    digest = prf.digests(key, subjects)
    pattern, prefix = prf.words(key, "pattern", digest)
    first, second = prf.words(key, "surnames", digest)
    suffix, _ = prf.words(key, "suffix", digest)
    head = joined([_of(pool("company_prefixes"), prefix), " "])
    tail = joined(["-", _of(_families(locale), second)])
    prefixed = pattern % np.uint64(8) < (_PREFIXED if locale == "pl_PL" else 0)
    return joined(
        [
            _where(prefixed, head),
            _of(_families(locale), first),
            _where(pattern % np.uint64(8) % np.uint64(4) < _DOUBLE, tail),
            joined([" ", _of(of_country("company_suffixes", locale), suffix)]),
        ]
    )


def _families(locale: Locale) -> pa.Array:
    return last_names(locale)[1]


def _of(values: pa.Array, choices: prf.Words) -> pa.Array:
    return values.take(pa.array(prf.choose(choices, len(values))))


def _where(condition: object, text: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(condition), text, "")


def _bind(options: BaseModel, _slot: Slot) -> Mask:
    return lambda key, subjects, _values: company(key, subjects, locale_of(options))


def _longest(options: BaseModel) -> int:
    locale = locale_of(options)
    families, suffixes = _families(locale), of_country("company_suffixes", locale)
    parts = (pool("company_prefixes"), families, families, suffixes)
    return sum(int(pc.max(pc.utf8_length(values)).as_py()) for values in parts) + 3


def _results(options: BaseModel, _slot: Slot) -> int:
    """As many as would meet as seldom if all were as likely: those of one surname are fewer."""
    locale = locale_of(options)
    families, suffixes = len(_families(locale)), len(of_country("company_suffixes", locale))
    # Half are of one surname, half of two: one kind meets with the square of its share over its number.
    kinds = families * suffixes * 4 / (1 + 1 / families)
    return int(4 * kinds / (1 + 1 / len(pool("company_prefixes"))) if locale == "pl_PL" else kinds)


def _holds(options: BaseModel, _slot: Slot) -> Holds:
    """The likeliest name is of one surname: half of them, of Polish ones those without a prefix alone.

    Some prefixes are surnames, too (Grupa): so many results hold that one.
    """
    locale = locale_of(options)
    families, suffixes = _families(locale), of_country("company_suffixes", locale)
    surname, prefixes = most_often(families), pool("company_prefixes")
    called = pc.any(pc.is_in(pc.utf8_lower(prefixes), pc.utf8_lower(families))).as_py()
    return Holds(
        chance=surname * most_often(suffixes) / (4 if locale == "pl_PL" else 2),
        word=2 * surname + (most_often(prefixes) / 2 if called and locale == "pl_PL" else 0),
        words=lambda: pa.concat_arrays([prefixes, families, suffixes]),
    )  # fmt: skip


COMPANY = Transform(
    summary="a company's name", bind=_bind, options=Named, family="company", canonical=words,
    longest=_longest, results=_results, holds=_holds,
)  # fmt: skip
