"""The journeys of the load's benchmark: one order, a JSON POST with its content checked."""

from __future__ import annotations

from loadtests.generator import Journey, check, task


class Order(Journey):
    """One step under an idempotency key, in the ledger, its answer checked."""

    journey = "order"

    @task
    def order(self) -> None:
        quantity = self.integer("quantity", 1, 100)
        reply = self.submit("place", "/orders", body={"quantity": quantity}, content=f"quantity {quantity}")
        check(reply.json()["accepted"] is True, "an accepted order")
