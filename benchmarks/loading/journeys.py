"""The benchmark's journeys: an order, a JSON POST with its content checked, and a visit of three steps."""

from __future__ import annotations

from benchmarks.loading.thinking import THINK
from loadtests.generator import Journey, check, task


class Order(Journey):
    """One step under an idempotency key, in the ledger, its answer checked."""

    journey = "order"

    @task
    def order(self) -> None:
        quantity = self.integer("quantity", 1, 100)
        reply = self.submit("place", "/orders", body={"quantity": quantity}, content=f"quantity {quantity}")
        check(reply.json()["accepted"] is True, "an accepted order")


class Visit(Journey):
    """Three steps with think time: each is due when the one before is done and thought over."""

    journey = "visit"

    @task
    def visit(self) -> None:
        for step in ("first", "second", "third"):
            self.get(step, "/page")
            if step != "third":
                self.think(THINK)
