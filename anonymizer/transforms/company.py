"""Company names in Faker's Polish patterns. A name says nothing of what it was."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anonymizer.pools import pool
from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import Transform, joined, of_subject, words

# Of eight: no prefix, a prefix, two surnames, both.
_PREFIXED, _DOUBLE = 4, 2


def company(key: Key, subjects: pa.Array) -> pa.Array:
    """A name such as "PPUH Nowak-Wrona Sp.j."."""
    digest = prf.digests(key, subjects)
    pattern, prefix = prf.words(key, "pattern", digest)
    first, second = prf.words(key, "surnames", digest)
    suffix, _ = prf.words(key, "suffix", digest)
    head = joined([_of("company_prefixes", prefix), " "])
    tail = joined(["-", _of("last_names_male", second)])
    return joined(
        [
            _where(pattern % np.uint64(8) < _PREFIXED, head),
            _of("last_names_male", first),
            _where(pattern % np.uint64(8) % np.uint64(4) < _DOUBLE, tail),
            joined([" ", _of("company_suffixes", suffix)]),
        ]
    )


def _of(name: str, choices: prf.Words) -> pa.Array:
    return pool(name).take(pa.array(prf.choose(choices, len(pool(name)))))


def _where(condition: object, text: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(condition), text, "")


def _longest() -> int:
    parts = ("company_prefixes", "last_names_male", "last_names_male", "company_suffixes")
    return sum(int(pc.max(pc.utf8_length(pool(name))).as_py()) for name in parts) + 3


COMPANY = Transform(
    summary="a Polish company's name", bind=of_subject(company), family="company", canonical=words,
    longest=lambda _: _longest(), results=lambda _: len(pool("last_names_male")) ** 2,
)  # fmt: skip
