"""Locust's request event in an open load: told with the time since a request should have been sent."""

from __future__ import annotations

from collections.abc import Callable

from locust.event import EventHook

from loadtests.generator.locustfiles import hearing
from loadtests.generator.locustfiles.visits import Origin, Visit

Event = dict[str, object]


class Intended(EventHook):  # type: ignore[misc, unused-ignore]
    """Records a request, then tells listeners, and so Locust's web UI, what our report says of it.

    Recorded first: a listener may end the task by raising. What on_start and on_stop ask is in no clock, and
    not in Locust's statistics either; the file's own listeners hear it.
    """

    def __init__(
        self,
        before: EventHook,
        here: Callable[[], Origin],
        heard: Callable[[Event, Visit | None, int], None],
        left_out: Callable[[], bool],
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call, unused-ignore]
        # Locust's own statistics listen last: its runner was made after the file was read.
        *self._handlers, statistics = before._handlers
        self.measured: list[Callable[..., None]] = [statistics]
        self._here, self._heard, self._left_out = here, heard, left_out

    def fire(self, *, reverse: bool = False, **event: object) -> None:
        visit = self._here().serving
        if visit is not None or not self._left_out():
            event = self._measured(event, visit)
        super().fire(reverse=reverse, **event)

    def _measured(self, event: Event, visit: Visit | None) -> Event:
        """An arrival's first request is told with the lateness of its start; between arrivals none is due."""
        late = 0
        if visit is not None:
            late, visit.late = visit.late, 0
        if late:
            event["response_time"] = (hearing.nanoseconds(event.get("response_time")) + late) / 1e6
            event["start_time"] = float(str(event.get("start_time") or 0)) - late / 1e9
        self._heard(event, visit, late)
        for listener in self.measured:
            listener(**event)
        return event
