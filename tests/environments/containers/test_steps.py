"""What must change so that an instance stands as wanted: one table of all cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.containers.steps import Standing, Verb, decide
from environments.topology import Attachments, Lifecycle, Node, Process, Resources

IMAGES = {"app": "sha256:1"}


def node(name: str = "api-1", *, memory: int = 1, once: bool = False) -> Node:
    return Node(
        name=name,
        service="api",
        process=Process(image="app"),
        attachments=Attachments(networks=("back",)),
        resources=Resources(memory=memory),
        lifecycle=Lifecycle.ONCE if once else Lifecycle.ALWAYS,
    )


def standing(of: Node, *, running: bool = True, status: int = 0, image: str = "sha256:1") -> Standing:
    return Standing(digest=of.digest, image=image, running=running, status=status)


ALWAYS, ONCE = node(), node(once=True)
TABLE = {
    "nothing there": (ALWAYS, None, Verb.CREATE),
    "runs as wanted": (ALWAYS, standing(ALWAYS), Verb.KEEP),
    "stopped": (ALWAYS, standing(ALWAYS, running=False), Verb.START),
    "crashed": (ALWAYS, standing(ALWAYS, running=False, status=1), Verb.START),
    "another meaning": (ALWAYS, standing(node(memory=2)), Verb.REPLACE),
    "another meaning, stopped": (ALWAYS, standing(node(memory=2), running=False), Verb.REPLACE),
    "another image": (ALWAYS, standing(ALWAYS, image="sha256:2"), Verb.REPLACE),
    "once, done": (ONCE, standing(ONCE, running=False), Verb.KEEP),
    "once, failed": (ONCE, standing(ONCE, running=False, status=1), Verb.REPLACE),
    "once, still at it": (ONCE, standing(ONCE), Verb.REPLACE),
    "once, done for another image": (ONCE, standing(ONCE, running=False, image="old"), Verb.REPLACE),
    "once, nothing there": (ONCE, None, Verb.CREATE),
}


@pytest.mark.parametrize("case", TABLE)
def test_what_becomes_of_a_node(case: str) -> None:
    wanted, found, verb = TABLE[case]
    there = {} if found is None else {wanted.name: found}
    step = decide({wanted.name: wanted}, IMAGES, there)[wanted.name]
    assert (step.verb, step.node) == (verb, wanted.name)


def test_what_nobody_wants_is_removed() -> None:
    steps = decide({"api-1": ALWAYS}, IMAGES, {"api-1": standing(ALWAYS), "api-2": standing(ALWAYS)})
    assert {name: step.verb for name, step in steps.items()} == {"api-1": Verb.KEEP, "api-2": Verb.REMOVE}


names = st.sets(st.sampled_from(["a-1", "a-2", "b-1", "c-1"]))


@given(names, names)
def test_there_is_one_step_a_node_and_what_stands_as_wanted_is_left_alone(
    wanted: set[str], found: set[str]
) -> None:
    nodes = {name: node(name) for name in wanted}
    there = {name: standing(node(name)) for name in found}
    steps = decide(nodes, IMAGES, there)
    assert set(steps) == wanted | found
    assert {name for name, step in steps.items() if step.verb is Verb.KEEP} == wanted & found
