"""Locust's own client within a journey: what it asks is a step of the arrival, in the same figures."""

from __future__ import annotations

from collections.abc import Callable

from locust.event import EventHook


class ClientSteps(EventHook):  # type: ignore[misc, unused-ignore]
    """The request event that a journey's client fires: `heard` records it and says what others are told."""

    def __init__(self, heard: Callable[[dict[str, object]], dict[str, object]], others: EventHook) -> None:
        super().__init__()  # type: ignore[no-untyped-call, unused-ignore]
        self._heard, self._others = heard, others

    def fire(self, *, reverse: bool = False, **event: object) -> None:
        """Records first: a listener may end the task by raising."""
        self._others.fire(reverse=reverse, **self._heard(event))  # type: ignore[no-untyped-call]
