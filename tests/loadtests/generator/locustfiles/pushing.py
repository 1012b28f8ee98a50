"""A locustfile whose users are told news by a connection of their own, whether or not they do anything."""

# mypy: ignore-errors

from __future__ import annotations

import gevent
from locust import FastHttpUser, constant, task


class Pushed(FastHttpUser):
    wait_time = constant(0.05)

    def on_start(self) -> None:
        self.client.get("/login", name="login")
        gevent.spawn(self.listen)

    def listen(self) -> None:
        while True:
            gevent.sleep(0.1)
            self.environment.events.request.fire(
                request_type="PUSH", name="news", response_time=1, response_length=0, exception=None,
                context={},
            )  # fmt: skip

    @task
    def look(self) -> None:
        self.client.get("/page", name="page")
        gevent.spawn_later(0.05, self.client.get, "/steps/2", name="later")
