"""What a transform is: a pure function of (key, subject), with what the plan must know before it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from anonymizer.keys import Key
from foundation.documents import Input

TEXT = frozenset({"text", "character varying", "character", "citext", "name"})
JSON = frozenset({"json", "jsonb"})
DATES = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})

# How many different results there are; INJECTIVE: as many as different subjects.
INJECTIVE = 0


class Mask(Protocol):
    """The pseudonyms of a column.

    `subjects` is what a pseudonym is a function of: the column's own values in canonical form
    (scope value) or another column's that says who or what the row is about (scope entity). `values` is what
    stands in the source: only a transform that keeps a part of it (a date's distance, a code's shape) may
    look at it. Both are Arrow strings of one length; NULL and empty values are put back by the caller.
    """

    def __call__(self, key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array: ...


class Nothing(Input):
    """The options of a transform that has none."""


@dataclass(frozen=True, kw_only=True)
class Transform:
    """A named way to mask. `bind` turns validated options into the function."""

    summary: str
    bind: Callable[[BaseModel], Mask]
    options: type[Input] = Nothing
    types: frozenset[str] = TEXT
    # Transforms of one family under one domain share a key, so that what they say of a person agrees.
    family: str
    scopes: frozenset[str] = frozenset({"value", "entity"})
    canonical: Callable[[pa.Array], pa.Array]
    # The most characters a result can have; None: it fits itself to the column.
    longest: Callable[[BaseModel], int | None]
    # The number of different results, INJECTIVE for a one-to-one transform.
    results: Callable[[BaseModel], int]


def words(values: pa.Array) -> pa.Array:
    """Canonical text: NFC, no outer or doubled white space, case folded."""
    plain = pc.utf8_normalize(pc.utf8_trim_whitespace(values), form="NFC")
    return pc.utf8_lower(pc.replace_substring_regex(plain, r"\s+", " "))


def exact(values: pa.Array) -> pa.Array:
    """Canonical form of a key: the text itself."""
    return pc.utf8_trim_whitespace(values)


def of_subject(mask: Callable[[Key, pa.Array], pa.Array]) -> Callable[[BaseModel], Mask]:
    """`bind` of a transform that is a function of (key, subject) and of nothing else."""
    return lambda _options: lambda key, subjects, _values: mask(key, subjects)


def always(mask: Mask) -> Callable[[BaseModel], Mask]:
    """`bind` of a transform without options."""
    return lambda _options: mask


def at_most(characters: int) -> Callable[[BaseModel], int | None]:
    """`longest` of a transform whose results have a known greatest length."""
    return lambda _options: characters


def among(count: int) -> Callable[[BaseModel], int]:
    """`results` of a transform with a known number of them."""
    return lambda _options: count


def joined(parts: Sequence[pa.Array | str], separator: str = "") -> pa.Array:
    """Columns put together, row by row."""
    return pc.binary_join_element_wise(*parts, separator)
