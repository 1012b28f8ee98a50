"""A season plan together with what it names: definition, platform, site, objectives. Reads files only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from environments import loading, lookup, slicing
from environments.platform import Platform
from environments.services.kind import FRONT
from environments.site import Site
from environments.topology import Topology
from foundation import documents, slo
from foundation.documents import Document, Location, did_you_mean
from foundation.errors import InputError, Problem
from foundation.slo import Metric, Objective
from foundation.units import in_words
from loadtests import implied, profiles, replay, sufficiency
from loadtests.arrivals import Constant, Stream
from loadtests.capacity.observing import DRAIN
from loadtests.capacity.search import LEAST_TRIALS
from loadtests.objectives import unknown_series
from loadtests.profiles.shape import Point
from peakproof import journeys
from peakproof.plan import SeasonInput


@dataclass(frozen=True, kw_only=True)
class Season:
    """A plan together with what it names. `waivers` are objectives looser than the definition's contract.

    `points` are those of a replay.
    """

    written: SeasonInput
    document: Document
    topology: Topology
    platform: Platform
    site: Site
    objectives: tuple[Objective, ...]
    waivers: tuple[str, ...]
    points: tuple[Point, ...] = ()

    @property
    def environment_name(self) -> str:
        return self.written.environment.name or self.topology.definition


def load(name: str, *, beside: Path) -> Season:
    """The season of that name or path. Raises InputError with every problem, file:line."""
    path = lookup.find("season", name, beside=beside)
    if path is None:
        raise lookup.absent("season", name, beside=beside)
    whole = documents.read(path)
    # What is right is looked at even if something else is wrong: a person wants to hear of everything.
    document, written, problems = documents.partly(whole, SeasonInput)
    nowhere = _nowhere(written, document) if written else []
    if written is None or nowhere:
        raise documents.collected(whole, [*problems, *nowhere])
    try:
        season = _with_what_it_names(written, document)
    except InputError as error:  # the definition's own problems
        documents.refuse(whole, [*problems, *error.problems] if problems else [])
        raise
    documents.refuse(whole, [*problems, *_problems(season)])
    return season


def _nowhere(written: SeasonInput, document: Document) -> list[Problem]:
    """Names of a definition or a site that nobody has written."""
    named = (("definition", written.environment.definition), ("site", written.environment.site))
    beside = document.path.parent
    return [
        lookup.missing(kind, name, document, ("environment", kind))
        for kind, name in named
        if lookup.find(kind, name, beside=beside) is None
    ]


def _with_what_it_names(written: SeasonInput, document: Document) -> Season:
    beside = document.path.parent
    loaded = loading.topology_of(written.environment.definition, beside=beside)
    contract = [slo.parse(text) for text in loaded.definition.written.slo]
    agreed, waivers = combined(contract, [slo.parse(text) for text in written.slo])
    loaded_journeys = [written.load.journey, *(each.journey for each in written.load.also)]
    return Season(
        written=written,
        document=document,
        topology=loaded.topology,
        platform=loaded.definition.platform,
        site=loading.site_of(written.environment.site, beside=beside),
        objectives=implied.promised(agreed, loaded_journeys),
        waivers=waivers,
        points=_replayed(written, document),
    )


def _replayed(written: SeasonInput, document: Document) -> tuple[Point, ...]:
    """The points of the file that is replayed, if there is one. Raises InputError."""
    if written.load.replay is None:
        return ()
    path = document.path.parent / written.load.replay
    try:
        return replay.read(path, written.load.duration).points
    except InputError as error:
        problem = document.problem(("load", "replay"), f"{path}: {error.what}")
        raise documents.collected(document, [problem]) from error


def combined(
    contract: list[Objective], planned: list[Objective]
) -> tuple[tuple[Objective, ...], tuple[str, ...]]:
    """The contract with the plan on top: what the plan says of the same subject replaces it.

    Returns the objectives and a sentence for each that the plan loosens.
    """
    by_subject = {(each.subject, each.exclusion): each for each in contract}
    waivers = [
        f"{each}, looser than the definition's {by_subject[each.subject, each.exclusion]}"
        for each in planned
        if _looser(each, by_subject.get((each.subject, each.exclusion)))
    ]
    merged = by_subject | {(each.subject, each.exclusion): each for each in planned}
    return tuple(merged.values()), tuple(waivers)


def _looser(planned: Objective, contract: Objective | None) -> bool:
    """Whether a value just at the planned limit would break the contract."""
    if contract is None or planned.limit == contract.limit:
        return False
    return not contract.holds(planned.limit)


def _problems(season: Season) -> Iterator[Problem]:
    """What is wrong between the plan and what it names."""
    written, document = season.written, season.document
    if written.platform not in (None, season.platform.name):
        what = f"the definition's platform is {season.platform.name!r}"
        yield document.problem(("platform",), what)
    for needed in ("journeys", "conservation", "policy", "sample"):
        if getattr(season.platform.written, needed) is None:
            what = f"platform {season.platform.name!r} has no `{needed}`: a rehearsal needs it"
            yield document.problem(("environment", "definition"), what)
    for what in _lacks(season.topology):
        yield document.problem(("environment", "definition"), what)
    yield from _timeline_problems(season)
    yield from _journey_problems(season)
    yield from _objective_problems(season)
    yield from _capacity_problems(season)
    yield from _asynchronous_problems(season)
    yield from _sufficiency_problems(season)


def _lacks(topology: Topology) -> Iterator[str]:
    """What a definition needs so that load can be sent to it and its books can be read."""
    doors = [node for node in topology.nodes if node.service == topology.entry]
    reached = any(FRONT in node.attachments.networks for node in doors)
    if not reached or topology.bindings[topology.entry].port is None:
        yield f"customers cannot talk to its entry {topology.entry!r}: name a service that answers HTTP"
    if slicing.database_service(topology) is None:
        yield "the definition has no database: a rehearsal has to look into the books"


def _timeline_problems(season: Season) -> Iterator[Problem]:
    roles, document = season.topology.candidates, season.document
    for index, fault in enumerate(season.written.timeline):
        if fault.role not in roles:
            what = f"no role {fault.role!r} in the environment"
            yield document.problem(("timeline", index), what, did_you_mean(fault.role, roles))
        if fault.at >= season.written.load.duration:
            at, end = in_words(fault.at), in_words(season.written.load.duration)
            what = f"{fault.fault} at {at} comes after the load has ended, at {end}"
            yield document.problem(("timeline", index), what)


def _journey_problems(season: Season) -> Iterator[Problem]:
    if season.platform.written.journeys is None:
        return
    offered = journeys.offered(season.platform.file(season.platform.written.journeys))
    load: Location = ("load",)
    named = [((*load, "journey"), season.written.load.journey)]
    named += [
        ((*load, "also", index, "journey"), also.journey)
        for index, also in enumerate(season.written.load.also)
    ]
    for at, name in named:
        if offered and name not in offered:
            what = f"platform {season.platform.name!r} has no journey {name!r}"
            yield season.document.problem(at, what, did_you_mean(name, offered))


def _objective_problems(season: Season) -> Iterator[Problem]:
    load, planned = season.written.load, [slo.parse(text) for text in season.written.slo]
    loaded = {load.journey, *(also.journey for also in load.also)}
    for each in unknown_series(planned, loaded):
        what = f"no journey {each.series!r} in the load"
        yield season.document.problem(
            ("slo", planned.index(each)), what, did_you_mean(str(each.series), loaded)
        )


def _capacity_problems(season: Season) -> Iterator[Problem]:
    """What a search for capacity lacks: the platform's reset, time for three trials, journeys in a trial."""
    wanted, document, load = season.written.capacity, season.document, season.written.load
    if wanted is None:
        return
    if season.platform.written.reset is None:
        what = f"platform {season.platform.name!r} has no `reset`: trials would not begin alike"
        yield document.problem(("capacity",), what)
    least = LEAST_TRIALS * (wanted.warm_up + wanted.measure + DRAIN)
    if wanted.budget < least:
        what = f"{in_words(wanted.budget)} has no room for {LEAST_TRIALS} trials"
        yield document.problem(("capacity", "budget"), what, f"{in_words(least)} or more")
    start = Constant(peak=wanted.start or load.peak)
    streams = [Stream(journey=load.journey), *(Stream(journey=a.journey, ratio=a.ratio) for a in load.also)]
    for short in sufficiency.too_short(season.objectives, start, streams, wanted.measure):
        yield document.problem(("capacity", "measure"), str(short), sufficiency.hint(short))


def _asynchronous_problems(season: Season) -> Iterator[Problem]:
    """Objectives about what the platform does not tell of itself."""
    planned = [slo.parse(text) for text in season.written.slo]
    delays, gauges = season.platform.written.delays, season.platform.written.gauges
    for each in season.objectives:
        known = each in planned
        at: Location = ("slo", planned.index(each)) if known else ("environment", "definition")
        if each.metric is Metric.DELAY and each.series not in delays:
            what = f"{each}: platform {season.platform.name!r} tells no delay {each.series!r}"
            yield season.document.problem(at, what, did_you_mean(str(each.series), delays))
        if each.metric in (Metric.QUEUE_AGE, Metric.OUTBOX_LAG) and str(each.metric) not in gauges:
            what = f"{each}: platform {season.platform.name!r} has no gauge {str(each.metric)!r}"
            yield season.document.problem(at, what, "write its SQL in platform.yaml under `gauges`")


def _sufficiency_problems(season: Season) -> Iterator[Problem]:
    """Percentiles that so short a load cannot tell; those of the definition are told at the duration."""
    load, planned = season.written.load, [slo.parse(text) for text in season.written.slo]
    streams = [
        Stream(journey=load.journey),
        *(Stream(journey=also.journey, ratio=also.ratio) for also in load.also),
    ]
    curve = profiles.profile(load.shape, peak=load.peak, duration=load.duration, points=season.points)
    faults = [fault.at for fault in season.written.timeline if fault.at < load.duration]
    for short in sufficiency.too_short(season.objectives, curve, streams, load.duration, faults):
        known = short.objective in planned
        at: Location = ("slo", planned.index(short.objective)) if known else ("load", "duration")
        yield season.document.problem(at, str(short), sufficiency.hint(short))
