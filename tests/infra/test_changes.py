"""What an engine tells, event by event, as what becomes of each resource."""

from __future__ import annotations

import pytest
from pulumi.automation.events import (
    EngineEvent,
    OpType,
    ResourcePreEvent,
    ResOutputsEvent,
    StepEventMetadata,
    StepEventStateMetadata,
)

from environments.rollout import Verb
from infra.changes import UNKNOWN, Change, Op, drifted, planned, verbs
from infra.recorded import CONTAINER, NETWORK, PROVIDER


def step(
    op: OpType,
    name: str = "api-1",
    type_: str = CONTAINER,
    *,
    diffs: list[str] | None = None,
    inputs: dict[str, object] | None = None,
) -> StepEventMetadata:
    urn = f"urn:pulumi:shop::peakproof::{type_}::{name}"
    new = StepEventStateMetadata(type=type_, urn=urn, id="", parent="", provider="", inputs=inputs or {})
    return StepEventMetadata(op=op, urn=urn, type=type_, provider="", new=new, diffs=diffs)


def before(*steps: StepEventMetadata) -> list[EngineEvent]:
    return [EngineEvent(1, 1, resource_pre_event=ResourcePreEvent(each)) for each in steps]


def after(*steps: StepEventMetadata) -> list[EngineEvent]:
    return [EngineEvent(1, 1, res_outputs_event=ResOutputsEvent(each)) for each in steps]


def told(changes: list[Change]) -> list[tuple[str, Op, tuple[str, ...]]]:
    return [(change.name, change.op, change.attributes) for change in changes]


def test_a_replacement_in_three_steps_is_one_change() -> None:
    three = (OpType.CREATE_REPLACEMENT, OpType.REPLACE, OpType.DELETE_REPLACED)
    events = before(*(step(op, diffs=["memory", "uploads[0].content"]) for op in three))
    assert told(planned(events)) == [("api-1", Op.REPLACE, ("memory", "uploads"))]


def test_what_goes_before_its_replacement_comes_is_told_with_the_reason_of_the_replacement() -> None:
    removed = step(OpType.DELETE_REPLACED)
    events = before(removed, step(OpType.REPLACE, diffs=["memory"]), step(OpType.CREATE_REPLACEMENT))
    assert told(planned(events)) == [("api-1", Op.REPLACE, ("memory",))]


def test_a_look_at_what_stands_is_no_change() -> None:
    assert planned(before(step(OpType.REFRESH))) == []
    assert told(drifted(after(step(OpType.SAME), step(OpType.DELETE, "api-2")))) == [("api-2", Op.DELETE, ())]


def test_an_image_that_waits_for_a_once_node_is_no_change_by_itself() -> None:
    waiting = step(OpType.REPLACE, diffs=["image"], inputs={"image": UNKNOWN})
    (change,) = planned(before(waiting))
    assert (change.op, change.waits) == (Op.SAME, True)
    known = step(OpType.REPLACE, diffs=["image"], inputs={"image": "sha256:1"})
    assert [each.op for each in planned(before(known))] == [Op.REPLACE]


@pytest.mark.parametrize(
    ("type_", "op", "is_told"),
    [
        (CONTAINER, Op.SAME, False),
        (CONTAINER, Op.REPLACE, True),
        (NETWORK, Op.CREATE, True),
        (PROVIDER, Op.CREATE, False),
        (PROVIDER, Op.UPDATE, True),
        ("peakproof:infra:Node", Op.CREATE, False),
    ],
)
def test_people_are_told_of_what_changes_on_hosts(type_: str, op: Op, *, is_told: bool) -> None:
    assert Change(urn="urn::x", type=type_, op=op).told is is_told


def test_the_rollout_hears_of_nodes_only() -> None:
    changes = planned(before(step(OpType.UPDATE), step(OpType.CREATE, "front", NETWORK)))
    assert verbs(changes) == {"api-1": Verb.REPLACE}
