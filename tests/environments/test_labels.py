"""Labels say what is ours; a filter never asks for what `infra` owns."""

from __future__ import annotations

import pytest

from environments import labels


def test_everything_says_who_owns_it_and_what_it_belongs_to() -> None:
    assert labels.of("mine", "node", node="api-1", digest="abc") == {
        "peakproof.owner": "env", "peakproof.instance": "mine", "peakproof.kind": "node",
        "peakproof.node": "api-1", "peakproof.digest": "abc",
    }  # fmt: skip


@pytest.mark.parametrize("asked", [(), ("mine",), ("mine", "node"), (None, "lease")])
def test_every_filter_asks_only_for_what_env_owns(asked: tuple[str, ...]) -> None:
    wanted = labels.ours(*asked)["label"]
    assert isinstance(wanted, list)
    assert "peakproof.owner=env" in wanted


def test_a_filter_can_be_narrowed() -> None:
    wanted = ["peakproof.owner=env", "peakproof.instance=mine", "peakproof.kind=node"]
    assert labels.ours("mine", "node") == {"label": wanted}
