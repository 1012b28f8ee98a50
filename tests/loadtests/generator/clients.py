"""Journeys that use Locust's own client beside our steps."""

from __future__ import annotations

from typing import ClassVar

from peakproof.journeys import Journey, task


class Client(Journey):
    """A step of ours, a request of the client, a step of ours that does not wait for it."""

    journey = "client"

    @task
    def look(self) -> None:
        self.get("page", "/page")
        self.client.request("PUT", "/page/7", name="/page/[id]", json={})
        self.get("after", "/page")


class FailingClient(Journey):
    journey = "failing-client"
    key: ClassVar = {"Idempotency-Key": "any"}

    @task
    def order(self) -> None:
        self.client.post("/orders", json={}, headers=self.key)


class ForgivingClient(Journey):
    journey = "forgiving-client"
    key: ClassVar = {"Idempotency-Key": "any"}

    @task
    def order(self) -> None:
        with self.client.post("/orders", json={}, headers=self.key, catch_response=True) as reply:
            reply.success()


class ClientAtStart(Journey):
    journey = "client-at-start"

    def on_start(self) -> None:
        self.client.get("/login")

    @task
    def look(self) -> None:
        self.get("page", "/page")
