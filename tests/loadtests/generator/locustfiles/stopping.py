"""A locustfile with one task that holds up its whole process, once: what is due meanwhile starts late."""

# mypy: ignore-errors

from __future__ import annotations

from typing import ClassVar

import gevent
import locustfile  # noqa: F401 - its option and listeners, as one locustfile may import another
from gevent.monkey import get_original
from locust import FastHttpUser, task


class Stopping(FastHttpUser):
    stopped: ClassVar[list[bool]] = []

    @task
    def page(self) -> None:
        self.client.get("/page", name="/page")
        if not self.stopped:
            self.stopped.append(True)
            get_original("time", "sleep")(0.3)


class Lingering(FastHttpUser):
    def on_start(self) -> None:
        self.client.get("/login", name="login")

    @task
    def page(self) -> None:
        self.client.get("/page", name="/page")
        gevent.sleep(2)
