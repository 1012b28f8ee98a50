"""Journeys of the tests: one that reads, one that orders, one that is wrong in itself."""

from __future__ import annotations

from loadtests.generator import Journey, check, task


class Look(Journey):
    """One step."""

    journey = "look"

    @task
    def look(self) -> None:
        self.get("page", "/page")


class ThreeLooks(Journey):
    """Three steps with think time between them."""

    journey = "three-looks"

    @task
    def looks(self) -> None:
        for step in ("first", "second", "third"):
            self.get(step, "/page")
            self.think(0.05)


class Order(Journey):
    """One order, its content drawn from the arrival."""

    journey = "order"

    @task
    def order(self) -> None:
        quantity = self.integer("quantity", 1, 100)
        self.submit("place", "/orders", body={"quantity": quantity}, content=f"quantity {quantity}")


class Wrong(Journey):
    """Fails its own check every time."""

    journey = "wrong"

    @task
    def wrong(self) -> None:
        self.get("page", "/page")
        check(False, "this never holds")


class Astray(Journey):
    """Uses Locust's own client, which follows redirects."""

    journey = "astray"

    @task
    def astray(self) -> None:
        reply = self.client.get("/page")
        reply.raise_for_status()  # type: ignore[no-untyped-call]
