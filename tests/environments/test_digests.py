"""A digest says what is meant, not how it was written, and says it everywhere alike."""

from __future__ import annotations

import pytest

from environments.digests import digest_of


def test_a_digest_is_the_same_in_every_process() -> None:
    # Written down on purpose: a digest that changes with Python's hash seed or version replaces every node.
    assert digest_of({"b": [2, 1], "a": {"command": ["x", "y"]}}) == digest_of(
        {"a": {"command": ["x", "y"]}, "b": [1, 2]}
    )
    assert digest_of({"a": 1}) == "015abd7f5cc5"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"networks": ["a", "b"]}, {"networks": ["b", "a"]}, True),
        ({"nodes": [{"a": 1}, {"b": 2}]}, {"nodes": ({"b": 2}, {"a": 1})}, True),
        ({"command": ["a", "b"]}, {"command": ["b", "a"]}, False),
        ({"entrypoint": ["a", "b"]}, {"entrypoint": ["b", "a"]}, False),
        ({"memory": 1}, {"memory": "1"}, False),
        ({"name": None}, {}, False),
    ],
)
def test_only_the_order_of_a_command_line_has_a_meaning(
    one: dict[str, object], other: dict[str, object], same: bool
) -> None:
    assert (digest_of(one) == digest_of(other)) == same
