"""A locustfile that asks without telling Locust: with another client, and without the with-block."""

# mypy: ignore-errors
# ruff: noqa: S310

from __future__ import annotations

import urllib.request

from locust import FastHttpUser, HttpUser, constant, task


class Silent(HttpUser):
    wait_time = constant(0.05)

    @task
    def look(self) -> None:
        self.client.get("/page", name="told")
        self.client.get("/page", catch_response=True)
        urllib.request.urlopen(f"{self.host}/page").read()


class SilentToo(FastHttpUser):
    wait_time = constant(0.05)

    @task
    def look(self) -> None:
        self.client.get("/page", name="told")
        self.client.get("/page", catch_response=True)
        urllib.request.urlopen(f"{self.host}/page").read()
