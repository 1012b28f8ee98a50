"""Logs: one JSON object a line, with the key of the order in hand."""

from __future__ import annotations

import asyncio
import json
import logging
import sys

import pytest
from orderhub.logs import JsonFormatter, about_order


def line(message: str, *, data: dict[str, object] | None = None, failed: bool = False) -> dict[str, object]:
    record = logging.LogRecord("orderhub.x", logging.INFO, "f", 1, message, (), None)
    if failed:
        record.exc_info = sys.exc_info()
    record.data = data or {}
    text = JsonFormatter("api").format(record)
    assert "\n" not in text
    parsed = json.loads(text)
    assert isinstance(parsed, dict)
    return parsed


def test_a_line_tells_when_who_and_what() -> None:
    found = line("two\nlines", data={"order": 7})
    assert (found["process"], found["level"], found["message"], found["order"]) == (
        "api",
        "info",
        "two\nlines",
        7,
    )
    assert str(found["time"]).endswith("+00:00")


def test_a_traceback_stays_on_the_line() -> None:
    try:
        int("boom")
    except ValueError:
        assert "ValueError: " in str(line("failed", failed=True)["exception"])


def test_only_lines_about_an_order_carry_its_key() -> None:
    with about_order("k-1"):
        assert line("x")["idempotency_key"] == "k-1"
    assert "idempotency_key" not in line("x")


def test_the_key_goes_when_the_order_fails() -> None:
    with pytest.raises(RuntimeError), about_order("k-1"):
        raise RuntimeError
    assert "idempotency_key" not in line("x")


def test_orders_worked_on_at_once_do_not_mix_their_keys() -> None:
    async def one(key: str) -> object:
        with about_order(key):
            await asyncio.sleep(0)
            return line("x")["idempotency_key"]

    async def both() -> list[object]:
        return list(await asyncio.gather(one("k-1"), one("k-2")))

    assert asyncio.run(both()) == ["k-1", "k-2"]
