"""What is wrong with the timeline of a plan, each with its line. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from environments import door
from environments.faults import FAULTS, abilities, aiming, hosts, kind_of
from environments.faults.kind import FaultOptions
from environments.nodes import Lifecycle
from environments.topology import Topology
from foundation.documents import Document, Location, did_you_mean
from foundation.errors import Problem, Unavailable
from foundation.units import in_words
from peakproof import targets
from peakproof.plan import SeasonInput

if TYPE_CHECKING:
    from peakproof.season import Season


def of_plan(written: SeasonInput, document: Document) -> Iterator[Problem]:
    """What is wrong whatever the plan's names stand for."""
    for index, fault in enumerate(written.timeline):
        if fault.at >= written.load.duration:
            when, end = in_words(fault.at), in_words(written.load.duration)
            what = f"{fault.fault} at {when} comes after the load has ended, at {end}"
            yield document.problem(("timeline", index), what)


def of_season(season: Season) -> Iterator[Problem]:
    """Targets that are not there, options that do not fit them, faults that collide."""
    topology, timeline = season.topology, season.written.timeline
    for index, fault in enumerate(timeline):
        role = aiming.target(topology, fault.target)
        if role is None and (hosts.is_meant(fault.target) or fault.target in season.site.hosts):
            yield from _host_problems(season, index, fault)
            continue
        nodes = [topology.node(name) for name in role.candidates] if role else []
        lasting = tuple(node for node in nodes if node.lifecycle is Lifecycle.ALWAYS)
        at: Location = ("timeline", index)
        if not lasting:
            yield season.document.problem(
                (*at, fault.fault),
                _no_target(topology, fault.target),
                did_you_mean(fault.target, aiming.targets(topology)),
            )
            continue
        for where, what, hint in kind_of(fault).problems(fault, topology, lasting):
            yield season.document.problem((*at, *where), what, hint)
    yield from _overlap_problems(season)


def _host_problems(season: Season, index: int, fault: FaultOptions) -> Iterator[Problem]:
    """A host that is home or not there, a fault that befalls nodes alone."""
    site, at = season.site, ("timeline", index, fault.fault)
    able = [name for name, kind in FAULTS.items() if kind.on_host]
    if hosts.at_home(site):
        what = f"{fault.target}: the site {site.site} is home, which carries lock and generator: no target"
        yield season.document.problem(at, what, "aim at a node, or rehearse on a site of several hosts")
    elif hosts.target(site, fault.target) is None:
        what = f"{fault.target}: the site {site.site} has {len(site.hosts)} hosts: {', '.join(site.hosts)}"
        yield season.document.problem(at, what, did_you_mean(fault.target, hosts.targets(site)))
    elif fault.fault not in able:
        what = f"{fault.fault} befalls nodes, not hosts; a host can be hit by {', '.join(able)}"
        yield season.document.problem(at, what)


def of_machine(season: Season, lacking: Mapping[str, str]) -> Iterator[Problem]:
    """The faults that this machine cannot do. `lacking`: capability -> how it failed."""
    for index, fault in enumerate(season.written.timeline):
        if why := abilities.why_not(fault.fault, lacking):
            at: Location = ("timeline", index, fault.fault)
            yield season.document.problem(at, f"this machine cannot do {fault.fault}: {why}")


def refuse_machine(problems: Sequence[Problem]) -> None:
    """Raises Unavailable where there are any."""
    if problems:
        raise Unavailable(
            "this machine cannot do every fault of the plan",
            hint="`peakproof faults list` says which it can do; take the others out, or use another machine",
            detail=[str(problem) for problem in problems],
        )


def _no_target(topology: Topology, name: str) -> str:
    once = name in topology.candidates or name in {node.name for node in topology.nodes}
    if name in {word for guest in door.guests(topology) for word in (guest.service, guest.name)}:
        return f"{name}: the door is no target of faults"
    if once:
        return f"{name}: its nodes run once and are done before the load begins"
    return f"no role or node {name!r} in the environment"


def _overlap_problems(season: Season) -> Iterator[Problem]:
    """Faults of a node that an earlier one still holds: the later one would hit nothing."""
    for later, earlier in targets.overlaps(season.faults):
        until = "the drain" if earlier.options.lasting is None else in_words(earlier.end)
        what = (
            f"{later.fault} at {in_words(later.at)} hits {later.node} again, "
            f"which {earlier.fault} at {in_words(earlier.at)} holds until {until}"
        )
        more = len(season.topology.candidates.get(later.target, ())) > 1
        hint = "let it come later" + (
            ", or name another `seed` of the load: it picks the nodes" if more else ""
        )
        yield season.document.problem(("timeline", later.line), what, hint)
