"""The first stage of a rehearsal: the environment, and beside it the database that plays production."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from environments import entrance, environment, slicing
from environments.containers import removing
from environments.containers.building import NodeEvent, Watch
from environments.environment import Environment
from environments.fleet import Fleet, connected
from environments.site import Site
from environments.wanted import TWIN, Wanted
from peakproof import seeding
from peakproof.season import Season
from peakproof.state import Desk, State

HOME = Site.model_validate({"site": "home", "hosts": {"local": {}}, "subnets": "10.231.0.0/16"})
"""This machine, as a site."""


def bring_up(desk: Desk, state: State) -> State:
    """The environment, and beside it the database that plays production, if one has to.

    One that stands is first brought up as it is: what it would be is known to come up before it is emptied,
    and what does not leaves it as it was.
    """
    if desk.standing is not None:
        return _beside(desk, state, desk.standing)
    season = state.season
    first = asked_for(season, season.environment_name)
    wanted = [replace(first, why="") if state.was_up else first]  # whose it was keeps its own reason
    if season.written.data.source == "sample":
        wanted.append(_twin(state))
    mine = wanted[1:] if state.was_up else wanted
    for each in mine:
        removing.remove_built(desk.fleet, each.name)  # what a command that was killed left
    with desk.screen.nodes() as watch:
        if state.was_up:
            environment.up(wanted[0], desk.fleet, desk.built, watch)
            environment.reset(desk.fleet, wanted[0].name)
        target, *beside = _risen(desk, wanted, mine, watch)
    _answers(target)
    return replace(state, target=target, source=beside[0] if beside else None)


def _answers(target: Environment) -> None:
    """Load that nobody hears would look like a platform that fails. Raises Unavailable."""
    if not target.at_home:
        entrance.require(target.instance)


def _beside(desk: Desk, state: State, target: Environment) -> State:
    """A stack as it stands, and what plays production only where it was never filled."""
    _answers(target)
    data = seeding.standing(target, state.database)
    if data is not None or state.season.written.data.source != "sample":
        return replace(state, target=target, data=data)
    twin = _twin(state)
    removing.remove_built(desk.fleet, twin.name)
    with desk.screen.nodes() as watch:
        source = environment.up(twin, _at_home(desk), desk.built, watch)
    return replace(state, target=target, source=source)


def _twin(state: State) -> Wanted:
    """The database that plays production, alone, on this machine: no host of a site ever has its rows."""
    season = state.season
    topology = slicing.database_only(season.topology, state.database)
    home = HOME.model_copy(update={"subnets": season.site.subnets})
    return replace(asked_for(season, source_name(season)), topology=topology, site=home)


def _risen(desk: Desk, wanted: Sequence[Wanted], mine: Sequence[Wanted], watch: Watch) -> list[Environment]:
    """All of them, side by side. When one fails nobody waits for the others: the nodes of `mine` go."""
    fleets = (desk.fleet, _at_home(desk))
    with ThreadPoolExecutor(len(wanted)) as pool:
        rising = [
            pool.submit(environment.up, each, fleet, desk.built, shown)
            for each, fleet, shown in zip(wanted, fleets, (watch, _unseen), strict=False)
        ]
        try:
            return [future.result() for future in rising]
        except BaseException:
            for each in mine:
                removing.everywhere(desk.fleet, each.name, kind="node")
            raise


def _at_home(desk: Desk) -> Fleet:
    """This machine alone, for what stands beside the environment."""
    return connected(dict.fromkeys(HOME.hosts), desk.fleet.home)


def _unseen(_event: NodeEvent) -> None:
    """The twin's nodes have the same names as the environment's; showing both would confuse."""


def source_name(season: Season) -> str:
    """The environment that plays production while the data is copied: no name that a person can give."""
    return f"{season.environment_name}{TWIN}"


def asked_for(season: Season, name: str) -> Wanted:
    """What is to stand under that name."""
    return Wanted(
        name=name,
        topology=season.topology,
        site=season.site,
        folders=season.platform.image_sources(season.topology.images()),
        origin=season.origin,
        given=season.given,
        why=f"a rehearsal of {season.document.path.name}",
        places=season.places,
    )
