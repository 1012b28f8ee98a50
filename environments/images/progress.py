"""What a build tells while it runs, as values. Draws nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where an image is on its way."""

    WAITING = "waiting"
    BUILDING = "building"
    PULLING = "pulling"
    SENDING = "sending"
    CACHED = "cached"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class ImageProgress:
    """One image's news, or those of all that go to a host: step x of y while it is being built or sent.

    `doing` is a short text for people.
    """

    name: str
    state: State
    step: int = 0
    steps: int = 0
    doing: str = ""


Report = Callable[[ImageProgress], None]


def silent(progress: ImageProgress) -> None:
    """For callers that show nothing."""
