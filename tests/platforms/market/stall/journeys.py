"""How buyers use the stall: they buy."""

from __future__ import annotations

from peakproof.journeys import Journey, task


class Buy(Journey):
    """Orders one of the goods."""

    journey = "buy"

    @task
    def buy(self) -> None:
        wish = {
            "buyer": int(self.pick("buyers")["buyer"]),
            "goods": self.pick("goods")["goods"],
            "amount": self.integer("amount", 1, 3),
        }
        self.submit("order", "/orders", body=wish, content="|".join(map(str, wish.values())))
