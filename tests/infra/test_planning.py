"""In which updates a stack changes: new things at once, replaced nodes one after the other, the rest last."""

from __future__ import annotations

from environments.nodes import Attachments, Node, Process, Resources
from infra.changes import Change, Op
from infra.planning import steps
from infra.recorded import CONTAINER, NETWORK

GROUP = "peakproof:infra:Node"


def node(name: str, *needs: str) -> Node:
    return Node(
        name=name,
        service=name.rpartition("-")[0],
        process=Process(image="app"),
        attachments=Attachments(networks=("front",)),
        resources=Resources(memory=1),
        needs=needs,
    )


NODES = {each.name: each for each in (node("store-1"), node("api-1", "store-1"), node("api-2", "store-1"))}


def change(name: str, op: Op, type_: str = CONTAINER) -> Change:
    return Change(urn=f"urn::{name}", type=type_, op=op)


def changed(*given: tuple[str, Op]) -> list[Change]:
    return [change(name, op) for name, op in given]


def test_nothing_is_no_step() -> None:
    assert steps(changed(("store-1", Op.SAME), ("api-1", Op.SAME)), NODES) == []


def test_a_stack_from_nothing_is_one_update() -> None:
    everything = [change("front", Op.CREATE, NETWORK), *changed(*((name, Op.CREATE) for name in NODES))]
    (step,) = steps(everything, NODES)
    assert step.targets == ()
    assert set(step.nodes) == set(NODES)


def test_nodes_of_a_service_are_replaced_one_at_a_time_and_the_last_update_takes_the_rest() -> None:
    first, last = steps(changed(("api-1", Op.REPLACE), ("api-2", Op.UPDATE), ("store-1", Op.SAME)), NODES)
    assert (first.targets, first.nodes) == (("urn::api-1",), ("api-1",))
    assert (last.targets, last.nodes) == ((), ("api-2",))


def test_new_networks_and_groups_come_with_the_first() -> None:
    changes = [
        change("back", Op.CREATE, NETWORK),
        change("api-2", Op.CREATE, GROUP),
        *changed(("api-1", Op.REPLACE), ("store-1", Op.REPLACE)),
    ]
    first = steps(changes, NODES)[0]
    assert first.targets == ("urn::back", "urn::api-2", "urn::store-1")


def test_what_goes_goes_last() -> None:
    *_, last = steps(changed(("api-1", Op.REPLACE), ("old-1", Op.DELETE)), NODES)
    assert last.nodes == ("old-1",)


def test_a_network_that_is_replaced_takes_its_nodes_so_there_is_one_update() -> None:
    changes = [
        change("front", Op.REPLACE, NETWORK),
        *changed(("api-1", Op.REPLACE), ("api-2", Op.REPLACE)),
    ]
    assert [step.targets for step in steps(changes, NODES)] == [()]
