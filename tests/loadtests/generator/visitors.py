"""Journeys on the web site of `site.py`: what a real API or site asks of its customers."""

from __future__ import annotations

from typing import Any

from peakproof.journeys import Journey, basic, bearer, check, task
from tests.loadtests.generator.site import PASSWORD


class Customer(Journey):
    """Logs in by a form once, and is known from then on."""

    journey = "customer"

    def on_start(self) -> None:
        page = self.get("login page", "/login")
        form = {"user": "anna", "password": PASSWORD, "csrf": page.field("csrf")}
        home = self.post("login", "/login", form=form)
        check(home.json()["user"] == "anna", "the customer that logged in")
        check(home.path == "/home", "the page that the login leads to")

    @task
    def look(self) -> None:
        check(self.get("home", "/home").json()["user"] == "anna", "the customer that logged in")


class Stranger(Journey):
    """Asks for a page of customers, and is led to the login."""

    journey = "stranger"

    @task
    def look(self) -> None:
        reply = self.get("home", "/home", follow=False, expect=(302,))
        check(reply.headers["location"] == "/login", "the login")
        led = self.get("led", "/home")
        check("csrf" in led.cookies and led.cookies["csrf"] == led.field("csrf"), "a token")
        self.cookies.clear()


class Verbs(Journey):
    """Every method, each with a body of its own kind."""

    journey = "verbs"

    @task
    def all(self) -> None:
        for reply, method, body, kind in (
            (self.post("post", "/echo", json={"a": 1}), "POST", '{"a": 1}', "application/json"),
            (self.put("put", "/echo", form={"a": 1}), "PUT", "a=1", "application/x-www-form-urlencoded"),
            (
                self.patch("patch", "/echo", data="a", headers={"Content-Type": "text/x"}),
                "PATCH",
                "a",
                "text/x",
            ),
            (self.delete("delete", "/echo"), "DELETE", "", ""),
            (self.get("get", "/echo", params={"q": ["a", "b c"]}), "GET", "", ""),
        ):
            told = reply.json()
            check(
                [told["method"], told["body"], told["type"]] == [method, body, kind],
                f"{method} as it was sent",
            )
        check(told["query"] == {"q": ["a", "b c"]}, "the query")
        sizes = self.post("upload", "/upload", form={"title": "cat"}, files={"photo": ("cat.png", b"12345")})
        check(sizes.json() == {"title": 3, "photo": 5}, "both parts")


class Cached(Journey):
    """Reads a page, and asks whether it has changed; looks at its head."""

    journey = "cached"
    codings = ("gzip", "br")

    @task
    def look(self) -> None:
        page = self.get("page", "/page")
        again = self.get("again", "/page", headers={"If-None-Match": page.headers["ETag"]}, expect=(304,))
        check(again.status == 304 and again.content == b"", "nothing new")
        head = self.request("head", "HEAD", "/page")
        check(head.headers["content-length"] == "14" and head.body == b"", "a head")
        check(self.get("packed", "/packed").json() == {"packed": True}, "what was packed")


class Known(Journey):
    """Sends who it is with every request; the second one by another way."""

    journey = "known"

    def on_start(self) -> None:
        self.headers = bearer("t0ken")
        check(self.get("first", "/protected").accepted, "a token that is known")

    @task
    def look(self) -> None:
        self.get("by token", "/protected")
        self.get("by password", "/protected", headers=basic("anna", PASSWORD))


class Moved(Journey):
    """Is led on: read, and sent again."""

    journey = "moved"

    @task
    def look(self) -> None:
        check(self.get("page", "/moved").path == "/page", "where the page is now")
        check(self.post("sent", "/moved-once", json={"a": 1}).json()["body"] == '{"a": 1}', "the body, again")


class Lost(Journey):
    """Is led in circles, and away."""

    journey = "lost"

    @task
    def circle(self) -> None:
        self.get("circle", "/round")


class Astray(Journey):
    """Is led away from the target."""

    journey = "astray"

    @task
    def away(self) -> None:
        self.get("away", "/away")


class Unreadable(Journey):
    """Takes a page for JSON."""

    journey = "unreadable"

    @task
    def look(self) -> None:
        self.get("text", "/text").json()


class Mistaken(Journey):
    """Knows a method that there is not."""

    journey = "mistaken"

    @task
    def look(self) -> None:
        self.request("page", "FETCH", "/page")


class Missing(Journey):
    """Asks for what is not there."""

    journey = "missing"

    @task
    def look(self) -> None:
        self.get("page", "/nowhere")


class Unequal(Journey):
    """Is answered another page than it asked for."""

    journey = "unequal"

    @task
    def look(self) -> None:
        check(self.get("page", "/login").text == "", "the other page")


class Once(Journey):
    """A POST without a key: it is sent once whatever comes of it."""

    journey = "once"

    @task
    def send(self) -> None:
        self.post("send", "/echo", json={})


def placed(order: dict[str, Any], key: str) -> dict[str, Any]:
    """An order with its key where this platform wants it."""
    return {**order, "reference": key}


class Keyed(Journey):
    """Orders whose key goes where the platform wants it; one of them is sold out."""

    journey = "keyed"

    @task
    def order(self) -> None:
        self.submit("in body", "/orders", body={"sku": "A"}, content="A", key=placed)
        self.submit("in form", "/orders", form={"sku": "B"}, content="B", key=placed)
        self.submit("in header", "/orders", body={"sku": "C"}, content="C", key="X-Request-Id", method="PUT")
        gone = self.submit("gone", "/orders", body={"sku": "sold-out"}, content="D", refusals=(410,))
        check(gone.refused, "sold out")
