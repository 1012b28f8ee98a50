"""What else a text may say: through JSON, URL and HTML escapes, base64, hexadecimal, gzip and UTF-16.

Pure; gives up on what is no text. A reading is only ever looked at, never kept.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import zlib
from collections.abc import Iterator
from urllib.parse import unquote_plus

# What a text has where it is escaped. RE2 understands it too.
ESCAPES = r"%[0-9A-Fa-f]{2}|&#?[0-9A-Za-z]{2,8};|\\u[0-9A-Fa-f]{4}"
# Fewer characters of base64, or of hexadecimal, are nothing that anybody looks for.
SHORTEST, SHORTEST_HEX = 16, 14
_DEEPEST = 3
_LONGEST = 64 << 20  # an unpacked value stops here: what packs into little may be endless
_PACKED = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
# What stands in a path, or behind a word and a symbol, begins where no symbol is.
_SEGMENTS = (re.compile(r"[A-Za-z0-9+_-]{12,}={0,2}"), re.compile(r"[A-Za-z0-9]{12,}={0,2}"))
# Mail, PEM and PostgreSQL write base64 in lines of 64 or 76; documents write a line's end as characters.
_WRAPPED = re.compile(r"(?<=[A-Za-z0-9+/]{60})(?:\r?\n|(?:\\r)?\\n)(?=[A-Za-z0-9+/])")
_HEX = re.compile(r"(?:\\x)?((?:[0-9A-Fa-f]{2}){7,})")
# An account number or the like: base64 of any length has more letters.
_NUMBER = re.compile(r"[A-Z]{0,2}[0-9_-]+")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_GZIP = b"\x1f\x8b"
_ODD = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")


def readings(text: str, depth: int = _DEEPEST) -> Iterator[str]:
    """Every other reading of a text, to a depth of three."""
    if depth == 0:
        return
    for found in _one_layer(text):
        yield found
        yield from readings(found, depth - 1)


def texts_of(raw: bytes) -> Iterator[str]:
    """What bytes say if they are text, or packed text; a letter that was cut at the end is left out."""
    if raw.startswith(_GZIP):
        yield from texts_of(_unpacked(raw))
        return
    for encoding in ("utf-8", *(_wide(raw))):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(raw)
        except UnicodeDecodeError:
            continue
        if text and not _ODD.search(text):
            yield text


def _wide(raw: bytes) -> tuple[str, ...]:
    """UTF-16 is tried where every second byte is often zero, or where a mark says so."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-16",)
    if len(raw) % 2 or raw.count(0) * 4 < len(raw):
        return ()
    return ("utf-16-le",) if raw[1::2].count(0) > raw[::2].count(0) else ("utf-16-be",)


def _one_layer(text: str) -> Iterator[str]:
    plain = text
    if "%" in plain:
        plain = unquote_plus(plain)
    if "&" in plain:
        plain = html.unescape(plain)
    if "\\u" in plain:
        plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), plain)
    if plain != text:
        yield plain
        if "+" not in text:  # which an address means as a space, and base64 as itself
            return
    for found in _HEX.finditer(text):
        yield from texts_of(binascii.unhexlify(found[1]))
    for packed in _packed(text):
        if not _NUMBER.fullmatch(packed) and not _is_word(packed):
            yield from _from_base64(packed.rstrip("="))


def _packed(text: str) -> Iterator[str]:
    """Whatever may be base64: rows of its characters, lines of them as one, and what symbols part in them."""
    joined = _WRAPPED.sub("", text)
    if joined != text:
        yield from _PACKED.findall(joined)
    for row in _PACKED.findall(text):
        yield row
        yield from dict.fromkeys(part for of in _SEGMENTS for part in of.findall(row) if part != row)


def _is_word(packed: str) -> bool:
    return packed.isalpha() and (packed[1:].islower() or packed.isupper())


def _from_base64(packed: str) -> Iterator[str]:
    whole = packed[: len(packed) - (len(packed) % 4 == 1)]
    try:
        raw = base64.urlsafe_b64decode(whole.replace("+", "-").replace("/", "_") + "=" * (-len(whole) % 4))
    except binascii.Error:
        return
    yield from texts_of(raw)


def _unpacked(raw: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(raw, _LONGEST)
    except zlib.error:
        return b""
