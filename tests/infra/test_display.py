"""What people see of a plan, of drift and of a stack; tables of what differs, one line where nothing does."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from infra import display
from infra.changes import Change, Op
from infra.deploying import Plan
from infra.hosts import Strays
from infra.recorded import CONTAINER, VOLUME


def shown() -> Console:
    return Console(file=io.StringIO(), width=120)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def change(name: str, op: Op, *attributes: str, type_: str = CONTAINER) -> Change:
    return Change(urn=f"urn::{name}", type=type_, op=op, attributes=attributes)


def plan(*changes: Change, unfinished: tuple[str, ...] = ()) -> Plan:
    return Plan(
        changes=changes,
        replaced=(),
        strays=(Strays(containers=(), networks=()),),
        unfinished=unfinished,
        touched=False,
    )


def test_a_plan_says_what_changes_and_because_of_what() -> None:
    console = shown()
    display.show_plan(
        console,
        plan(change("api-1", Op.REPLACE, "labels", "memory", "image"), change("b-1", Op.CREATE)),
        "shop",
    )
    lines = [" ".join(line.split()) for line in text(console).splitlines()]
    assert "node api-1 replace memory, image" in lines
    assert "node b-1 create" in lines
    assert lines[-1] == "1 to create, 1 to replace"


def test_what_is_replaced_without_a_difference_says_why_all_the_same() -> None:
    console = shown()
    again, after = change("api-1", Op.REPLACE), change("api-2", Op.REPLACE)
    display.show_plan(console, replace(plan(again, after), replaced=(again.urn,)), "shop")
    lines = [" ".join(line.split()) for line in text(console).splitlines()]
    assert "node api-1 replace never ready, or off a network" in lines
    assert "node api-2 replace what it stands on is replaced" in lines


def test_a_volume_that_goes_takes_its_data_and_the_plan_says_so() -> None:
    for op in (Op.DELETE, Op.REPLACE):
        console = shown()
        display.show_plan(console, plan(change("store-data", op, "name", type_=VOLUME)), "shop")
        assert "its data are lost" in text(console)


def test_a_plan_without_changes_is_one_line() -> None:
    console = shown()
    display.show_plan(console, plan(change("api-1", Op.SAME)), "shop")
    assert text(console) == "shop\nnothing to change: all stands as the definition says\n"


def test_what_was_cut_off_is_something_to_do() -> None:
    assert not plan(unfinished=("api-1",)).empty


def test_drift_says_who_was_removed_changed_parted_and_added() -> None:
    console = shown()
    drift = display.Drift(
        name="shop",
        changes=(change("api-1", Op.DELETE), change("api-2", Op.UPDATE, "memory")),
        parted=("door-1",),
        strangers=("peakproof-shop-x",),
    )
    display.show_drift(console, drift)
    lines = [" ".join(line.split()) for line in text(console).splitlines()]
    assert lines[1:] == [
        "node api-1 removed",
        "node api-2 changed memory",
        "node door-1 changed networks",
        "peakproof-shop-x added with the labels of this stack",
        "`peakproof infra up` puts shop right",
    ]
    assert drift.to_dict()["same"] is False


def test_no_drift_is_one_line() -> None:
    console = shown()
    drift = display.Drift(name="shop", changes=(), parted=(), strangers=())
    display.show_drift(console, drift)
    assert text(console) == "shop stands as the last `infra up` left it\n"
    assert drift.to_dict()["same"] is True
