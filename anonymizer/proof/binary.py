"""What is written within bytes that are no text as a whole: behind a header, between zeros, in other letters.

Pure. It finds words, not texts: what chance makes of other bytes stands there, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from anonymizer.proof.characters import POLISH

# So many readable bytes make it worth while; chance gives a digest's 32 bytes so many in one of twenty.
RUN, LONG_RUN, WIDE_RUN = 7, 11, 5
_SHOWN = rb"[\x20-\x7e]"
_POLISH = b"[" + re.escape(bytes(POLISH)) + rb"\x20-\x7e]"
_READABLE = re.compile(
    b"%b{%d}|%b{%d}|(?:%b[\x00\x01]){%d}|(?:[\x00\x01]%b){%d}"
    % (_SHOWN, RUN, _POLISH, LONG_RUN, _SHOWN, WIDE_RUN, _SHOWN, WIDE_RUN)
)
_LETTERS = "ĄĆĘŁŃÓŚŹŻąćęłńóśźż"
_OF_ONE_BYTE = ("cp1250", "iso8859-2")
_WIDE = (
    (re.compile(rb"(?:[\x20-\x7e\xd3\xf3]\x00|[\x04-\x7c]\x01){5,}"), "utf-16-le"),
    (re.compile(rb"(?:\x00[\x20-\x7e\xd3\xf3]|\x01[\x04-\x7c]){5,}"), "utf-16-be"),
)


def within(raw: bytes) -> Iterator[str]:
    """The bytes as UTF-8, anything else left out; as UTF-16; and as encodings of one byte a letter."""
    if not _READABLE.search(raw):
        return
    yield raw.decode("utf-8", "replace")
    for pattern, encoding in _WIDE:
        found = [run.decode(encoding) for run in pattern.findall(raw)]
        if found:
            yield "\n".join(found)
    for encoding, (table, letters) in _TABLES.items():
        if letters.search(raw):
            yield raw.translate(table).decode(encoding)


def _table(encoding: str) -> tuple[bytes, re.Pattern[bytes]]:
    """Everything but letters as blanks (digits were read already), and what tells such a letter in a word."""
    kept = {*range(0x41, 0x5B), *range(0x61, 0x7B), *_LETTERS.encode(encoding)}
    own = b"[" + re.escape(_LETTERS.encode(encoding)) + b"]"
    return bytes(byte if byte in kept else 0x20 for byte in range(256)), re.compile(
        b"[A-Za-z]%b|%b[A-Za-z]" % (own, own)
    )


_TABLES = {encoding: _table(encoding) for encoding in _OF_ONE_BYTE}
