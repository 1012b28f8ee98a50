"""A locustfile as people have them: both clients, task sets, a sequence, tags, listeners, its own option."""

# mypy: ignore-errors
# ruff: noqa: ANN401

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from locust import FastHttpUser, HttpUser, SequentialTaskSet, between, events, tag, task


@events.init_command_line_parser.add_listener
def options(parser: Any) -> None:
    parser.add_argument("--notes", default="", help="where this file writes down what it heard")


def note(environment: Any, **heard: object) -> None:
    if environment.parsed_options.notes:
        with Path(environment.parsed_options.notes).open("a") as notes:
            notes.write(json.dumps({"process": os.getpid(), **heard}) + "\n")


@events.init.add_listener
def listen(environment: Any, **_: object) -> None:
    @environment.events.request.add_listener
    def heard(name: str, response_time: float, exception: object, **_: object) -> None:
        note(environment, request=name, ms=response_time, failed=exception is not None)


@events.test_start.add_listener
def begun(environment: Any, **_: object) -> None:
    note(environment, event="test_start", flavour=environment.parsed_options.notes != "")


@events.quitting.add_listener
def ended(environment: Any, **_: object) -> None:
    note(environment, event="quitting")
    environment.process_exit_code = 0 if environment.stats.total.num_failures == 0 else 1


class Steps(SequentialTaskSet):
    @task
    def first(self) -> None:
        self.client.get("/steps/1", name="first")

    @task
    def second(self) -> None:
        self.client.get("/steps/2", name="second")

    @task
    def leave(self) -> None:
        self.interrupt()


class Shopper(FastHttpUser):
    """A quick customer."""

    wait_time = between(0.01, 0.02)
    weight = 2
    tasks = {Steps: 1}  # noqa: RUF012 - as Locust has it

    def on_start(self) -> None:
        self.client.get("/login", name="login")
        note(self.environment, event="on_start")

    @task(2)
    def look(self) -> None:
        self.client.get("/page?customer=7", name="/page/[customer]")


class Checker(HttpUser):
    wait_time = between(0.01, 0.02)

    @task
    def price(self) -> None:
        with self.client.get("/products/PUMP/price", catch_response=True) as reply:
            if reply.json()["sku"] != "PUMP":
                reply.failure("another product")

    @tag("wrong")
    @task
    def wrong(self) -> None:
        with self.client.get("/products/OTHER/price", catch_response=True) as reply:
            reply.failure("never what was asked")

    @tag("wrong")
    @task
    def raises(self) -> None:
        raise LookupError("this task fails")

    @tag("foreign")
    @task
    def foreign(self) -> None:
        self.client.get("http://192.0.2.1/", name="foreign")
