"""Reading, masking and writing overlap; errors and giving up pass from one thread to the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from anonymizer.copying.overlap import ahead


def test_items_come_in_order_and_the_producer_runs_ahead() -> None:
    made: list[int] = []
    enough = threading.Event()

    def numbers() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            if number == 3:
                enough.set()
            yield number

    items = ahead(numbers())
    assert next(items) == 0
    assert enough.wait(10), "nobody asked for the fourth yet"
    assert list(items) == list(range(1, 100))
    assert made == list(range(100))


def test_an_error_of_the_producer_is_raised_where_items_are_used() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    items = ahead(broken())
    assert next(items) == 1
    with pytest.raises(ValueError, match="broken"):
        next(items)


def test_a_consumer_that_gives_up_stops_the_producer() -> None:
    stopped = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            stopped.set()

    items = ahead(endless())
    next(items)
    items.close()
    assert stopped.is_set()
