"""A time-out that is set for every attempt and kept between them: a new one each time takes 6 us of 80."""

from __future__ import annotations

import gevent

_LEAST = 1e-6  # seconds; a timer that repeats after none never rings


class AttemptTimedOut(gevent.Timeout):  # type: ignore[misc]  # gevent is untyped
    """One attempt took longer than the budget gives it."""


class Alarm:
    """Raises AttemptTimedOut in the greenlet that set it. One at a time, as a connection has one request."""

    __slots__ = ("_greenlet", "_loop", "_seconds", "_timer")

    def __init__(self) -> None:
        self._loop = gevent.get_hub().loop
        self._seconds = 0.0
        self._timer: gevent.core.timer | None = None
        self._greenlet: gevent.Greenlet | None = None

    def set(self, seconds: float) -> None:
        """From now on so many seconds, unless it is stopped."""
        if self._timer is None or seconds != self._seconds:
            self.stop()
            self._seconds, self._timer = seconds, self._loop.timer(0.0, max(seconds, _LEAST))
        self._greenlet = gevent.getcurrent()
        self._timer.again(self._ring)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()

    def _ring(self) -> None:
        self.stop()
        assert self._greenlet is not None
        self._greenlet.throw(AttemptTimedOut())
