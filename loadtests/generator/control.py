"""How a generator process is told to end early, and how it says what it does. Sends nothing."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

import gevent

from loadtests.recording.progress import Event, Note, line


@dataclass(kw_only=True)
class Control:
    """Whether a run was told to end early, `on_purpose` by what it runs, and where it says what it does."""

    say: Callable[[Event], None]
    told: bool = False
    on_purpose: bool = False
    over: bool = False  # a master says when its members' time is over

    def __call__(self) -> bool:
        return self.told

    def end(self) -> None:
        self.told = True

    def finish(self) -> None:
        """Ends the load because its own locustfile has seen enough: not an interruption."""
        self.on_purpose = self.on_purpose or not self.told
        self.told = True

    def tell(self, *events: Event) -> None:
        """Says how it goes; where nobody listens any more, whoever started this load is gone: it ends."""
        try:
            for event in events:
                self.say(event)
        except BrokenPipeError:
            self.end()


def say(event: Event) -> None:
    """Says it on stdout, at once."""
    sys.stdout.write(line(event))
    sys.stdout.flush()


def web_note(url: str) -> Note:
    """What people are told of the web UI."""
    return Note(text=f"Locust's web UI at {url}, until the run ends")


def obeying_signals() -> Control:
    """The control of a process that speaks on stdout and ends when a signal tells it to."""
    stop = Control(say=say)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        gevent.signal_handler(number, stop.end)
    return stop
