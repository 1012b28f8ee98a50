"""What is written within bytes that are no text as a whole: behind a header, between zeros, in other letters.

Pure. It finds words, not texts: what chance makes of other bytes stands there, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# So many readable bytes make it worth while; chance gives a digest's 32 bytes so many in one of twenty.
RUN, LONG_RUN, WIDE_RUN = 7, 11, 5
_LETTERS = "ĄĆĘŁŃÓŚŹŻąćęłńóśźż"
_OF_ONE_BYTE = ("cp1250", "iso8859-2")
_UTF_8 = re.compile(rb"(?:[\x20-\x7e\t\r\n]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){%d,}" % RUN)
_DIGITS = re.compile(rb"[0-9]{%d,}" % RUN)
_WIDE = (
    (re.compile(rb"(?:[\x20-\x7e\xd3\xf3]\x00|[\x04-\x7c]\x01){%d,}" % WIDE_RUN), "utf-16-le"),
    (re.compile(rb"(?:\x00[\x20-\x7e\xd3\xf3]|\x01[\x04-\x7c]){%d,}" % WIDE_RUN), "utf-16-be"),
)


def within(raw: bytes) -> Iterator[str]:
    """What is readable as UTF-8, as UTF-16, and in encodings of one byte a letter; rows of it on lines."""
    for pattern, encoding in (_UTF_8, "utf-8"), *_WIDE, *_NARROW:
        found = [run.decode(encoding, "replace") for run in pattern.findall(raw)]
        if found:
            yield "\n".join(found)


def numbers_within(raw: bytes) -> Iterator[str]:
    """Rows of digits: all that is looked for among bytes which, in hexadecimal, are a decimal number.

    Of an account number's pairs of digits chance makes seven readable characters in one of ten, and seven
    digits in one of a million.
    """
    return (row.decode() for row in _DIGITS.findall(raw))


def _narrow(encoding: str) -> re.Pattern[bytes]:
    """Rows of words that have a Polish letter; digits were read already."""
    own = re.escape(_LETTERS.encode(encoding))
    return re.compile(
        rb"[A-Za-z .'-]*[%b][A-Za-z .'%b-]{%d,}|[A-Za-z .'-]{%d,}[%b][A-Za-z .'%b-]*"
        % (own, own, LONG_RUN // 2, LONG_RUN // 2, own, own)
    )


_NARROW = [(_narrow(encoding), encoding) for encoding in _OF_ONE_BYTE]
