"""A locustfile of two users, each with a tag of its own."""

from __future__ import annotations

from locust import FastHttpUser, TaskSet, constant, tag, task


class Reading(TaskSet):
    @tag("read")
    @task
    def read(self) -> None:
        self.client.get("/page", name="read")


class Reader(FastHttpUser):
    wait_time = constant(0.05)
    tasks = [Reading]  # noqa: RUF012 - as Locust has it


class Clerk(FastHttpUser):
    wait_time = constant(0.05)

    @tag("work", "night")
    @task
    def work(self) -> None:
        self.client.get("/page", name="work")
