"""A locustfile whose load shape has six users for a second, and then is over."""

from __future__ import annotations

from locust import FastHttpUser, LoadTestShape, constant, task


class SixForASecond(LoadTestShape):
    def tick(self) -> tuple[int, float] | None:
        ran = self.get_run_time()  # type: ignore[no-untyped-call]
        return (6, 100.0) if ran < 1 else None


class Looker(FastHttpUser):
    wait_time = constant(0.05)

    @task
    def look(self) -> None:
        self.client.get("/page")
