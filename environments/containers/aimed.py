"""A fault aimed at a role: a helper stands ready beside every candidate, and one strikes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from environments.containers.injecting import FaultHelper
from environments.containers.roles import Answer
from environments.faults.fault import Moment


class AimedFault:
    """`ask` says who has the role at the moment of the fault; a role that nobody has is missed."""

    def __init__(self, helpers: Mapping[str, FaultHelper], ask: Callable[[], Answer]) -> None:
        self.answer: Answer | None = None
        self._helpers = helpers
        self._ask = ask
        self._missed: list[Moment] = []

    def apply(self) -> None:
        """Asks, and puts the fault in force."""
        self.answer = self._ask()
        if self.answer.node is None:
            why = f"no node was {self.answer.role}"
            self._missed.append(Moment(at=time.time_ns(), did="missed", why=why))
            return
        self._helpers[self.answer.node].apply()

    def end(self) -> None:
        """Undoes the fault now; ending twice, or what never began, is fine."""
        if self._struck is not None:
            self._struck.end()

    def discard(self) -> None:
        """Removes the helpers; after `end`."""
        for helper in self._helpers.values():
            helper.discard()

    def moments(self) -> list[Moment]:
        """What was done so far; all of it after `end`."""
        return [*self._missed, *(self._struck.moments() if self._struck else [])]

    @property
    def died_at(self) -> int | None:
        """When the helper ended without having undone what it did, ns since the epoch; after `end`."""
        return self._struck.died_at if self._struck else None

    @property
    def _struck(self) -> FaultHelper | None:
        node = self.answer.node if self.answer else None
        return self._helpers[node] if node else None
