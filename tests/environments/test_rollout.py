"""What must change so that an instance stands as wanted: one table of all cases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.nodes import (
    Attachments,
    Lifecycle,
    Mount,
    Node,
    Process,
    Resources,
    SecretFile,
    SecretVariable,
    Storage,
)
from environments.rollout import Standing, Verb, decide, moved, outdated, waves
from foundation.errors import Refused
from foundation.secrets import Secret

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


def standing(
    of: Node, *, running: bool = True, status: int = 0, image: str = "sha256:1", outdated: bool = False
) -> Standing:
    return Standing(digest=of.digest, image=image, running=running, status=status, outdated=outdated)


ALWAYS, ONCE = node(), node(once=True)
TABLE = {
    "nothing there": (ALWAYS, None, Verb.CREATE),
    "runs as wanted": (ALWAYS, standing(ALWAYS), Verb.KEEP),
    "stopped": (ALWAYS, standing(ALWAYS, running=False), Verb.START),
    "crashed": (ALWAYS, standing(ALWAYS, running=False, status=1), Verb.START),
    "another meaning": (ALWAYS, standing(node(memory=2)), Verb.REPLACE),
    "another meaning, stopped": (ALWAYS, standing(node(memory=2), running=False), Verb.REPLACE),
    "another image": (ALWAYS, standing(ALWAYS, image="sha256:2"), Verb.REPLACE),
    "with a secret of before": (ALWAYS, standing(ALWAYS, outdated=True), Verb.REPLACE),
    "once, done with a secret of before": (ONCE, standing(ONCE, running=False, outdated=True), Verb.REPLACE),
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


FILE = Attachments(networks=("back",), secrets=(SecretFile(secret="token", path="/token"),))
VARIABLE = Attachments(networks=("back",), variables=(SecretVariable(secret="token", variable="TOKEN"),))


def test_a_node_that_is_to_stand_on_another_host_is_told() -> None:
    nodes = {"app-1": ALWAYS, "app-2": ALWAYS, "new-1": ALWAYS}
    now = {"app-1": "left", "app-2": "right", "new-1": "right"}
    assert moved(nodes, {"app-1": "left", "app-2": "left", "gone-1": "left"}, now) == {"app-2"}


def test_data_do_not_move() -> None:
    stored = replace(ALWAYS, storage=Storage(mounts=(Mount(volume="v", path="/v"),)))
    with pytest.raises(Refused, match="store-1 has its data on left, and is to stand on right"):
        moved({"store-1": stored}, {"store-1": "left"}, {"store-1": "right"})
    assert not moved({"store-1": stored}, {"store-1": "left"}, {"store-1": "left"})


@pytest.mark.parametrize(
    ("before", "now", "which"),
    [
        ({"token": "a", "other": "b"}, {"token": "c", "other": "b"}, {"file", "variable"}),
        ({"token": "a", "other": "b"}, {"token": "a", "other": "c"}, set()),
        ({"token": "a"}, {"token": "a", "other": "b"}, set()),
        ({}, {"token": "a"}, set()),
        ({"token": "a"}, {}, set()),
    ],
)
def test_who_was_given_what_is_another_now_is_outdated(
    before: dict[str, str], now: dict[str, str], which: set[str]
) -> None:
    nodes = {
        "file": replace(ALWAYS, attachments=FILE),
        "variable": replace(ALWAYS, attachments=VARIABLE),
        "none": ALWAYS,
    }
    had, has = ({name: Secret(text) for name, text in each.items()} for each in (before, now))
    assert outdated(nodes, had, has) == which


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


def changing(name: str, *, service: str = "", needs: tuple[str, ...] = ()) -> Node:
    return replace(node(name), service=service or name.rpartition("-")[0], needs=needs)


SHOP = {
    one.name: one
    for one in (
        changing("balancer-1", needs=("api-1", "api-2")),
        changing("api-1", needs=("database-1", "migrate-1")),
        changing("api-2", needs=("database-1", "migrate-1")),
        changing("migrate-1", needs=("database-1",)),
        changing("database-1"),
    )
}
WAVES: dict[str, tuple[dict[str, Verb], list[set[str]]]] = {
    "nothing stands: all at once, each as soon as it can": (
        dict.fromkeys(SHOP, Verb.CREATE),
        [set(SHOP)],
    ),
    "nothing changes": (dict.fromkeys(SHOP, Verb.KEEP), []),
    "one node": ({"api-1": Verb.REPLACE}, [{"api-1"}]),
    "two nodes of a service, one after the other": (
        {"api-1": Verb.REPLACE, "api-2": Verb.REPLACE},
        [{"api-1"}, {"api-2"}],
    ),
    "all: what is needed first, and of a service one at a time": (
        dict.fromkeys(SHOP, Verb.REPLACE),
        [{"database-1"}, {"migrate-1"}, {"api-1"}, {"api-2"}, {"balancer-1"}],
    ),
    "a second node is added before the first is replaced": (
        {"api-1": Verb.REPLACE, "api-2": Verb.CREATE, "database-1": Verb.KEEP},
        [{"api-2"}, {"api-1"}],
    ),
    "nodes of different services that do not need each other": (
        {"migrate-1": Verb.REPLACE, "balancer-1": Verb.REPLACE},
        [{"migrate-1", "balancer-1"}],
    ),
    "stopped ones take nothing away": ({"api-1": Verb.START, "api-2": Verb.START}, [{"api-1", "api-2"}]),
    "what is gone goes last": (
        {"api-2": Verb.REMOVE, "database-1": Verb.REPLACE},
        [{"database-1"}, {"api-2"}],
    ),
}


@pytest.mark.parametrize("case", WAVES)
def test_what_changes_at_once(case: str) -> None:
    verbs, wanted = WAVES[case]
    nodes = {name: one for name, one in SHOP.items() if verbs.get(name) is not Verb.REMOVE}
    assert [set(wave) for wave in waves(verbs, nodes)] == wanted


@given(st.fixed_dictionaries({name: st.sampled_from(Verb) for name in SHOP}))
def test_no_wave_takes_two_nodes_of_a_service_away_and_nothing_is_forgotten(verbs: dict[str, Verb]) -> None:
    nodes = {name: one for name, one in SHOP.items() if verbs[name] is not Verb.REMOVE}
    planned = waves(verbs, nodes)
    assert sorted(name for wave in planned for name in wave) == sorted(
        name for name, verb in verbs.items() if verb is not Verb.KEEP
    )
    for wave in planned:
        replaced = [SHOP[name].service for name in wave if verbs[name] is Verb.REPLACE]
        assert len(replaced) == len(set(replaced))
