"""What else a text may say: through escapes of JSON, URLs, HTML, mail and programs, through tags, base64,
hexadecimal, gzip, zlib and UTF-16.

Pure; gives up on what is no text. A reading is only ever looked at, never kept.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import quopri
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote_plus

from anonymizer.proof.binary import numbers_within, within

# What a text has where it is escaped. RE2 understands it too.
TAG = "<[/!A-Za-z][^<>]*>"
# A soft hyphen, and what has no width.
HIDDEN = "[\u00ad\u200b-\u200d\u2060\ufeff]"
ESCAPES = (
    r"%[0-9A-Fa-f]{2}|&#?[0-9A-Za-z]{2,8};|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2,3}(?:[^0-9A-Fa-f]|$)"
    rf"|=40|=[C-F][0-9A-F]=[89AB][0-9A-F]|{TAG}|{HIDDEN}"
)
_DEEPEST = 3
_LONGEST = 64 << 20  # an unpacked value stops here: what packs into little may be endless
_PACKED = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
# What stands in a path, or behind a word and a symbol, begins where no symbol is.
_SEGMENTS = (re.compile(r"[A-Za-z0-9+_-]{12,}={0,2}"), re.compile(r"[A-Za-z0-9]{12,}={0,2}"))
# Mail, PEM and PostgreSQL write base64 in lines of 64 or 76; documents write a line's end as characters.
_WRAPPED = re.compile(r"(?<=[A-Za-z0-9+/]{60})(?:\r?\n|(?:\\r)?\\n)(?=[A-Za-z0-9+/])")
_HEX = re.compile(r"(?:\\x)?((?:[0-9A-Fa-f]{2}){7,})")
# An account number or the like, or hexadecimal: base64 of any length has more letters.
_NUMBER = re.compile(r"[A-Z]{0,2}[0-9_-]+|x?[0-9a-f]{14,}|x?[0-9A-F]{14,}")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_TAG, _HIDDEN = re.compile(TAG), re.compile(HIDDEN)
_TAG_IN_WORD = re.compile(rf"\w(?:{TAG})+\w")
_BYTES = re.compile(r"(?:\\x[0-9A-Fa-f]{2})+(?![0-9A-Fa-f]{2})")
_QUOTED = re.compile(r"=40|=[C-F][0-9A-F]=[89AB][0-9A-F]")
_SPACED = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[ :-]){6,}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])")
_GZIP = b"\x1f\x8b"
_MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16
_ZLIB = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")
_ODD = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")


def readings(text: str) -> Iterator[str]:
    """Every other reading of a text, to a depth of three."""
    return (found for found, _ in spoken(text))


def spoken(text: str, depth: int = _DEEPEST, *, rough: bool = False) -> Iterator[tuple[str, bool]]:
    """The readings, and of each whether it is `rough`: what stands among bytes that are no text."""
    if depth == 0:
        return
    for found, among_bytes in _one_layer(text):
        yield found, rough or among_bytes
        yield from spoken(found, depth - 1, rough=rough or among_bytes)


def _said(raw: bytes, among: Callable[[bytes], Iterable[str]] = within) -> Iterator[tuple[str, bool]]:
    """Bytes as the text that they are, and what is readable among them where they may be none."""
    plain = opened(raw)
    texts = [*texts_of(plain)]
    yield from ((text, False) for text in texts or _packed_within(plain))
    if not texts or b"\0" in plain or plain.startswith(_MARKS):
        yield from ((text, True) for text in among(plain))


def _packed_within(raw: bytes) -> Iterator[str]:
    """Text in gzip behind a header of something else."""
    at = raw.find(_GZIP + b"\x08")
    if at > 0:
        yield from texts_of(opened(raw[at:]))


def opened(raw: bytes) -> bytes:
    """The bytes that are packed in these, or these."""
    while raw.startswith((_GZIP, *_ZLIB)):
        raw, packed = _unpacked(raw), raw
        if not raw:
            return b"" if packed.startswith(_GZIP) else packed
    return raw


def texts_of(raw: bytes) -> Iterator[str]:
    """What bytes say if they are text, or packed text; a letter that was cut at the end is left out."""
    raw = opened(raw)
    for encoding in ("utf-8", *(_wide(raw))):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(raw)
        except UnicodeDecodeError:
            continue
        if text and not _ODD.search(text):
            yield text


def _wide(raw: bytes) -> tuple[str, ...]:
    """UTF-16 is tried where every second byte is often zero, or where a mark says so."""
    if raw.startswith(_MARKS):
        return ("utf-16",)
    if len(raw) % 2 or raw.count(0) * 4 < len(raw):
        return ()
    return ("utf-16-le",) if raw[1::2].count(0) > raw[::2].count(0) else ("utf-16-be",)


def _one_layer(text: str) -> Iterator[tuple[str, bool]]:
    plain = _plain(text)
    if plain != text:
        yield plain, False
        if "+" not in text:  # which an address means as a space, and base64 as itself
            return
    if "<" in text:
        yield from ((shown, False) for shown in _without_tags(text))
    for found in _HEX.finditer(text):
        among = numbers_within if found[1].isdecimal() else within
        yield from _said(binascii.unhexlify(found[1]), among)
    for found in _SPACED.finditer(text):
        yield from _said(bytes.fromhex(found[0].replace(":", " ").replace("-", " ")))
    for packed in _packed(text):
        if not _NUMBER.fullmatch(packed) and not _is_word(packed):
            yield from _from_base64(packed.rstrip("="))


def _plain(text: str) -> str:
    """The text without its escapes, and without what nobody sees."""
    if "%" in text:
        text = unquote_plus(text)
    if "&" in text:
        text = html.unescape(text)
    if "\\u" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    if "\\x" in text:
        text = _BYTES.sub(
            lambda found: bytes.fromhex(found[0].replace("\\x", " ")).decode("utf-8", "replace"), text
        )
    if _QUOTED.search(text):
        text = quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    return _HIDDEN.sub("", text)


def _without_tags(text: str) -> Iterator[str]:
    """What a browser shows: tags part words, or stand within one."""
    shown = _TAG.sub(" ", text)
    if shown != text:
        yield shown
    if _TAG_IN_WORD.search(text):
        yield _TAG.sub("", text)


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


def _from_base64(packed: str) -> Iterator[tuple[str, bool]]:
    whole = packed[: len(packed) - (len(packed) % 4 == 1)]
    try:
        raw = base64.urlsafe_b64decode(whole.replace("+", "-").replace("/", "_") + "=" * (-len(whole) % 4))
    except binascii.Error:
        return
    yield from _said(raw)


def _unpacked(raw: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=47).decompress(raw, _LONGEST)
    except zlib.error:
        return b""
