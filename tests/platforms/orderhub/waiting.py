"""Waiting on conditions with a deadline, never for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], what: str, *, seconds: float = 20) -> T:
    """The first truthy value of the condition. Fails saying what did not happen, and what was last seen."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}; last seen {value!r}"
        time.sleep(0.02)
    return value
