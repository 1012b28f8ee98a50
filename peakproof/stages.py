"""A rehearsal as a row of stages, each taking what the one before it gave. People see it on a screen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from environments import entrance, environment, slicing
from environments.containers import removing
from environments.containers.building import NodeEvent, Watch
from environments.containers.injecting import Tools
from environments.environment import Environment
from environments.fleet import Fleet, connected
from environments.site import Site
from environments.wanted import TWIN, Wanted
from foundation.errors import InputError, PeakproofError, RunInvalid
from loadtests.capacity.search import search
from loadtests.capacity.trials import Observation
from loadtests.judging import abort, measurements
from loadtests.judging.abort import Hopeless
from loadtests.judging.measurements import Measurements
from loadtests.judging.objectives import may_shed
from loadtests.planning.job import Job
from loadtests.recording.ledger import Entry
from loadtests.recording.progress import Event, Started
from peakproof import conservation, delays, generating, inside, jobs, resetting, searching, seeding
from peakproof.books import Books
from peakproof.conservation import Conservation
from peakproof.inside import Seen
from peakproof.results import MEASUREMENTS, CapacityFound, Data, Inside, StageTime
from peakproof.searching import EnvironmentTrial
from peakproof.season import Season
from peakproof.targets import Planned
from peakproof.telemetry.database import DatabaseWatch
from peakproof.telemetry.sampler import Sampler
from peakproof.timeline import Happened, Missed, Prepared, Timeline

HOME = Site.model_validate({"site": "home", "hosts": {"local": {}}, "subnets": "10.231.0.0/16"})
"""This machine, as a site."""
TRIALS = "capacity"
"""Folder of the report with a folder for each trial of a search."""


class Screen(Protocol):
    """Where a rehearsal tells people how it goes."""

    @contextlib.contextmanager
    def nodes(self) -> Iterator[Watch]: ...

    @contextlib.contextmanager
    def copying(self) -> Iterator[seeding.Progress]: ...

    @contextlib.contextmanager
    def load(self, job: Job) -> Iterator[Callable[[Event], None]]: ...

    def fault(self, fault: Planned, node: str) -> None: ...

    def search(self, trials: int) -> Callable[[Observation], None]: ...


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every stage works with. `built`: image name -> id; `folder` takes the report.

    `command` is what a person typed; `can`: what this machine is capable of, of what the faults need;
    `standing`: the stack that is rehearsed in, and neither brought up nor emptied nor taken down.
    """

    fleet: Fleet
    built: Mapping[str, str]
    folder: Path
    screen: Screen
    command: str = ""
    can: frozenset[str] = frozenset()
    standing: Environment | None = None

    @property
    def beside(self) -> Fleet:
        """This machine alone, for what stands beside the environment."""
        return connected(dict.fromkeys(HOME.hosts), self.fleet.home)


@dataclass(frozen=True, kw_only=True)
class State:
    """What a rehearsal has come to. Parts that it did not come to are None.

    `died` kept the load from its end; `left` says what the take-down did not remove.
    """

    season: Season
    run: str
    was_up: bool = False
    target: Environment | None = None
    source: Environment | None = None
    data: Data | None = None
    measured: Measurements | None = None
    happened: tuple[Happened, ...] = ()
    missed: tuple[Missed, ...] = ()
    compared: Conservation | None = None
    seen: Seen | None = None
    capacity: CapacityFound | None = None
    in_trials: tuple[Conservation, ...] = ()
    interrupted: bool = False
    died: PeakproofError | None = None
    hopeless: Hopeless | None = None
    left: tuple[str, ...] = ()
    times: tuple[StageTime, ...] = field(default=())

    @property
    def database(self) -> str:
        """The service that holds the platform's data. Raises InputError when there is none."""
        service = slicing.database_service(self.season.topology)
        if service is None:
            raise InputError("the definition has no database: a rehearsal has to look into the books")
        return service


def bring_up(desk: Desk, state: State) -> State:
    """The environment, and beside it the database that plays production, if one has to.

    One that stands is first brought up as it is: what it would be is known to come up before it is emptied,
    and what does not leaves it as it was.
    """
    if desk.standing is not None:
        return _beside(desk, state, desk.standing)
    season = state.season
    wanted = [asked_for(season, season.environment_name)]
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
        source = environment.up(twin, desk.beside, desk.built, watch)
    return replace(state, target=target, source=source)


def _twin(state: State) -> Wanted:
    """The database that plays production, alone, on this machine: no host of a site ever has its rows."""
    season = state.season
    topology = slicing.database_only(season.topology, state.database)
    home = HOME.model_copy(update={"subnets": season.site.subnets})
    return replace(asked_for(season, source_name(season)), topology=topology, site=home)


def _risen(desk: Desk, wanted: Sequence[Wanted], mine: Sequence[Wanted], watch: Watch) -> list[Environment]:
    """All of them, side by side. When one fails nobody waits for the others: the nodes of `mine` go."""
    with ThreadPoolExecutor(len(wanted)) as pool:
        rising = [
            pool.submit(environment.up, each, fleet, desk.built, shown)
            for each, fleet, shown in zip(wanted, (desk.fleet, desk.beside), (watch, _unseen), strict=False)
        ]
        try:
            return [future.result() for future in rising]
        except BaseException:
            for each in mine:
                removing.everywhere(desk.fleet, each.name, kind="node")
            raise


def seed(desk: Desk, state: State) -> State:
    """The dataset, or the sample, masked; what played production is gone afterwards."""
    assert state.target is not None
    if state.data is not None:  # it stood there
        return state
    with desk.screen.copying() as progress:
        if state.source is None:
            data = seeding.load(state.season, state.target, state.database, progress)
            return replace(state, data=data)
        data = seeding.seed(state.season, state.source, state.target, state.database, progress)
    removing.everywhere(desk.fleet, state.source.name)
    return replace(state, source=None, data=data)


def load(desk: Desk, state: State) -> State:
    """The load, and the faults while it runs. However it ends: what was written until then is evidence."""
    assert state.target is not None
    season, target = state.season, state.target
    job = jobs.job_of(season, state.run, target)
    tools = Tools(images=desk.built, can=desk.can)
    faults = Timeline(season.faults, partial(_prepared, season, target, tools), desk.screen.fault)
    sampler = watched(season, target, state.database)
    rules, main = [abort.parse(text) for text in season.written.abort_on], season.written.load.journey
    watch = abort.Watch(rules, may_shed=main in may_shed(season.objectives, main))
    with desk.screen.load(job) as listen:

        def hear(event: Event) -> None:
            if isinstance(event, Started):
                faults.start(event.at)
                sampler.start(event.at, target.guest_groups())
            listen(event)
            watch.hear(event)

        try:
            generating.generate(
                target,
                job,
                jobs.given(season, target.dsn(state.database), job),
                hear,
                desk.folder / MEASUREMENTS,
            )
        except KeyboardInterrupt:
            state = replace(state, interrupted=True)
        except Hopeless as ended:
            state = replace(state, hopeless=ended)
        except PeakproofError as death:
            state = replace(state, died=death)
        finally:
            sampler.end()
            faults.end()
    faults.discard()
    state = replace(state, happened=tuple(faults.happened()), missed=tuple(faults.missed()))
    return _measured(desk, state, Seen(samples=sampler.samples, cost=sampler.cost, delays={}))


def _prepared(season: Season, target: Environment, tools: Tools, planned: Planned) -> Prepared:
    """A line of the timeline, ready for its time: a fault of nodes, or of a host."""
    if planned.on_host(season.topology):
        return target.host_fault(planned.options, planned.node, season.site, tools)
    return target.fault(planned.options, planned.nodes, tools)


def _measured(desk: Desk, state: State, seen: Seen) -> State:
    """With what the generator measured; nothing where Ctrl-C came before it had started."""
    try:
        measured = measurements.read(desk.folder / MEASUREMENTS)
    except InputError:
        if state.interrupted:
            return state
        raise state.died or RunInvalid("the load generator left no measurements") from None
    return replace(state, measured=measured, seen=seen)


def watched(season: Season, target: Environment, database: str) -> Sampler:
    """Who looks into the environment while a load runs. Raises InputError where a gauge is wrong."""
    watch = DatabaseWatch(target.dsn(database), season.platform)
    watch.check()
    return Sampler(target.groups(), watch)


def drain(_desk: Desk, state: State) -> State:
    """Orders come to their end; then the ledger is compared with the platform's books."""
    assert state.target is not None
    assert state.measured is not None
    platform = state.season.platform
    assert platform.written.conservation is not None
    ledger = list(_whole_entries(state.measured))
    query = platform.file(platform.written.conservation)
    books = Books(state.target.dsn(state.database), query, f"{state.run}-")
    rows, _ = books.wait(conservation.acknowledged(ledger), state.season.written.drain)
    compared = conservation.compare(ledger, rows)
    return replace(state, compared=compared, seen=_with_delays(state, state.measured))


def _with_delays(state: State, measured: Measurements) -> Seen | None:
    """What was seen, with what the books tell of orders' ways behind the API."""
    platform, target = state.season.platform, state.target
    if state.seen is None or target is None or measured.started_at is None:
        return state.seen
    dsn, run = target.dsn(state.database), f"{state.run}-"
    found = {
        name: delays.read(dsn, platform.file(query), run, measured.started_at)
        for name, query in platform.written.delays.items()
    }
    return replace(state.seen, delays=found)


def capacity(desk: Desk, state: State) -> State:
    """The search for the highest rate that holds, where the plan asks for it; the run's orders go first."""
    wanted, season, target = state.season.written.capacity, state.season, state.target
    ended_early = state.interrupted or state.died is not None or state.hopeless is not None
    if wanted is None or target is None or ended_early:
        return state
    assert season.platform.written.reset is not None
    reset = season.platform.file(season.platform.written.reset)
    resetting.reset(target.dsn(state.database), reset, f"{state.run}-")
    job = searching.job_of_trials(jobs.job_of(season, f"{state.run}-capacity", target), wanted)
    trial = EnvironmentTrial(
        season=season,
        target=target,
        database=state.database,
        job=job,
        given=jobs.given(season, target.dsn(state.database), job),
        folder=desk.folder / TRIALS,
        warm_up=round(wanted.warm_up),
        watch=lambda: watched(season, target, state.database),
        saturated=lambda seen, measured: inside.told(inside_of(season, seen, measured)),
    )
    plan = searching.plan_of(wanted, season.written.load, season.objectives)
    found = search(trial, plan, desk.screen.search(plan.trials))
    told = searching.result_of(found, season.objectives)
    return replace(state, capacity=told, in_trials=tuple(trial.broken))


def inside_of(season: Season, seen: Seen, measured: Measurements) -> Inside:
    """The figures of what was seen while a load ran."""
    images = season.platform.image_folders()
    own = [node.name for node in season.topology.nodes if node.process.image in images]
    return inside.figures(seen, season.topology, own, measured.count(measured.job.main, "wanted"))


def _whole_entries(measured: Measurements) -> Iterator[Entry]:
    """The ledger as far as it is whole: a generator that was killed may leave half a line, told elsewhere.

    An intent is written before its first byte is sent, so what is cut off there was never sent.
    """
    with contextlib.suppress(ValueError):
        yield from measured.ledger()


STAGES: tuple[tuple[str, Callable[[Desk, State], State]], ...] = (
    ("bring up", bring_up),
    ("seed", seed),
    ("load", load),
    ("drain", drain),
    ("capacity", capacity),
)


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
        folders=season.platform.image_folders(),
        origin=season.origin,
        given=season.given,
        why=f"a rehearsal of {season.document.path.name}",
    )
