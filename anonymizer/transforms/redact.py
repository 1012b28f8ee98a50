"""Free text with the persons taken out. Opt-in: what is not recognised stays; `regenerate` is the safe way.

Takes out what `redaction` recognises by its form or as a name, and the persons that the row names, in any
case of Polish.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from anonymizer.pseudonyms import inflection
from anonymizer.pseudonyms.keys import Key
from anonymizer.redaction import marks, morphology, names
from anonymizer.redaction.forms import without_forms
from anonymizer.redaction.names import Texts
from anonymizer.redaction.numerals import plain
from anonymizer.redaction.recall import HELD_OUT
from anonymizer.transforms.base import TEXT, Mask, Row, RowMask, Slot, Transform, among, exact, holding
from anonymizer.transforms.results import ANYTHING
from foundation.documents import Input

_WORD = r"(\p{L}+)"
_LETTERS = re.compile(r"[^\W\d_]+")
# A letter alone is an initial: it is in every text.
_SHORTEST = 2


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
        text, instead = marks.spared(values)
        text = without_forms(text)
        out = marks.spelled(_without_names(text, list(persons.values()), dictionaries=dictionaries), instead)
        return pc.utf8_slice_codeunits(out, 0, slot.limit) if slot.limit else out

    return mask


def _without_names(text: pa.Array, persons: Sequence[pa.Array], *, dictionaries: bool) -> pa.Array:
    lists = pc.split_pattern(
        pc.replace_substring_regex(text, _WORD, rf"{marks.SPLIT}\1{marks.SPLIT}"), marks.SPLIT
    )
    parts = lists.flatten().dictionary_encode()
    sizes = pc.list_value_length(lists).fill_null(0).to_numpy()
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    rows = pc.list_parent_indices(lists).to_numpy()
    texts = Texts(
        parts=parts.dictionary.to_pylist(), codes=parts.indices.to_numpy(), rows=rows,
        places=np.arange(len(rows)) - offsets[rows],
    )  # fmt: skip
    gone = names.found(texts) if dictionaries else np.zeros(len(rows), np.bool_)
    for named in persons:
        gone |= _named(texts, named)
    kept = pc.if_else(pa.array(gone), marks.NAME, parts.dictionary_decode())
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), kept), "")
    return pc.if_else(text.is_null(), None, joined)


def _named(texts: Texts, persons: pa.Array) -> NDArray[np.bool_]:
    """Whether each word may be a form of a name in its own row. Every different pair is looked at once."""
    whose = persons.fill_null("").dictionary_encode()
    written = whose.dictionary.to_pylist()
    pairs = texts.codes.astype(np.int64) * len(written) + whose.indices.to_numpy()[texts.rows]
    different, back = np.unique(pairs, return_inverse=True)
    of_names = [_stems_in(text) for text in written]
    of_words = [
        inflection.possible_stems(word) if word.isalpha() else frozenset[str]() for word in texts.parts
    ]
    same = [
        not of_words[pair // len(written)].isdisjoint(of_names[pair % len(written)])
        for pair in different.tolist()
    ]
    return np.array(same, np.bool_)[back]


def _stems_in(text: str) -> frozenset[str]:
    """The stems of every name in a text, also without Polish letters; of an e-mail address, before the @."""
    words = _LETTERS.findall(text.partition("@")[0])
    written = {form for word in words if len(word) >= _SHORTEST for form in (word, plain(word))}
    return frozenset().union(*map(inflection.stems, written))


def _misfit(options: BaseModel, _slot: Slot) -> str | None:
    if cast(Persons, options).dictionaries and not morphology.available():
        where = "install it, or write dictionaries: false (Linux on ARM has no build of it)"
        return f"redact looks names up in morfeusz2, which is not installed: {where}"
    return None


def _edition(options: BaseModel) -> str:
    return morphology.edition() if cast(Persons, options).dictionaries and morphology.available() else ""


def _measured(options: BaseModel) -> str:
    if not cast(Persons, options).dictionaries:
        return "nobody measured it without its dictionaries"
    known = bool(_columns(options))
    return (
        f"{HELD_OUT[known]}, in invented texts whose rows {'name' if known else 'do not name'} their persons"
    )


REDACT = Transform(
    summary="the same text without names, addresses and numbers of persons", bind=redact, options=Persons,
    types=TEXT, family="redact", scopes=frozenset({"value"}), canonical=exact, longest=lambda _: None,
    results=among(1), keyed=False, coarse=True, misfit=_misfit,
    edition=_edition, measured=_measured, holds=holding(ANYTHING),
    row=Row(columns=_columns, masked=False, bind=redact_row),
)  # fmt: skip
