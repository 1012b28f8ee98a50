"""One spelling of every value, whichever engine or file it came from. Never says what a value means.

Takes what an engine's driver gives: typed Arrow arrays, or texts as PostgreSQL or MariaDB write them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

Kind = Literal[
    "text", "integer", "number", "real", "double", "boolean", "date", "time", "timestamp", "instant", "bytes",
    "uuid", "json",
]  # fmt: skip

# What each of PostgreSQL's types holds; all others are compared as the text they are written as.
KINDS: Mapping[str, Kind] = {
    "smallint": "integer", "integer": "integer", "bigint": "integer", "numeric": "number", "real": "real",
    "double precision": "double", "boolean": "boolean", "date": "date", "time without time zone": "time",
    "timestamp without time zone": "timestamp", "timestamp with time zone": "instant", "bytea": "bytes",
    "uuid": "uuid", "json": "json", "jsonb": "json",
}  # fmt: skip

_ZEROS = r"(\.[0-9]*?)0+$"
_POINT = r"\.$"
_OF_UTC = r"(Z|[+]00(:?00)?)$"
_OFFSET = r"[+-][0-9]{2}(:?[0-9]{2})?$"


def kind_of(base: str) -> Kind:
    """What a type's values are; `base` is the type's name without length, as PostgreSQL writes it."""
    return KINDS.get(base, "text")


def canonical(values: pa.Array, kind: Kind) -> pa.Array:
    """The values in their one spelling, as Arrow strings; NULL stays NULL.

    Numbers lose zeros that say nothing, moments are in UTC, booleans are true and false, bytes are
    hexadecimal, documents have sorted keys. Raises ValueError or ArrowInvalid for what is not of that kind.
    """
    if kind == "bytes":
        return _bytes(values)
    if pa.types.is_boolean(values.type):
        return values.cast(pa.string())
    return _SPELLED[kind](_text(values))


def _text(values: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_timestamp(values.type) and values.type.tz is not None:
        values = values.cast(pa.timestamp(values.type.unit))  # its moment in UTC
    text = values.cast(pa.string())
    if pa.types.is_decimal(values.type) and pc.any(pc.match_substring(text, "E")).as_py():
        plain = [None if one is None else f"{one:f}" for one in values.to_pylist()]
        return pa.array(plain, pa.string())
    return text


def _same(text: pa.Array) -> pa.Array:
    return text


def _number(text: pa.Array) -> pa.Array:
    short = pc.replace_substring_regex(pc.replace_substring_regex(text, _ZEROS, r"\1"), _POINT, "")
    return pc.if_else(pc.equal(short, "-0"), "0", short)


def _floating(kind: pa.DataType) -> Callable[[pa.Array], pa.Array]:
    def spelled(text: pa.Array) -> pa.Array:
        short = text.cast(kind).cast(pa.string())
        return pc.if_else(pc.equal(short, "-0"), "0", short)

    return spelled


def _boolean(text: pa.Array) -> pa.Array:
    small = pc.utf8_lower(text)
    true = pc.is_in(small, pa.array(["t", "true", "1"]))
    false = pc.is_in(small, pa.array(["f", "false", "0"]))
    named = pc.if_else(true, "true", pc.if_else(false, "false", small))
    return pc.if_else(pc.is_null(text), pa.scalar(None, pa.string()), named)


def _time(text: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.replace_substring_regex(text, _ZEROS, r"\1"), _POINT, "")


def _timestamp(text: pa.Array) -> pa.Array:
    return _time(pc.replace_substring(text, "T", " ", max_replacements=1))


def _instant(text: pa.Array) -> pa.Array:
    plain = pc.replace_substring_regex(text, _OF_UTC, "")
    time_of_day = pc.utf8_slice_codeunits(plain, 10)
    if pc.any(pc.match_substring_regex(time_of_day, _OFFSET)).as_py():
        plain = text.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us")).cast(pa.string())
    return _timestamp(plain)


def _bytes(values: pa.Array) -> pa.Array:
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return pc.utf8_lower(pc.replace_substring_regex(values.cast(pa.string()), r"^\\x", ""))
    return pa.array([None if one is None else one.hex() for one in values.to_pylist()], pa.string())


def _json(text: pa.Array) -> pa.Array:
    return pa.array([None if one is None else document(one) for one in text.to_pylist()], pa.string())


def document(text: str) -> str:
    """A JSON document with sorted keys, no spaces, and numbers without zeros that say nothing."""
    # A NUL cannot stand in jsonb, so a text that starts with one is a number that was set aside.
    loaded = json.loads(text, parse_float=_fraction)
    written = json.dumps(loaded, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return re.sub(r'"\\u0000([^"]*)"', r"\1", written) if "\\u0000" in written else written


def _fraction(written: str) -> str:
    plain = f"{Decimal(written):f}"
    short = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "\0" + ("0" if short == "-0" else short)


_SPELLED: Mapping[Kind, Callable[[pa.Array], pa.Array]] = {
    "text": _same, "integer": _same, "number": _number, "real": _floating(pa.float32()),
    "double": _floating(pa.float64()), "boolean": _boolean, "date": _same, "time": _time,
    "timestamp": _timestamp, "instant": _instant, "uuid": pc.utf8_lower, "json": _json,
}  # fmt: skip
