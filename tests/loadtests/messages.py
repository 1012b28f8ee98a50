"""Journeys of the tests that publish to the broker that BROKER names."""

from __future__ import annotations

import os

from peakproof.journeys import Journey, task


class Announce(Journey):
    """One message, its content drawn from the arrival; where it goes is the environment's word."""

    journey = "announce"
    broker = os.environ["BROKER"]

    @task
    def announce(self) -> None:
        quantity = self.integer("quantity", 1, 100)
        self.publish(
            "message",
            os.environ["ROUTING_KEY"],
            exchange=os.environ.get("EXCHANGE", ""),
            body={"quantity": quantity},
            content=f"quantity {quantity}",
        )
