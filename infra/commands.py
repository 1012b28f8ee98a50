"""What the `infra` commands do: open the stack, show people what happens, write it down."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from environments.fleet import Fleet, connected
from environments.images.display import ImageDisplay
from environments.topology import EnvironmentClass
from environments.wanted import Wanted
from foundation.console import people
from foundation.errors import Refused
from foundation.units import in_words
from infra import audit, confirming, covering, deploying, display, engine, hosts, preparing, touching
from infra.backend import backend, stacks
from infra.changes import Op
from infra.confirming import Confirm
from infra.deploying import Plan
from infra.opening import Opened, opened
from infra.preparing import Prepared
from infra.progress import ResourceDisplay
from infra.pulumi_errors import NoStack
from infra.record import Record

Document = dict[str, object]


def preview(wanted: Wanted) -> Document:
    """Shows what `up` would change; leaves everything as it is."""
    reached = preparing.reachable(wanted)
    with _opened(wanted.name, create=True) as found:
        _, plan = _planned(found, wanted, reached)
    display.show_plan(people(), plan, display.heading(wanted, covering.uncovered(wanted)))
    return display.plan_document(wanted, plan)


def up(wanted: Wanted, *, confirmed: Confirm, waived: Collection[str] = ()) -> Document:
    """Makes the definition stand on its site and returns what `status` would.

    `confirmed` is asked once the plan was shown; `waived`: what is accepted though it would be refused.
    """
    covering.refuse(wanted, waived)
    started, console, reached = time.monotonic(), people(), preparing.reachable(wanted)
    with _opened(wanted.name, create=True) as found:
        prepared, plan = _planned(found, wanted, reached)
        display.show_plan(console, plan, display.heading(wanted, covering.uncovered(wanted)))
        if not plan.empty:
            _confirm(confirmed, wanted.name)
            done = {"changes": display.by_op(plan.changed), "waived": sorted(waived)}
            with (
                audit.kept("up", wanted.name, **audit.of(prepared.record), **done),
                ResourceDisplay(console) as watch,
            ):
                deploying.deploy(found, prepared, plan, watch, _tell)
            console.print(f"[green]{wanted.name} is up[/] after {in_words(time.monotonic() - started)}")
            if found.new:
                console.print(
                    f"its state, encrypted with your passphrase, is {found.backend.place}: keep both"
                )
    document = _status(prepared.record, reached)
    display.show_status(console, document)
    return document


def status(name: str) -> Document:
    """Shows the nodes of a stack as they are, and its endpoints."""
    with _opened(name) as found:
        record = found.required()
    document = _status(record, connected(record.engines))
    display.show_status(people(), document)
    return document


def drift(name: str) -> Document:
    """Shows what was changed by hand since the last `up`; changes nothing."""
    with _opened(name) as found:
        reached = connected(found.required().engines)
        changes = [change for change in found.deployment.drift() if change.told]
    standing = hosts.standing(reached.hosts.values(), name)
    told = {change.urn for change in changes if change.op is Op.DELETE}
    parted = [known.name for known in touching.parted(found.state, standing) if known.urn not in told]
    unknown = [hosts.strays(engine, name, found.state.ids) for engine in reached.hosts.values()]
    strangers = [each for stray in unknown for each in stray.names]
    seen = display.Drift(name=name, changes=tuple(changes), parted=tuple(parted), strangers=tuple(strangers))
    display.show_drift(people(), seen)
    return seen.to_dict()


def destroy(name: str, *, yes: bool, typed: str | None) -> Document:
    """Removes a stack: nodes, networks, volumes with their data, secrets, and the stack itself."""
    started, console = time.monotonic(), people()
    with _opened(name) as found:
        record = found.record
        console.print(
            f"{name}: {len(found.state.things)} things will be removed, volumes with their data among them"
        )
        _confirm(confirming.how(name, _class(record), yes=yes, typed=typed, doing="Remove it?"), name)
        reached = connected(record.engines) if record else None
        with (
            audit.kept("destroy", name, **(audit.of(record) if record else {})),
            ResourceDisplay(console) as watch,
        ):
            for client in reached.hosts.values() if reached else ():
                hosts.strays(client, name, found.state.ids).remove()
            found.deployment.destroy(watch)
    console.print(f"[green]{name} is gone[/] after {in_words(time.monotonic() - started)}")
    return {"name": name, "removed": [known.name for known in found.state.things]}


def _status(record: Record, fleet: Fleet) -> Document:
    states = hosts.states(fleet, record.name)
    return {
        "name": record.name,
        "definition": record.definition,
        "class": record.environment_class.value,
        "site": record.site,
        "digest": record.digest,
        "nodes": {node: states.get(node, "missing") for node in record.nodes},
        "endpoints": dict(record.endpoints),
    }


def _tell(said: str) -> None:
    people().print(f"[yellow]{said}[/]")


@contextmanager
def _opened(name: str, *, create: bool = False) -> Iterator[Opened]:
    """What is missing is told before anybody is asked for a passphrase: the stack, then the engine."""
    there = stacks()
    if not create and there is not None and name not in there:
        raise NoStack(name, others=sorted(there))
    command = engine.command()
    with opened(name, backend(), command=command, told=_tell, create=create) as found:
        yield found


def _planned(found: Opened, wanted: Wanted, fleet: Fleet) -> tuple[Prepared, Plan]:
    console = people()
    with ImageDisplay(console) as report:
        prepared = preparing.prepare(wanted, fleet, found.record, report)
    with display.working(console, "looking at what stands"):
        return prepared, deploying.plan(found, prepared)


def _class(record: Record | None) -> EnvironmentClass:
    return record.environment_class if record else EnvironmentClass.TEST


def _confirm(confirmed: Confirm, name: str) -> None:
    if not confirmed(name):
        raise Refused("not confirmed: nothing was changed")
