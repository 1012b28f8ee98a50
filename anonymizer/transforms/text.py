"""Free text is not searched for people: it is written anew, about as long as it was."""

from __future__ import annotations

from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, Field

from anonymizer.pools import pool
from anonymizer.pseudonyms import prf
from anonymizer.pseudonyms.keys import Key
from anonymizer.transforms.base import Mask, Slot, Transform, among, joined, words
from anonymizer.transforms.results import Holds, consists_of
from foundation.documents import Input

_SENTENCES = 8
_CHARACTERS_PER_SENTENCE = 50


class Length(Input):
    """`longest`: characters that a result may have."""

    longest: int = Field(default=400, ge=20)


def regenerate(options: BaseModel, _slot: Slot) -> Mask:
    limit = cast(Length, options).longest

    def mask(key: Key, subjects: pa.Array, values: pa.Array) -> pa.Array:
        wanted = pc.utf8_length(values).fill_null(0).to_numpy() // _CHARACTERS_PER_SENTENCE
        picked = np.minimum(wanted, _SENTENCES - 1)
        sentences = _sentences(key, subjects, int(picked.max(initial=0)) + 1)
        chosen = [pc.if_else(pa.array(picked >= at), sentence, "") for at, sentence in enumerate(sentences)]
        written = pc.utf8_rtrim_whitespace(joined(chosen, " "))
        return pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(written, 0, limit))

    return mask


def _sentences(key: Key, subjects: pa.Array, count: int) -> list[pa.Array]:
    digest = prf.digests(key, subjects)
    choices = [prf.words(key, f"sentence-{turn}", digest)[0] for turn in range(count)]
    return [pool("sentences").take(pa.array(prf.choose(word, len(pool("sentences"))))) for word in choices]


def _holds(options: BaseModel, _slot: Slot) -> Holds:
    """The frozen sentences and nothing else: whatever consists of them alone is free of its source."""
    sentences = pool("sentences")
    return Holds(
        chance=1 / len(sentences), words=lambda: pool("sentences"),
        made=consists_of(sentences.to_pylist(), cast(Length, options).longest),
    )  # fmt: skip


REGENERATE = Transform(
    summary="other sentences, about as many", bind=regenerate, options=Length, family="text",
    canonical=words, longest=lambda options: cast(Length, options).longest, results=among(1),
    holds=_holds,
)  # fmt: skip
