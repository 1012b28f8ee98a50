"""What the results of a transform can hold of what was there. The check after a copy has to know it.

Says nothing of how results are made: how often chance gives a value back, of which words results consist, and
which values have nothing that could be changed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
# Which texts: shape (texts,).
Which = Callable[[pa.Array], Flags]

_NO_ELEMENT = r'^\{[\s,{}"]*(NULL[\s,{}"]*)*\}$'
_NO_VALUE = r'^("(?:[^"\\]|\\.)*"=>(NULL|"")(, )?)*$'


@dataclass(frozen=True, kw_only=True)
class Holds:
    """What results can hold. As it stands: never what was there, so that one value in its place is a leak.

    `chance`: how often, at most, a draw gives a certain value; None: nobody knows. `word`: how often a result
    holds a certain word of `words`, of which all results are made (None: of any). `stays`: values in which
    nothing can be changed. `made`: texts that are results and can hold nothing else. `exact`: another result
    may have the same digits, so texts are compared as they are written. `judged`: False where a result may
    rightly be what was there.
    """

    chance: float | None = 0.0
    word: float = 0.0
    words: Callable[[], pa.Array] | None = field(default=None, repr=False)
    stays: Which | None = field(default=None, repr=False)
    made: Which | None = field(default=None, repr=False)
    exact: bool = False
    judged: bool = True


def matching(pattern: str) -> Which:
    """The texts in which a pattern is found."""
    return lambda texts: flags(pc.match_substring_regex(texts, pattern))


def without(pattern: str) -> Which:
    """The texts in which a pattern is not found."""
    found = matching(pattern)
    return lambda texts: ~found(texts)


# What has neither a digit nor a letter that could be another one.
WORDLESS = without(r"[\p{L}\p{Nd}]")
# What a one-to-one transform without fixed points, or one that sees to it, leaves in its place.
NOTHING = Holds()
UNKNOWN = Holds(chance=None)
ANYTHING = Holds(judged=False)


def unchanged(mask: Callable[[pa.Array], pa.Array], *, number: bool = False) -> Which:
    """The texts that a transform without a key gives back: numbers as numbers, however they are written."""

    def which(texts: pa.Array) -> Flags:
        after = mask(texts)
        same = flags(pc.equal(after, texts))
        if number:
            plain = flags(pc.and_(matched(after), matched(texts)))
            same |= plain & (_numbers(after, plain) == _numbers(texts, plain))
        return same

    return which


def matched(texts: pa.Array) -> pa.Array:
    return pc.match_substring_regex(texts, r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$")


def _numbers(texts: pa.Array, plain: Flags) -> NDArray[np.float64]:
    read = pc.if_else(pa.array(plain), texts, "0").cast(pa.float64())
    return np.asarray(read.to_numpy(zero_copy_only=False), np.float64)


def flags(found: pa.Array) -> Flags:
    """Arrow's truth values, NULL as false."""
    return np.asarray(found.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)


def most_often(*parts: pa.Array) -> float:
    """How often a draw from one of several pools, taken with equal chance, gives a certain value at most."""
    shares = []
    for values in parts:
        counted = pc.value_counts(pc.utf8_lower(values))
        share = pc.divide(counted.field("counts").cast(pa.float64()), float(len(values) * len(parts)))
        shares.append(pa.table({"value": counted.field("values"), "share": share}))
    summed = pa.concat_tables(shares).group_by("value").aggregate([("share", "sum")])
    return float(pc.max(summed.column("share_sum")).as_py())


def within(holds: Holds, *, is_array: bool, is_hstore: bool) -> Holds:
    """The same of arrays and of texts by key: where they have no value at all, they stay."""
    if not (is_array or is_hstore):
        return holds
    empty = matching(_NO_VALUE if is_hstore else _NO_ELEMENT)
    inner = holds.stays
    return replace(holds, made=None, stays=empty if inner is None else either(empty, inner))


def either(*kinds: Which) -> Which:
    """The texts of any of these kinds."""

    def which(texts: pa.Array) -> Flags:
        found = kinds[0](texts)
        for kind in kinds[1:]:
            found = found | kind(texts)
        return found

    return which


def consists_of(sentences: Sequence[str], limit: int) -> Which:
    """The texts that are whole sentences of these, one after another; the last one may be cut at `limit`.

    `sentences` are sorted and end with the only full stop in them.
    """
    listed = sorted(sentence.removesuffix(".") for sentence in sentences)
    known = pa.array(listed, pa.string())

    def which(texts: pa.Array) -> Flags:
        if not len(texts):
            return np.zeros(0, np.bool_)
        plain = texts.cast(pa.string()).fill_null("")
        parts = pc.split_pattern(plain, ". ")
        owners = pc.list_parent_indices(parts).to_numpy()
        pieces = pc.list_flatten(parts)
        last = np.append(owners[1:] != owners[:-1], True)
        ended = flags(pc.ends_with(pieces, ".")) & last
        whole = pc.if_else(pa.array(ended), pc.utf8_slice_codeunits(pieces, 0, -1), pieces)
        good = flags(pc.is_in(whole, known)) & (ended | ~last)
        cut = last & ~good & (_lengths(plain)[owners] >= limit - 1) & ~ended
        for at in np.flatnonzero(cut):
            good[at] = _begins(listed, pieces[int(at)].as_py())
        bad = np.bincount(owners[~good], minlength=len(plain))
        return np.asarray(bad == 0, np.bool_)

    return which


def _lengths(texts: pa.Array) -> NDArray[np.int64]:
    return np.asarray(pc.utf8_length(texts).to_numpy(), np.int64)


def _begins(listed: Sequence[str], piece: str) -> bool:
    at = bisect_left(listed, piece)
    return at < len(listed) and listed[at].startswith(piece)
