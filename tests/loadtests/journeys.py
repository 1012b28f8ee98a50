"""Journeys of the tests: one that reads, one that orders, one that is wrong in itself."""

from __future__ import annotations

import resource
from contextlib import suppress

from peakproof.journeys import Journey, StepFailed, check, task

# isort: split
import gevent


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


class OrderAndPay(Journey):
    """Two orders of one arrival, which are not the same one."""

    journey = "order-and-pay"

    @task
    def order(self) -> None:
        self.submit("place", "/orders", body={"quantity": 1}, content="quantity 1")
        self.submit("pay", "/orders", body={"quantity": 2}, content="quantity 2")


class Forgiving(Journey):
    """An order whose platform says no with 404; what else is wrong is taken as it comes."""

    journey = "forgiving"
    refusals = (404,)

    @task
    def order(self) -> None:
        with suppress(StepFailed):
            self.submit("place", "/orders", body={"quantity": 1}, content="quantity 1")


class Swallowing(Journey):
    """Reads a page and goes on whatever came of it."""

    journey = "swallowing"

    @task
    def look(self) -> None:
        with suppress(Exception):
            self.get("page", "/page")


class Expecting(Journey):
    """Reads what need not be there, and says so."""

    journey = "expecting"

    @task
    def look(self) -> None:
        found = self.get("page", "/page", expected=(404,))
        check(found.refused or found.accepted, "one of both")


class OwnWord(Journey):
    """Calls whatever Locust's client was answered a success."""

    journey = "own-word"

    @task
    def look(self) -> None:
        with self.client.get("/page", name="page", catch_response=True) as reply:
            reply.success()


class Impatient(Journey):
    """Gives up a page after 50 ms and goes on."""

    journey = "impatient"

    @task
    def look(self) -> None:
        with gevent.Timeout(0.05, False):
            self.get("page", "/page")


class Misspelt(Forgiving):
    """Names a status, not a row of them."""

    journey = "misspelt"
    refusals = 404  # type: ignore[assignment]


class WrongAfterwards(Journey):
    """An order that is accepted, and fails the check of what was accepted."""

    journey = "wrong-afterwards"

    @task
    def order(self) -> None:
        self.submit("place", "/orders", body={"quantity": 1}, content="quantity 1")
        check(False, "the price that was shown")


class Hasty(Journey):
    """Gives up an order after 50 ms, by a time-out of its own."""

    journey = "hasty"

    @task
    def order(self) -> None:
        with gevent.Timeout(0.05):
            self.submit("place", "/orders", body={"quantity": 1}, content="quantity 1")


class ThinkFirst(Journey):
    """Thinks before it asks for anything."""

    journey = "think-first"

    @task
    def look(self) -> None:
        self.think(0.3)
        self.get("page", "/page")
        self.think(0.3)


class NamedHost(Journey):
    """Asks for a virtual host, under another name than the generator's."""

    journey = "named-host"

    @task
    def look(self) -> None:
        given = {"host": "shop.example", "USER-AGENT": "kiosk/1"}
        heard = self.get("heard", "/heard", headers=given).json()
        check(sorted(heard) == [["host", "shop.example"], ["user-agent", "kiosk/1"]], f"one of each: {heard}")


class FramedItself(Journey):
    """Says itself how long its body is."""

    journey = "framed-itself"

    @task
    def order(self) -> None:
        given = {"content-length": "1"}
        self.submit("place", "/orders", body={"quantity": 1}, content="quantity 1", headers=given)


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


class Starving(Journey):
    """An order for which this process may open no file and no socket."""

    journey = "starving"

    @task
    def order(self) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            self.submit("place", "/orders", body={"quantity": 1}, content="quantity 1")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Feeding(Journey):
    """Orders of rows that no other arrival gets, and of one hot row."""

    journey = "feeding"

    @task
    def order(self) -> None:
        row, hot, often = self.once("customers"), self.hot("products", 0.8), self.zipf("products")
        content = f"{row['customer']} {hot['sku']} {often['sku']}"
        self.submit("place", "/orders", body={"text": content}, content=content)


class Greeting(Journey):
    """Greets the shop once for each user, in no clock, then reads a page for each arrival."""

    journey = "greeting"
    greeted = False

    def on_start(self) -> None:
        self.greeted = self.get("hello", "/hello").accepted

    @task
    def look(self) -> None:
        check(self.greeted, "on_start came first")
        self.get("page", "/page")


class TooEarly(Journey):
    """Draws where there is no arrival yet."""

    journey = "too-early"

    def on_start(self) -> None:
        self.integer("customer", 1, 10)

    @task
    def look(self) -> None:
        self.get("page", "/page")
