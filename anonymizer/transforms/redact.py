"""Free text with the persons taken out. Opt-in: what is not recognised stays; `regenerate` is the safe way.

Takes out e-mail addresses, numbers of nine digits and more, documents, street addresses, names of the
dictionaries and of the persons that the row names, in any case of Polish.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from anonymizer.discovery.naming import listed
from anonymizer.pools import pool
from anonymizer.pseudonyms import inflection
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import TEXT, Mask, Row, RowMask, Slot, Transform, among, exact
from foundation.documents import Input

NAME = "[name]"
_SPLIT = "\x01"
_WORD = r"(\p{L}+)"
_LETTERS = re.compile(r"[^\W\d_]+")
# A letter alone is an initial: it is in every text.
_SHORTEST = 2
# In this order: an account number is longer than the telephone number in it.
_PATTERNS = (
    ("[e-mail]", r"[\p{L}\p{N}._%+-]+\s?@\s?[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+"),
    ("[address]", r"\b(?i:ul|al|os|pl|ulic[aeyę]|alei?|osiedl[eau]|plac[u]?)(\.\s*|\s+)(\p{L}+\.?\s+)?"
                  r"\p{Lu}[\p{L}-]+(\s+\p{Lu}[\p{L}-]+)*(\s+\d+\s?\p{L}?(\s?(/|m\.?)\s?\d+)?)?"),
    ("[address]", r"\b\d{2}-\d{3}\s+\p{Lu}\p{L}+(\s\p{Lu}\p{L}+)?"),
    ("[number]", r"(\b[A-Z]{2}\s?)?(\+|\b00|\()?\d([\s().\\/-]{0,2}\d){8,}"),
    ("[number]", r"\b\d{1,3}(\.\d{1,3}){3}\b"),
    ("[number]", r"\b\d{3}[ -]\d{2}[ -]\d{2}\b"),
    ("[document]", r"\b[A-Z]{3}\s?\d{6}\b|\b[A-Z]{2}\s?\d{7}\b"),
)  # fmt: skip


class Persons(Input):
    """`persons`: columns of the row (comma between) with names or addresses of whom the text may speak."""

    persons: str = Field(default="")
    dictionaries: bool = Field(default=True)


def _columns(options: BaseModel) -> tuple[str, ...]:
    return tuple(name.strip() for name in cast(Persons, options).persons.split(",") if name.strip())


def redact(options: BaseModel, slot: Slot) -> Mask:
    """Without anybody named by the row: inside documents and arrays."""
    whole = redact_row(options, slot)
    return lambda key, _subjects, values: whole(key, values, {})


def redact_row(options: BaseModel, slot: Slot) -> RowMask:
    dictionaries = cast(Persons, options).dictionaries

    def mask(_key: Key, values: pa.Array, persons: Mapping[str, pa.Array]) -> pa.Array:
        text = pc.replace_substring(values, _SPLIT, " ")
        for mark, pattern in _PATTERNS:
            text = pc.replace_substring_regex(text, pattern, mark)
        out = _without_names(text, list(persons.values()), dictionaries=dictionaries)
        return pc.utf8_slice_codeunits(out, 0, slot.limit) if slot.limit else out

    return mask


def _without_names(text: pa.Array, persons: Sequence[pa.Array], *, dictionaries: bool) -> pa.Array:
    lists = pc.split_pattern(pc.replace_substring_regex(text, _WORD, rf"{_SPLIT}\1{_SPLIT}"), _SPLIT)
    parts, rows = lists.flatten().dictionary_encode(), pc.list_parent_indices(lists).to_numpy()
    codes = parts.indices.to_numpy()
    words = parts.dictionary.to_pylist()
    gone = np.zeros(len(codes), np.bool_)
    if dictionaries:
        gone |= np.array([_is_listed(word) for word in words], np.bool_)[codes]
    for names in persons:
        gone |= _named(codes, words, rows, names)
    kept = pc.if_else(pa.array(gone), NAME, parts.dictionary_decode())
    sizes = pc.list_value_length(lists).fill_null(0).to_numpy()
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), kept), "")
    return pc.if_else(text.is_null(), None, joined)


def _named(
    codes: NDArray[np.int32], words: Sequence[str], rows: NDArray[np.int64], names: pa.Array
) -> NDArray[np.bool_]:
    """Whether each word may be a form of a name in its own row. Every different pair is looked at once."""
    whose = names.fill_null("").dictionary_encode()
    texts = whose.dictionary.to_pylist()
    pairs = codes.astype(np.int64) * len(texts) + whose.indices.to_numpy()[rows]
    different, back = np.unique(pairs, return_inverse=True)
    of_names = [_stems_in(text) for text in texts]
    of_words = [inflection.possible_stems(word) if word.isalpha() else frozenset() for word in words]
    same = [
        not of_words[pair // len(texts)].isdisjoint(of_names[pair % len(texts)])
        for pair in different.tolist()
    ]
    return np.array(same, np.bool_)[back]


def _stems_in(text: str) -> frozenset[str]:
    """The stems of every name in a text; of an e-mail address, of the words before the @."""
    words = _LETTERS.findall(text.partition("@")[0])
    return frozenset().union(*(inflection.stems(word) for word in words if len(word) >= _SHORTEST))


def _is_listed(word: str) -> bool:
    """Whether a capitalised word may be a form of a name in the dictionaries."""
    return word[:1].isupper() and not _listed().isdisjoint(inflection.possible_stems(word))


@cache
def _listed() -> frozenset[str]:
    pools = ("first_names_male", "first_names_female", "last_names_male", "last_names_female")
    more = listed("polish_first_names") | listed("english_first_names")
    names = {*more} | {
        part for name in pools for value in pool(name).to_pylist() for part in str(value).split("-")
    }
    return frozenset().union(*map(inflection.stems, names))


REDACT = Transform(
    summary="the same text without names, addresses and numbers of persons", bind=redact, options=Persons,
    types=TEXT, family="redact", scopes=frozenset({"value"}), canonical=exact, longest=lambda _: None,
    results=among(1), keyed=False, coarse=True,
    row=Row(columns=_columns, masked=False, bind=redact_row),
)  # fmt: skip
