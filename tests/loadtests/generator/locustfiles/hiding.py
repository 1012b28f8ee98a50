"""A locustfile whose listener ends the task of every request that failed, and one that breaks."""

# mypy: ignore-errors

from __future__ import annotations

from typing import ClassVar

from locust import FastHttpUser, constant, events, task
from locust.exception import RescheduleTask


@events.request.add_listener
def ends_task(exception: object, **_: object) -> None:
    if exception:
        raise RescheduleTask


@events.request.add_listener
def breaks(**_: object) -> None:
    raise LookupError("this listener is broken")


class Looker(FastHttpUser):
    wait_time = constant(0.05)
    asked: ClassVar[list[int]] = []

    @task
    def look(self) -> None:
        self.asked.append(1)
        second = len(self.asked) % 2 == 0
        with self.client.get("/page", name="page", catch_response=True) as reply:
            if second:
                reply.failure("every second page")
