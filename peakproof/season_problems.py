"""What is wrong with a plan, and between a plan and what it names, each with its line. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from environments import lookup, placeholders, slicing
from environments.services.kind import FRONT
from environments.topology import Topology
from foundation import slo
from foundation.documents import Document, Location, did_you_mean
from foundation.errors import Problem
from foundation.slo import Metric
from foundation.units import in_words
from loadtests import profiles
from loadtests.judging import sufficiency
from loadtests.judging.objectives import latency_guard, unknown_series
from loadtests.planning import bounds, journey_source
from loadtests.planning.arrivals import Constant, Schedule
from peakproof import offered_journeys, samples, timeline_problems
from peakproof.plan import DataInput, LoadInput, SeasonInput

if TYPE_CHECKING:
    from peakproof.season import Season


def of_plan(written: SeasonInput, document: Document) -> Iterator[Problem]:
    """What is wrong whatever the plan's names stand for."""
    yield from _endless_problems(written, document)
    yield from _dataset_problems(written.data, document)
    yield from timeline_problems.of_plan(written, document)
    planned, loaded = [slo.parse(text) for text in written.slo], _loaded(written.load)
    for each in unknown_series(planned, loaded):
        what = f"no journey {each.series!r} in the load"
        yield document.problem(("slo", planned.index(each)), what, did_you_mean(str(each.series), loaded))


def _loaded(load: LoadInput) -> set[str]:
    return {load.journey, *(also.journey for also in load.also)}


def _endless_problems(written: SeasonInput, document: Document) -> Iterator[Problem]:
    """More arrivals than any machine comes to the end of."""
    rates: dict[Location, float] = {("load", "peak"): written.load.peak}
    if written.capacity is not None and written.capacity.start is not None:
        rates["capacity", "start"] = written.capacity.start
    for at, rate in rates.items():
        excess = bounds.excess_rate(rate, written.load.streams)
        if excess is not None:
            yield document.problem(at, *excess)


def _dataset_problems(data: DataInput, document: Document) -> Iterator[Problem]:
    """Files of a dataset that are not there; what is in them is looked at when it is loaded."""
    files = {"file": data.file, "identity": data.identity, "signer": data.signer}
    for name, written in files.items():
        if written is not None and not (path := document.path.parent / written).is_file():
            yield document.problem(("data", name), f"there is no file {path}")


def _size_problems(season: Season) -> Iterator[Problem]:
    """A size in another word than the sample's own."""
    sample, content = season.platform.written.sample, season.document.content
    data = content.get("data") if isinstance(content, dict) else None
    number, _, word = str(data.get("size", "") if isinstance(data, dict) else "").partition(" ")
    counts = samples.counted(season.platform.file(sample)) if sample and word else None
    if counts is not None and word not in (counts, counts.removesuffix("s")):
        what = f"the sample of platform {season.platform.name!r} has a size in {counts}, not in {word}"
        yield season.document.problem(("data", "size"), what, f"write `{number} {counts}`")


def _other_platform(season: Season) -> bool:
    """Whether the plan means another platform than its definition does; by name, or by path as that may."""
    name, platform = season.written.platform, season.platform
    if name is None or name == platform.name:
        return False
    found = lookup.find("platform", name, beside=season.document.path.parent)
    return found is None or found.parent.resolve() != platform.folder.resolve()


def _stack_problems(season: Season) -> Iterator[Problem]:
    """What a stack, which stays as it is, is not asked for."""
    if season.written.environment.stack is None:
        return
    if season.written.capacity is not None:
        what = "a search for capacity empties the database between its trials, and a stack stays as it is"
        yield season.document.problem(("capacity",), what, "search in a test environment, without `stack`")
    for fault in season.faults:
        if fault.on_host(season.topology):
            at: Location = ("timeline", fault.line, fault.fault)
            what = f"{fault.target}: on hosts of a stack others may stand; its own nodes are targets"
            yield season.document.problem(at, what, "hosts are hit in test environments, without `stack`")


def of_season(season: Season) -> Iterator[Problem]:
    """What is wrong between the plan and what it names, whatever its rate and its duration are."""
    document = season.document
    yield from _stack_problems(season)
    if _other_platform(season):
        what = f"the definition's platform is {season.platform.name!r}"
        yield document.problem(("platform",), what)
    for needed in ("journeys", "conservation", "policy", "sample"):
        if getattr(season.platform.written, needed) is None:
            what = f"platform {season.platform.name!r} has no `{needed}`: a rehearsal needs it"
            yield document.problem(("environment", "definition"), what)
    for what in _lacks(season.topology):
        yield document.problem(("environment", "definition"), what)
    yield from _database_problems(season)
    yield from _question_problems(season)
    yield from timeline_problems.of_season(season)
    yield from _journey_problems(season)
    yield from _size_problems(season)
    yield from _recovery_problems(season)
    yield from _asynchronous_problems(season)


def of_load(season: Season) -> Iterator[Problem]:
    """What is wrong with how much there is, and for how long."""
    yield from _capacity_problems(season)
    yield from _sufficiency_problems(season)


def _lacks(topology: Topology) -> Iterator[str]:
    """What a definition needs so that load can be sent to it and its books can be read."""
    doors = [node for node in topology.nodes if node.service == topology.entry]
    reached = any(FRONT in node.attachments.networks for node in doors)
    if not reached or topology.bindings[topology.entry].port is None:
        yield f"customers cannot talk to its entry {topology.entry!r}: name a service that answers HTTP"


def _database_problems(season: Season) -> Iterator[Problem]:
    """A database is filled, looked into and emptied: it has to be there, and to be known among several."""
    known, named = slicing.databases(season.topology), season.platform.written.database
    at: Location = ("environment", "definition")
    if not known:
        what = "the definition has no database: a rehearsal has to fill it and to look into it"
        hint = "a service of kind postgres or mariadb is one, and a container that says its `database`"
        yield season.document.problem(at, what, hint)
    elif named is not None and named not in known:
        what = f"the definition has no database {named!r}, which its platform names"
        hint = did_you_mean(named, known)
        if named in season.topology.bindings:
            hint = f"a container says by `database: {{engine: …, name: …}}` that it is one; {hint}"
        yield season.document.problem(at, what, hint)
    elif named is None and len(known) > 1:
        what = f"the definition has several databases: {', '.join(known)}"
        where = season.platform.document.path
        yield season.document.problem(at, what, f"say which in {where}, such as `database: {known[0]}`")


def _question_problems(season: Season) -> Iterator[Problem]:
    """What a question at a URL, or a command in a node, names and the definition does not have."""
    asked, topology = season.platform.written.conservation, season.topology
    document = season.platform.document
    if asked is None:
        return
    left = asked.unfilled(placeholders.filled(asked.url or "", topology.bindings))
    if left is not None:
        known = [f"{name}.{key}" for name, bound in topology.bindings.items() for key in bound.properties()]
        what = f"nothing fills {{{left}}}: services, {{run}} and {{after}} do"
        yield document.problem(("conservation", "url"), what, did_you_mean(left, known))
    services = {node.service for node in topology.nodes}
    if asked.node_of is not None and asked.node_of not in services:
        what = f"the definition has no service {asked.node_of!r}"
        yield document.problem(("conservation", "in"), what, did_you_mean(asked.node_of, services))
    given = {secret.name for secret in topology.secrets}
    for secret in asked.secrets:
        if secret not in given:
            what = f"no node of the definition is given the secret {secret!r}"
            yield document.problem(
                ("conservation", "headers"), what, "let the process that asks for it name it"
            )


def _journey_problems(season: Season) -> Iterator[Problem]:
    if season.platform.written.journeys is None:
        return
    offered = offered_journeys.offered(season.platform.file(season.platform.written.journeys))
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
    file = season.platform.file(season.platform.written.journeys)
    yield from journey_source.problems(file, _loaded(season.written.load), season.platform.written.feeds)


def _recovery_problems(season: Season) -> Iterator[Problem]:
    """Recovery is to a state in which all is well; that answers are in time is a part of it."""
    planned, main = [slo.parse(text) for text in season.written.slo], season.written.load.journey
    for each in season.objectives:
        if each.metric is Metric.RECOVERY and latency_guard(season.objectives, main) is None:
            known = each in planned
            at: Location = ("slo", planned.index(each)) if known else ("environment", "definition")
            what = f"{each}: no latency limit of {main} says when all is well again"
            yield season.document.problem(at, what, f"add one, such as {main} p95 < 500ms")


def _capacity_problems(season: Season) -> Iterator[Problem]:
    """What a search for capacity lacks: the platform's reset, time for three trials, journeys in a trial."""
    wanted, document, load = season.written.capacity, season.document, season.written.load
    if wanted is None:
        return
    from loadtests.capacity.observing import DRAIN  # brings NumPy, which most plans have no need of
    from loadtests.capacity.search import LEAST_TRIALS

    if season.platform.written.reset is None:
        what = f"platform {season.platform.name!r} has no `reset`: trials would not begin alike"
        yield document.problem(("capacity",), what)
    least = LEAST_TRIALS * (wanted.warm_up + wanted.measure + DRAIN)
    if wanted.budget < least:
        what = f"{in_words(wanted.budget)} has no room for {LEAST_TRIALS} trials"
        yield document.problem(("capacity", "budget"), what, f"{in_words(least)} or more")
    start = Constant(peak=wanted.start or load.peak)
    for short in sufficiency.too_short(season.objectives, start, load.streams, wanted.measure):
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
    """More arrivals than can be drawn; percentiles that so short a load cannot tell.

    Those of the definition are told at the duration.
    """
    load, planned = season.written.load, [slo.parse(text) for text in season.written.slo]
    streams = load.streams
    curve = profiles.profile(load.shape, peak=load.peak, duration=load.duration, points=season.points)
    schedule = Schedule(profile=curve, streams=streams, duration=load.duration, seed=load.seed)
    if (excess := bounds.excess_arrivals(schedule)) is not None:
        yield season.document.problem(("load", "duration"), *excess)
    faults = [fault.at for fault in season.written.timeline if fault.at < load.duration]
    for short in sufficiency.too_short(season.objectives, curve, streams, load.duration, faults):
        known = short.objective in planned
        at: Location = ("slo", planned.index(short.objective)) if known else ("load", "duration")
        yield season.document.problem(at, str(short), sufficiency.hint(short))
