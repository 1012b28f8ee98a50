"""The kind of a failure: its words without what was measured in them, so that alike failures are one kind."""

from __future__ import annotations

import re

LONGEST = 120  # letters
MOST = 50
"""Kinds that are told apart: a file whose every error is another would fill the memory. The rest is one."""
OTHERS = f"other failures than the first {MOST} kinds"
# What differs each time.
_MEASURED = re.compile(
    "|".join(
        (
            r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b",  # UUIDs
            r"\b0x[0-9a-fA-F]+\b",  # addresses in memory
            r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?",  # moments
            r"\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b",
            r"\b(?=[a-fA-F]*\d)[0-9a-fA-F]{12,}\b",  # digests and ids
            r"(?<![\d.\w])\d+\.\d+(?!\d*\.\d)",  # fractions; no versions, no addresses
            r"(?<![\d.\w])\d{4,}\b",  # sizes, ids, ports
            r"(?<![\d.\w])\d+(?= ?(?:[nuµm]?s|seconds?|minutes?|bytes?|[kKMG]i?B)\b)",
        )
    )
)


def told(text: str) -> str:
    """The text as a kind: "took 3.271 s" and "took 4.02 s" are both "took … s"; "version 3" stays."""
    return _MEASURED.sub("…", text)[:LONGEST]


def of_request(cause: object, status: object) -> str:
    """What went wrong with a locustfile's request: its status, the file's own words, or the error.

    Without what differs each time, such as the URL in the text of a status error or of a broken connection.
    """
    error = error_in(cause)
    name = type(error).__name__
    if name in ("CatchResponseError", "str"):  # words of the locustfile's own
        return told(str(error))
    if status:
        return f"status {status}"
    return name if isinstance(error, OSError) or not str(error) else told(f"{name}: {error}")


def error_in(cause: object) -> object:
    """The error itself, where a locustfile tells (type, error) as sys.exc_info has it."""
    if not isinstance(cause, tuple | list):
        return cause
    return next((part for part in cause if isinstance(part, BaseException)), str(cause))
