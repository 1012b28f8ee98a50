"""A fault aimed at a host: its helper stands at home, and a lease on the host lasts until it is back."""

from __future__ import annotations

import contextlib
import time

import docker

from environments.containers import leases
from environments.containers.injecting import FaultHelper
from environments.containers.roles import Answer
from environments.faults.fault import Moment

LONGEST, MARGIN = 3600.0, 120.0
"""Seconds for which what a host carries is wanted though nobody can say so there: while a fault with no end
of its own lasts, and so much longer than one with an end does. Its reaper wakes up with it.
"""


class HostFault:
    """`engine`: the host's, `host` its name, which counts as the node that is hit."""

    def __init__(self, helper: FaultHelper, engine: docker.DockerClient, instance: str, host: str) -> None:
        self.answer: Answer | None = None
        self._helper, self._engine, self._instance, self._host = helper, engine, instance, host
        self._held = contextlib.ExitStack()

    def apply(self) -> None:
        """Puts the fault in force. What the host carries is wanted for as long as it is away."""
        self.answer = Answer(role=self._host, node=self._host, at=time.time_ns(), probed=False)
        fault = self._helper.fault
        away = LONGEST if fault.seconds is None else fault.seconds + fault.slow + MARGIN
        self._held.enter_context(leases.over(self._engine, self._instance, away))
        self._helper.apply()

    def end(self) -> None:
        """Returns when the host is back, and what ran on it; ending twice, or what never began, is fine."""
        self._helper.end()

    def discard(self) -> None:
        """Removes the helper and the lease; after `end`."""
        self._helper.discard()
        self._held.close()

    def moments(self) -> list[Moment]:
        """What was done so far; all of it after `end`."""
        return self._helper.moments()

    @property
    def died_at(self) -> int | None:
        """When the helper ended without having undone what it did, ns since the epoch; after `end`."""
        return self._helper.died_at
