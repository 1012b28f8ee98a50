"""A locustfile whose users linger after their request; the first of them holds up the whole process, once."""

# mypy: ignore-errors

from __future__ import annotations

from typing import ClassVar

import gevent
from gevent.monkey import get_original
from locust import FastHttpUser, task


class Lingering(FastHttpUser):
    held_up: ClassVar[list[bool]] = []

    def on_start(self) -> None:
        self.client.get("/login", name="login")

    @task
    def page(self) -> None:
        self.client.get("/page", name="/page")
        if not self.held_up:
            self.held_up.append(True)
            get_original("time", "sleep")(0.3)
        gevent.sleep(2)
