"""What a locustfile's requests are called, so that objectives can name them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import slo
from loadtests.planning.locustfile import journey_of, series_of


@pytest.mark.parametrize(
    ("file", "journey"),
    [
        ("locustfile.py", "locustfile"),
        ("tests/shop/place_order.py", "place-order"),
        ("Black Friday.py", "black-friday"),
        ("2024-shop.py", "shop"),
        ("7.py", "locustfile"),
        ("…py", "py"),
        ("___.py", "locustfile"),
        ("shop.v2.py", "shop-v2"),
    ],
)
def test_a_file_gives_its_journey_the_name(file: str, journey: str) -> None:
    assert journey_of(Path(file)) == journey


@pytest.mark.parametrize(
    ("method", "name", "series"),
    [
        ("GET", "/products/[id]", "shop/get-products-id"),
        ("POST", "/orders", "shop/post-orders"),
        ("GET", "/", "shop/get"),
        ("", "", "shop/request"),
        ("", "123", "shop/request"),
        ("WS", "Order  placed!", "shop/ws-order-placed"),
        ("GET", "/a?b=1&c=2", "shop/get-a-b-1-c-2"),
        ("GET", "/" + "x" * 200, "shop/get-" + "x" * 76),
    ],
)
def test_a_request_is_a_step_of_it(method: str, name: str, series: str) -> None:
    assert series_of("shop", method, name) == series


@given(method=st.text(max_size=8), name=st.text(max_size=120), stem=st.text(min_size=1, max_size=40))
def test_whatever_it_is_called_an_objective_can_be_about_it(method: str, name: str, stem: str) -> None:
    journey = journey_of(Path(f"{stem.replace('/', '-')}.py"))
    series = series_of(journey, method, name)
    assert re.fullmatch(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*", series)
    assert slo.parse(f"{series} p99 < 1s").series == series
