"""How customers use orderhub: they browse, order, see what became of it, read invoices, pay, send back."""

from __future__ import annotations

from decimal import Decimal

from peakproof.journeys import Journey, check, task

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
        check(len(page["items"]) <= PAGE, "no more products on a page than asked for")
        check(page["next"] is None or page["next"] > after, "a next page beyond this one")


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


class PromoOrder(PlaceOrder):
    """A promotion that nobody can resist: every order is for the same product, one or two of it."""

    journey = "promo-order"

    def _lines(self) -> list[dict[str, str | int]]:
        return [{"sku": self.pick("hot")["sku"], "quantity": self.integer("quantity", 1, 2)}]


class ReadInvoices(Journey):
    """The accountant: the newest invoices, then one of them."""

    journey = "read-invoices"

    @task
    def read(self) -> None:
        customer = int(self.pick("customers")["customer"])
        found = self.get("list", f"/customers/{customer}/invoices?limit={PAGE}").json()["items"]
        check(
            all(each["customer"] == customer for each in found), "invoices of the customer that was asked for"
        )
        if found:
            self.think(self.integer("thought", 1, 3) / 2)
            chosen = found[self.integer("which", 0, len(found) - 1)]
            one = self.get("invoice", f"/invoices/{chosen['id']}").json()
            check(one["number"] == chosen["number"], "the invoice that was asked for")
            check(Decimal(one["net"]) + Decimal(one["vat"]) == Decimal(one["gross"]), "net + vat = gross")


class PayInvoice(Journey):
    """Looks at an open invoice, which no other arrival of the run gets, and pays half of what is open."""

    journey = "pay-invoice"

    @task
    def pay(self) -> None:
        number = int(self.once("invoices")["invoice"])
        invoice = self.get("invoice", f"/invoices/{number}").json()
        check(invoice["id"] == number, "the invoice that was asked for")
        amount = (Decimal(invoice["open"]) / 2).quantize(Decimal("0.01"))
        if amount <= 0:
            return  # a run before this one has paid it
        self.think(self.integer("thought", 2, 6) / 4)
        body = {"invoice": number, "amount": f"{amount}"}
        paid = self.submit("payment", "/payments", body=body, content=f"payment|{number}|{amount}")
        if paid.accepted:
            check(paid.json()["amount"] == f"{amount}", "the amount that was paid")


class ReturnGoods(Journey):
    """Looks up an old order and sends one piece of it back."""

    journey = "return-goods"

    @task
    def send_back(self) -> None:
        bought = self.pick("purchases")
        order, sku = bought["order"], bought["sku"]
        found = self.get("order", f"/orders/{order}").json()
        check(any(line["sku"] == sku for line in found["lines"]), "the product that was bought")
        self.think(self.integer("thought", 2, 6) / 4)
        body = {"order": order, "sku": sku, "quantity": 1, "reason": "damaged in transit"}
        taken = self.submit("return", "/returns", body=body, content=f"return|{order}|{sku}x1")
        if taken.accepted:
            state = self.get("status", f"/returns/{taken.json()['id']}").json()
            check(state["sku"] == sku, "the return that was asked for")


def canonical(customer: int, lines: list[dict[str, str | int]]) -> str:
    """The text of an order that conservation compares: conservation.sql writes the same one."""
    return f"{customer}|" + ";".join(f"{line['sku']}x{line['quantity']}" for line in sorted(lines, key=_sku))


def _sku(line: dict[str, str | int]) -> str:
    return str(line["sku"])
