"""The benchmark's journeys: an order, a JSON POST with its content checked, and a visit of three steps."""

from __future__ import annotations

from benchmarks.loading.thinking import THINK
from peakproof.journeys import Journey, bearer, check, task


class Order(Journey):
    """One step under an idempotency key, in the ledger, its answer checked."""

    journey = "order"

    @task
    def order(self) -> None:
        quantity = self.integer("quantity", 1, 100)
        reply = self.submit("place", "/orders", body={"quantity": quantity}, content=f"quantity {quantity}")
        check(reply.json()["accepted"] is True, "an accepted order")


class Bare(Journey):
    """A POST of bytes, whose answer nobody reads: no cookies, no JSON, no headers of the user's own."""

    journey = "bare"

    @task
    def place(self) -> None:
        self.post("place", "/orders", data=b'{"quantity": 7}')


class Session(Journey):
    """The same POST by somebody who logged in: two cookies and a token go with it, JSON goes both ways."""

    journey = "session"

    def on_start(self) -> None:
        self.get("login", "/login")
        self.headers = bearer("t0ken-of-some-length-as-they-are-usually-issued")

    @task
    def place(self) -> None:
        reply = self.post("place", "/orders", json={"quantity": 7})
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
