"""Counts answers of which no request event tells: they are in no figure, and the report says so.

A locustfile can ask with any client, or hold back the event (catch_response without its with-block).
"""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPConnection

from geventhttpclient.client import HTTPClient
from locust.env import Environment


class Untold:
    """What was answered on the wire (redirects, too) against what request events have told."""

    def __init__(self) -> None:
        self._answered = self._told = 0

    def listen(self, environment: Environment) -> None:
        """Looks at the clients that Python's libraries for HTTP stand on, and at Locust's event."""
        setattr(HTTPConnection, "getresponse", self._counting(HTTPConnection.getresponse))  # noqa: B010
        setattr(HTTPClient, "request", self._counting(HTTPClient.request))  # noqa: B010
        environment.events.request._handlers.insert(0, self._hear)

    @property
    def count(self) -> int:
        """Answers so far that no event has told of."""
        return max(self._answered - self._told, 0)

    def _counting(self, ask: Callable[..., object]) -> Callable[..., object]:
        def asked(*arguments: object, **named: object) -> object:
            answer = ask(*arguments, **named)
            self._answered += 1
            return answer

        return asked

    def _hear(self, response: object = None, **_: object) -> None:
        """An event with an answer stands for it, and for the redirects before it."""
        if getattr(response, "status_code", None):
            self._told += 1 + len(getattr(response, "history", ()))
