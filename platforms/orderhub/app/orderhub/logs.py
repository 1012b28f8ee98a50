"""Logs as JSON, one line each, with the idempotency key of the order in hand. Never logs personal data."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

import orjson

_key: ContextVar[str | None] = ContextVar("idempotency_key", default=None)


@contextmanager
def about_order(key: str) -> Iterator[None]:
    """Every line logged inside, in this task and its children, carries the key."""
    token = _key.set(key)
    try:
        yield
    finally:
        _key.reset(token)


class JsonFormatter(logging.Formatter):
    """One JSON object a record: time, level, process, message, the key, and `extra={"data": …}`."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if key := _key.get():
            line["idempotency_key"] = key
        line.update(getattr(record, "data", {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def configuration(process: str, level: str) -> dict[str, object]:
    """A logging.config dictionary: everything to standard output as JSON."""
    libraries = ("aiohttp", "aio_pika", "aiormq", "psycopg.pool", "_granian")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter, "process": process}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json", "stream": sys.stdout}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {name: {"level": "WARNING"} for name in libraries},
    }
