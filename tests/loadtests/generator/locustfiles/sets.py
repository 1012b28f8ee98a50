"""A locustfile whose users live in task sets that log in when they begin: the older way."""

# mypy: ignore-errors

from __future__ import annotations

from locust import FastHttpUser, TaskSet, constant, task


class Shopping(TaskSet):
    def on_start(self) -> None:
        self.client.get("/login", name="log in")
        self.wait()

    @task
    def look(self) -> None:
        self.client.get("/page", name="look")

    @task
    class Basket(TaskSet):
        def on_start(self) -> None:
            self.client.get("/page", name="open basket")

        @task
        def leave(self) -> None:
            self.interrupt()


class Hall(TaskSet):
    tasks = [Shopping]  # noqa: RUF012 - as Locust has it


class Shopper(FastHttpUser):
    wait_time = constant(0.05)
    tasks = [Hall]  # noqa: RUF012 - as Locust has it
