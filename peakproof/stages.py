"""A rehearsal as a row of stages, each taking what the one before it gave."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from environments.containers import removing
from environments.containers.injecting import Tools
from environments.environment import Environment
from foundation.errors import InputError, PeakproofError, RunInvalid
from loadtests.capacity.search import search
from loadtests.judging import abort, measurements
from loadtests.judging.abort import Hopeless
from loadtests.judging.measurements import Measurements
from loadtests.judging.objectives import may_shed
from loadtests.recording.ledger import Entry
from loadtests.recording.progress import Event, Started
from peakproof import (
    books,
    conservation,
    delays,
    generating,
    inside,
    jobs,
    letting_in,
    resetting,
    searching,
    seeding,
)
from peakproof.books import asking
from peakproof.bringing_up import bring_up
from peakproof.inside import Seen
from peakproof.results import MEASUREMENTS, Inside
from peakproof.searching import EnvironmentTrial
from peakproof.season import Season
from peakproof.state import Desk, State
from peakproof.targets import Planned
from peakproof.telemetry.database import DatabaseWatch
from peakproof.telemetry.sampler import Sampler
from peakproof.timeline import Prepared, Timeline

TRIALS = "capacity"
"""Folder of the report with a folder for each trial of a search."""


def seed(desk: Desk, state: State) -> State:
    """The dataset, or the sample, masked; what played production is gone afterwards."""
    assert state.target is not None
    if state.data is not None:  # it stood there
        return state
    for environment in (state.target, state.source):
        if environment is not None:
            place = state.season.login_places.get(state.database)
            letting_in.check(environment.dsn(state.database), state.database, place)
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
    _answers(state)
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


def _answers(state: State) -> None:
    """Asks the books before anything is sent. Raises InputError where the question or the answer is wrong."""
    assert state.target is not None
    with asking.books(state.season.platform, state.target, state.database, f"{state.run}-") as found:
        found.read()


def watched(season: Season, target: Environment, database: str) -> Sampler:
    """Who looks into the environment while a load runs. Raises InputError where a gauge is wrong."""
    nodes = {address: node for found in target.instance.addresses.values() for node, address in found.items()}
    watch = DatabaseWatch(target.dsn(database), season.platform, nodes)
    watch.check()
    return Sampler(target.groups(), watch)


def drain(_desk: Desk, state: State) -> State:
    """Orders come to their end; then the ledger is compared with the platform's books."""
    assert state.target is not None
    assert state.measured is not None
    ledger = list(_whole_entries(state.measured))
    with asking.books(state.season.platform, state.target, state.database, f"{state.run}-") as found:
        rows, _ = books.wait(found, conservation.acknowledged(ledger), state.season.written.drain)
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
    images = season.platform.images()
    own = [
        node.name for node in season.topology.nodes if node.process.image in images or node.process.foreign
    ]
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
