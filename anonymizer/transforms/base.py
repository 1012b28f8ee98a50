"""What a transform is: a pure function of (key, subject), with what the plan must know before it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from anonymizer.kernels import loops
from anonymizer.kernels.machine import compiled
from anonymizer.pseudonyms.keys import Key
from anonymizer.pseudonyms.prf import layout
from anonymizer.transforms.results import Holds
from foundation.documents import Input

TEXT = frozenset({"text", "character varying", "character", "citext", "name"})
JSON = frozenset({"json", "jsonb"})
DATES = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})
# The greatest value of every integer type.
INTEGERS = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
NUMBERS = frozenset({*INTEGERS, "numeric", "real", "double precision"})
# Integer columns that have room for any identifier of up to eighteen digits.
WIDE = frozenset({"bigint", "numeric"})
# Stands for every enumerated type.
ENUM = "enum"

# How many different results there are; INJECTIVE: as many as different subjects.
INJECTIVE = 0


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Where results are to stand: the type's name without length, its length, an enumerated type's labels."""

    type: str = "text"
    limit: int | None = None
    labels: tuple[str, ...] = ()

    @property
    def is_array(self) -> bool:
        return self.type.endswith("[]")

    @property
    def is_hstore(self) -> bool:
        """Whether it holds texts by key; the extension's type may stand in any schema."""
        return self.type.rpartition(".")[2] == "hstore"

    @property
    def element(self) -> Slot:
        """What one element of an array or one value of an hstore is; of anything else, itself."""
        return replace(self, type="text" if self.is_hstore else self.type.removesuffix("[]"))

    def takes(self, types: frozenset[str]) -> bool:
        """Whether a transform for these types can mask it; arrays are masked by element, hstores by value."""
        return self.element.type in types or (ENUM in types and bool(self.labels))


# Bytes that canonical text leaves as they are.
_PLAIN = np.array([0x20 < byte < 0x7F and not chr(byte).isupper() for byte in range(256)], np.uint8)
_is_within = compiled(loops.is_within)


class Mask(Protocol):
    """The pseudonyms of a column.

    `subjects` is what a pseudonym is a function of: the column's own values in canonical form
    (scope value) or another column's that says who or what the row is about (scope entity). `values` is what
    stands in the source: only a transform that keeps a part of it (a date's distance, a code's shape) may
    look at it. Both are Arrow strings of one length; NULL and empty values are put back by the caller.
    Transforms that are `digested` get `prf.Subjects` instead, whose digests are shared.
    """

    def __call__(self, key: Key, subjects: pa.Array, values: pa.Array, /) -> pa.Array: ...


Bind = Callable[[BaseModel, Slot], Mask]
Canonical = Callable[[pa.Array], pa.Array]


class Nothing(Input):
    """The options of a transform that has none."""


class RowMask(Protocol):
    """The pseudonyms of a column that looks at others of its row."""

    def __call__(self, key: Key, values: pa.Array, others: Mapping[str, pa.Array], /) -> pa.Array: ...


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a transform reads beside its own column: which columns, and whether as they will be, masked."""

    columns: Callable[[BaseModel], tuple[str, ...]]
    masked: bool
    bind: Callable[[BaseModel, Slot], RowMask]


@dataclass(frozen=True, kw_only=True)
class Transform:
    """A named way to mask. `bind` turns validated options and the place into the function."""

    summary: str
    bind: Bind
    options: type[Input] = Nothing
    types: frozenset[str] = TEXT
    # Transforms of one family under one domain share a key, so that what they say of a person agrees.
    family: str
    scopes: frozenset[str] = frozenset({"value", "entity"})
    canonical: Canonical
    # The most characters a result can have; None: it fits itself to the column.
    longest: Callable[[BaseModel], int | None]
    # The number of different results in that place, INJECTIVE for a one-to-one transform.
    results: Callable[[BaseModel, Slot], int]
    # What of the source a result can hold: the check after a copy takes nothing else for chance.
    holds: Callable[[BaseModel, Slot], Holds]
    # It looks at subjects through their digests alone, so that columns about the same subjects share them.
    digested: bool = False
    # Whether the key decides.
    keyed: bool = True
    # A result is a part of the truth: it never protects what is identifying.
    coarse: bool = False
    # Identifiers in a column of numbers have lost their leading zeros: how many digits they have.
    digits: int = 0
    # How it works where it looks at other columns of the row.
    row: Row | None = None
    # The edition of what it looks things up in; another edition may give other results.
    edition: Callable[[BaseModel], str] = lambda _options: ""
    # What it was measured to leave of the truth, for reports; "": a transform that leaves none, or was not.
    measured: Callable[[BaseModel], str] = lambda _options: ""
    # What is wrong with these options in that place, or None.
    misfit: Callable[[BaseModel, Slot], str | None] = lambda _options, _slot: None


def words(values: pa.Array) -> pa.Array:
    """Canonical text: NFC, no outer or doubled white space, case folded."""
    if is_plain(values):
        return values
    plain = pc.utf8_normalize(pc.utf8_trim_whitespace(values), form="NFC")
    return pc.utf8_lower(pc.replace_substring_regex(plain, r"\s+", " "))


def is_plain(values: pa.Array) -> bool:
    """Whether there is nothing but ASCII without white space and capitals: as canonical as text can be."""
    data, starts, lengths = layout(values)
    end = int(starts[-1] + lengths[-1]) if len(starts) else 0
    return bool(_is_within(data, int(starts[0]) if end else 0, end, _PLAIN))


def exact(values: pa.Array) -> pa.Array:
    """Canonical form of a key: the text itself."""
    return pc.utf8_trim_whitespace(values)


def of_subject(mask: Callable[[Key, pa.Array], pa.Array]) -> Bind:
    """`bind` of a transform that is a function of (key, subject) and of nothing else."""
    return lambda _options, _slot: lambda key, subjects, _values: mask(key, subjects)


def always(mask: Mask) -> Bind:
    """`bind` of a transform without options."""
    return lambda _options, _slot: mask


def at_most(characters: int) -> Callable[[BaseModel], int | None]:
    """`longest` of a transform whose results have a known greatest length."""
    return lambda _options: characters


def among(count: int) -> Callable[[BaseModel, Slot], int]:
    """`results` of a transform with a known number of them."""
    return lambda _options, _slot: count


def holding(holds: Holds) -> Callable[[BaseModel, Slot], Holds]:
    """`holds` of a transform for which neither options nor place matter."""
    return lambda _options, _slot: holds


def joined(parts: Sequence[pa.Array | str], separator: str = "") -> pa.Array:
    """Columns put together, row by row."""
    return pc.binary_join_element_wise(*parts, separator)
