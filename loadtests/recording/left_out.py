"""Requests that are in no figure of a load, and why: said wherever its figures are. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from loadtests.recording.summary import Summary

ON_START = "requests of on_start and on_stop, which are in no clock"
UNTOLD = "answers of which no request event told: another client, or catch_response without its with-block"


def in_words(summaries: Iterable[Summary]) -> list[str]:
    """What all workers left out, such as "43 requests of on_start and on_stop, which are in no clock"."""
    found = sum((Counter(summary.left_out) for summary in summaries), Counter[str]())
    return [f"{number:,} {what}" for what, number in sorted(found.items()) if number]
