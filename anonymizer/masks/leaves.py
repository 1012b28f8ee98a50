"""Many JSON texts at once, taken apart into shapes and leaves. Looks at bytes; knows neither paths nor rules.

Documents of one column have few shapes: what is decided for a shape holds for all its documents. Only leaves
(strings, numbers, true, false, null) differ from one to the next.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from anonymizer.pseudonyms.prf import Bytes, layout

Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

_QUOTE, _BACKSLASH, _COLON = ord('"'), ord("\\"), ord(":")
# Stands in a shape where a leaf stood; a control character has no place in JSON otherwise.
LEAF = b"\x01"
_MARKS = np.isin(np.arange(256), list(b"{}[],:"))
_SPACES = np.isin(np.arange(256), list(b" \t\r\n"))
_ATOM = r"^(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?|true|false|null)$"
_STRING = r'^"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"$'
_FIRST_PRINTED = 0x20  # what comes before it is written in a string as an escape only
_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
# What a text may not hold inside the quotes of JSON.
_ESCAPED = r'["\\\x00-\x1f]'


class WrongDocument(ValueError):  # noqa: N818 - says what happened
    """A text that cannot be read as JSON: `what` of it, and which it is, from 0. Never quotes it."""

    def __init__(self, what: str, row: int) -> None:
        super().__init__(f"document {row} {what}")
        self.what, self.row = what, row


@dataclass(frozen=True, kw_only=True)
class Leaves:
    """`shapes`: the different shapes as JSON with LEAF for every leaf; `codes`: the shape of each document.

    `tokens` holds every leaf of every document in a row, as written; a document's begin at `first`.
    """

    shapes: tuple[bytes, ...] = field(repr=False)
    codes: Places
    first: Places
    tokens: pa.Array = field(repr=False)


def read(texts: pa.Array) -> Leaves:
    """JSON texts, none NULL, as shapes and leaves. Raises WrongDocument: a text that is no JSON.

    Whether a shape is JSON is left to who reads the shapes; that every leaf is one of its own document, and
    stands in its shape, holds here.
    """
    # A space behind each, so that the last word of one does not run into the first of the next.
    data, starts, lengths = layout(pc.binary_join_element_wise(texts, " ", ""))
    begin = int(starts[0]) if len(starts) else 0
    bounds = np.append(starts, starts[-1] + lengths[-1] if len(starts) else 0) - begin
    data = data[begin : begin + int(bounds[-1])]
    quotes = _quotes(data)
    _refuse("has a string without an end", np.diff(np.searchsorted(quotes, bounds)) % 2 != 0)
    opens, closes = quotes[::2], quotes[1::2]
    inside = _covered(len(data), opens, closes)
    _refuse_at("has a control character in a string", bounds, inside & (data < _FIRST_PRINTED))
    marks = _MARKS[data] & ~inside
    atom_starts, atom_ends = _runs(~(inside | marks | _SPACES[data]))
    is_key = _keys(bounds, opens, closes, np.flatnonzero(marks & (data == _COLON)))
    order = np.argsort(leaf_starts := np.concatenate([opens[~is_key], atom_starts]), kind="stable")
    leaf_starts = leaf_starts[order]
    leaf_ends = np.concatenate([closes[~is_key] + 1, atom_ends])[order]
    tokens = _slices(data, leaf_starts, leaf_ends)
    first = np.searchsorted(leaf_starts, bounds)
    _refuse_words(tokens, first)
    codes, shapes = _shapes(
        data, bounds, marks | _covered(len(data), opens[is_key], closes[is_key]), leaf_starts
    )
    leaves_of = np.array([shape.count(LEAF) for shape in shapes], np.int64)
    _refuse("is no JSON", np.diff(first) != leaves_of[codes])
    return Leaves(shapes=shapes, codes=codes, first=first[:-1], tokens=tokens)


def _refuse(what: str, wrong: Flags) -> None:
    """Raises WrongDocument for the first of the documents that are wrong."""
    if wrong.any():
        raise WrongDocument(what, int(wrong.argmax()))


def _refuse_at(what: str, bounds: Places, wrong: Flags) -> None:
    """The same, by the place of what is wrong."""
    if wrong.any():
        raise WrongDocument(what, int(np.searchsorted(bounds, wrong.argmax(), side="right")) - 1)


def _keys(bounds: Places, opens: Places, closes: Places, colons: Places) -> Flags:
    """Which strings are keys: the last one before each colon, in its own document."""
    before = np.searchsorted(closes, colons) - 1
    document = np.searchsorted(bounds, colons, side="right") - 1
    nameless = (before < 0) | (opens[np.maximum(before, 0)] < bounds[document]) if len(opens) else colons >= 0
    if nameless.any():
        raise WrongDocument("has a colon without a key", int(document[nameless.argmax()]))
    is_key = np.zeros(len(opens), np.bool_)
    is_key[before] = True
    return is_key


def _quotes(data: Bytes) -> Places:
    """Where strings begin and end, by turns: quotes that no backslash takes for itself."""
    quotes = np.flatnonzero(data == _QUOTE)
    slashes = data == _BACKSLASH
    if not slashes.any():
        return quotes
    other = np.maximum.accumulate(np.where(slashes, -1, np.arange(len(data))))
    before = np.maximum(quotes - 1, 0)
    run = np.where(quotes > 0, before - other[before], 0)
    free: Places = quotes[run % 2 == 0]
    return free


def _covered(size: int, firsts: Places, lasts: Places) -> Flags:
    """Which places lie from a first to its last, both included."""
    edges = np.zeros(size + 1, np.int8)
    edges[firsts] = 1
    edges[lasts + 1] -= 1
    return np.cumsum(edges[:-1], dtype=np.int8).view(np.bool_)


def _runs(flags: Flags) -> tuple[Places, Places]:
    edges = np.flatnonzero(np.diff(flags.view(np.int8), prepend=0, append=0))
    return edges[::2], edges[1::2]


def _slices(data: Bytes, starts: Places, ends: Places) -> pa.Array:
    """Pieces of the bytes as strings."""
    offsets = np.empty(2 * len(starts) + 2, np.int64)
    offsets[0], offsets[-1] = 0, len(data)
    offsets[1:-1:2], offsets[2:-1:2] = starts, ends
    pieces = pa.Array.from_buffers(
        pa.large_string(),
        len(offsets) - 1,
        [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(data))],
    )
    return pieces.take(pa.array(np.arange(1, len(pieces), 2))).cast(pa.string())


def _shapes(data: Bytes, bounds: Places, kept: Flags, leaves: Places) -> tuple[Places, tuple[bytes, ...]]:
    """Which shape each document has, and the different shapes."""
    marked = data.copy()
    marked[leaves] = LEAF[0]
    kept[leaves] = True
    offsets = np.concatenate([[0], np.cumsum(kept)])[bounds].astype(np.int64)
    content = np.ascontiguousarray(marked[kept])
    each = pa.Array.from_buffers(
        pa.large_binary(), len(bounds) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(content)]
    ).dictionary_encode()
    return each.indices.to_numpy().astype(np.int64), tuple(each.dictionary.to_pylist())


def _refuse_words(tokens: pa.Array, first: Places) -> None:
    """Raises WrongDocument: a leaf that JSON does not have. `first`: the first leaf of every document."""
    quoted = pc.starts_with(tokens, '"')
    fine = pc.or_(quoted, pc.match_substring_regex(tokens, _ATOM))
    escaped = pc.and_(quoted, pc.match_substring(tokens, "\\"))
    if escaped.true_count:
        right = pc.match_substring_regex(tokens.filter(escaped), _STRING)
        fine = pc.replace_with_mask(fine, escaped, right)
    if fine.false_count:
        wrong = int(pc.index(fine, False).as_py())
        raise WrongDocument("is no JSON", int(np.searchsorted(first, wrong, side="right")) - 1)


def texts(tokens: pa.Array) -> pa.Array:
    """What strings and numbers without an exponent say; anything else is NULL."""
    quoted = pc.starts_with(tokens, '"')
    plain = pc.if_else(quoted, pc.utf8_slice_codeunits(tokens, 1, -1), tokens)
    said = pc.if_else(pc.or_(quoted, pc.match_substring_regex(tokens, _NUMBER)), plain, None)
    escaped = pc.and_(quoted, pc.match_substring(tokens, "\\")).fill_null(False)
    if not escaped.true_count:
        return said
    decoded = [json.loads(token) for token in tokens.filter(escaped).to_pylist()]
    return pc.replace_with_mask(said, escaped, pa.array(decoded, pa.string()))


def written(masked: pa.Array, was: pa.Array) -> pa.Array:
    """Masked texts as leaves: NULL as null, a number in the place of one as a number, else a string."""
    odd = pc.match_substring_regex(masked, _ESCAPED).fill_null(False)
    strings = pc.binary_join_element_wise('"', masked, '"', "")
    if odd.true_count:
        escaped = [json.dumps(text, ensure_ascii=False) for text in masked.filter(odd).to_pylist()]
        strings = pc.replace_with_mask(strings, odd, pa.array(escaped, pa.string()))
    number = pc.and_(
        pc.match_substring_regex(was, _NUMBER), pc.match_substring_regex(masked, _NUMBER)
    ).fill_null(False)
    digits = pc.replace_substring_regex(masked, r"^(-?)0+([0-9])", r"\1\2")
    return pc.coalesce(pc.if_else(number, digits, strings), pa.scalar("null"))
