"""A staging that `infra up` made, as an instance that a rehearsal can aim at. Changes nothing of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from docker.models.containers import Container

from environments.fleet import Fleet
from environments.instance import Instance, on_hosts
from environments.nodes import Lifecycle
from environments.topology import EnvironmentClass, Topology
from environments.wanted import Wanted
from foundation.console import people
from foundation.errors import InputError, Refused, Unavailable
from infra import audit, engine, hosts
from infra.backend import backend, stacks
from infra.claiming import refuse_another
from infra.opening import opened
from infra.pulumi_errors import NoStack
from infra.record import Record


def remembered(name: str) -> Record:
    """What the state knows of a stack. Raises NoStack, InputError, Unavailable."""
    there = stacks()
    if there is not None and name not in there:
        raise NoStack(name, others=sorted(there))
    told = people().print
    with opened(name, backend(), command=engine.command(), told=told) as found:
        return found.required()


def refuse_class(name: str, of: EnvironmentClass) -> None:
    """Raises Refused for all but a staging: load and faults on a production are never right."""
    if of is EnvironmentClass.PRODUCTION:
        raise Refused(
            f"{name} is production: no load and no fault ever goes to it",
            hint="rehearse on a staging, or bring the same definition up with `peakproof env up`",
        )
    if of is not EnvironmentClass.STAGING:
        raise Refused(
            f"the stack {name} is of class {of}: of what `infra` made only a staging is rehearsed in",
            hint="leave `stack` out: `rehearse` brings a test environment up itself",
        )


def standing(
    record: Record, wanted: Wanted, fleet: Fleet, built: Mapping[str, str]
) -> tuple[Instance, Mapping[str, Container]]:
    """The stack as it stands, and its containers by node. `built`: images of what is started beside it.

    Raises Refused unless it is a staging, InputError where it is not what the definition says, Unavailable
    where a node is not well.
    """
    refuse_class(record.name, record.environment_class)
    refuse_another(record, wanted)
    _refuse_outdated(record, wanted.topology)
    containers = hosts.nodes(fleet, record.name)
    instance = _instance(record, wanted, built, containers)
    _refuse_unwell(instance, containers)
    return instance, containers


@contextmanager
def noted(record: Record) -> Iterator[None]:
    """The rehearsal stands in the audit beside every change."""
    with audit.kept("rehearse", record.name, **audit.of(record)):
        yield


def _refuse_outdated(record: Record, topology: Topology) -> None:
    if record.digest != topology.digest:
        raise InputError(
            f"the stack {record.name} is not what the definition {topology.definition} says now"
            f" (digest {record.digest}, not {topology.digest})",
            hint=f"`peakproof infra up {topology.definition} --site {record.site}` brings it there first",
        )


def _instance(
    record: Record, wanted: Wanted, built: Mapping[str, str], containers: Mapping[str, Container]
) -> Instance:
    """What the stack was given, with the ids of the images that really run."""
    bare = on_hosts(record.supplying(wanted.topology), wanted.site)
    run = {
        node.process.image: str(containers[node.name].attrs["Image"])
        for node in bare.nodes
        if node.name in containers
    }
    return replace(bare, images={**built, **run})


def _refuse_unwell(instance: Instance, containers: Mapping[str, Container]) -> None:
    lasting = [node.name for node in instance.nodes if node.lifecycle is Lifecycle.ALWAYS]
    unwell = [name for name in lasting if name not in containers or containers[name].status != "running"]
    if unwell:
        raise Unavailable(
            f"{instance.name} is not whole: {', '.join(unwell)} not running",
            hint="`peakproof infra drift` says what is otherwise, `peakproof infra up` puts it right",
        )
