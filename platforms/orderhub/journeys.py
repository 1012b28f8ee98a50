"""How customers use orderhub: they browse products, place orders, and look what became of them."""

from __future__ import annotations

from loadtests.generator import Journey, check, task

PAGE = 20
TERMINAL = frozenset({"confirmed", "failed"})
LOOKS = 5  # at an order, before the customer goes away; conservation waits longer
THINK = 0.4  # seconds between looks


class Browse(Journey):
    """One page of the catalogue, any of them: customers turn pages, they do not begin in the middle."""

    journey = "browse"

    @task
    def browse(self) -> None:
        after = PAGE * self.integer("page", 0, self.rows("products") // PAGE)
        page = self.get("page", f"/products?limit={PAGE}&after={after}").json()
        check(len(page["items"]) <= PAGE, f"at most {PAGE} products on a page")
        check(page["next"] is None or page["next"] > after, f"a next page beyond {after}")


class PlaceOrder(Journey):
    """Asks for the customer's price, orders, and looks at the order until it is settled."""

    journey = "place-order"

    @task
    def place_order(self) -> None:
        customer = int(self.pick("customers")["customer"])
        lines = self._lines()
        for line in lines[:1]:
            price = self.get("price", f"/products/{line['sku']}/price?customer={customer}").json()
            check(price["sku"] == line["sku"], "the price of the product that was asked for")
        body = {"customer": customer, "lines": lines}
        order = self.submit("order", "/orders", body=body, content=canonical(customer, lines))
        if order.accepted:
            self._look_at(str(order.json()["id"]))

    def _lines(self) -> list[dict[str, str | int]]:
        count = self.integer("lines", 1, 3)
        skus = {self.pick("products", f"line-{number}")["sku"] for number in range(count)}
        return [{"sku": sku, "quantity": self.integer(f"quantity-{sku}", 1, 3)} for sku in sorted(skus)]

    def _look_at(self, order: str) -> None:
        for _ in range(LOOKS):
            self.think(THINK)
            found = self.get("status", f"/orders/{order}").json()
            check(found["id"] == order, "the order that was asked for")
            if found["state"] in TERMINAL:
                return


def canonical(customer: int, lines: list[dict[str, str | int]]) -> str:
    """The text of an order that conservation compares: conservation.sql writes the same one."""
    return f"{customer}|" + ";".join(f"{line['sku']}x{line['quantity']}" for line in sorted(lines, key=_sku))


def _sku(line: dict[str, str | int]) -> str:
    return str(line["sku"])
