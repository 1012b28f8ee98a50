"""A locustfile that ends its own test after a second, with an exit code of its own."""

# mypy: ignore-errors
# ruff: noqa: ANN401

from __future__ import annotations

from typing import Any

import gevent
from locust import FastHttpUser, constant, events, task


@events.test_start.add_listener
def begun(environment: Any, **_: object) -> None:
    def quits() -> None:
        gevent.sleep(1)
        environment.process_exit_code = 7
        environment.runner.quit()

    gevent.spawn(quits)


class Looker(FastHttpUser):
    wait_time = constant(0.05)

    @task
    def look(self) -> None:
        self.client.get("/page")
