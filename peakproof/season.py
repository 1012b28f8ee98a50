"""A season plan together with what it names: definition, platform, site, objectives. Reads files only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from environments import giving, loading, lookup, slicing
from environments.faults import aiming, hosts
from environments.giving import Given
from environments.platform import Platform
from environments.site import Site
from environments.topology import Role, Topology
from foundation import documents, slo
from foundation.documents import Document
from foundation.errors import InputError, Problem
from foundation.slo import Objective
from loadtests.judging import implied
from loadtests.planning import replay
from loadtests.profiles.shape import Point
from peakproof import season_problems, targets, timeline_problems
from peakproof.plan import SeasonInput
from peakproof.targets import Planned


@dataclass(frozen=True, kw_only=True)
class Season:
    """A plan together with what it names. `waivers` are objectives looser than the definition's contract.

    `points` are those of a replay; `given`: where the secrets come from that people give; `places`: image ->
    file:line of who says it; `login_places`: service -> that of its `login`, of containers.
    """

    written: SeasonInput
    document: Document
    topology: Topology
    platform: Platform
    site: Site
    origin: str
    objectives: tuple[Objective, ...]
    waivers: tuple[str, ...]
    points: tuple[Point, ...] = ()
    given: tuple[Given, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    login_places: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment_name(self) -> str:
        written = self.written.environment
        return written.stack or written.name or self.topology.definition

    @property
    def database(self) -> str | None:
        """The service that holds the platform's data; None where there is none, or nobody says which."""
        return slicing.database_service(self.topology, self.platform.written.database)

    @property
    def faults(self) -> list[Planned]:
        """The timeline with the nodes that it may hit."""
        return targets.planned(self.written.timeline, self.role_of, self.written.load.seed)

    def role_of(self, target: str) -> Role | None:
        """Who may be hit by that name: nodes, or a host of the site."""
        return aiming.target(self.topology, target) or hosts.target(self.site, target)


def nothing_known(_season: Season) -> Mapping[str, str]:
    """What the machine lacks, where nobody has looked."""
    return {}


def load(
    name: str, *, beside: Path, lacking: Callable[[Season], Mapping[str, str]] = nothing_known
) -> Season:
    """The season of that name or path. `lacking` tells what this machine lacks of what its faults need.

    Raises InputError with every problem, file:line, or Unavailable where only the machine is in the way.
    """
    path = lookup.find("season", name, beside=beside)
    if path is None:
        raise lookup.absent("season", name, beside=beside)
    whole = documents.read(path)
    # What is right is looked at even if something else is wrong: a person wants to hear of everything.
    document, right, problems = documents.partly(whole, SeasonInput)
    written = right or _filled(document)
    if written is None:
        raise documents.collected(whole, [*problems, *_nowhere(document)])
    problems = [*problems, *season_problems.of_plan(written, document)]
    if nowhere := _nowhere(document):
        raise documents.collected(whole, [*problems, *nowhere])
    try:
        season = _with_what_it_names(written, document)
    except InputError as error:  # the definition's own problems
        documents.refuse(whole, [*problems, *error.problems] if problems else [])
        raise
    problems = [*problems, *season_problems.of_season(season)]
    problems += season_problems.of_load(season) if right else []
    cannot = list(timeline_problems.of_machine(season, lacking(season)))
    documents.refuse(whole, [*problems, *cannot] if problems else [])
    timeline_problems.refuse_machine(cannot)
    return season


def _filled(document: Document) -> SeasonInput | None:
    """A plan without a name, a rate, a duration or data, with some in their place: to look at all else."""
    content = document.content if isinstance(document.content, dict) else {}
    load, data = content.get("load"), content.get("data")
    if not isinstance(load, dict):
        return None
    filled = {
        "season": "unnamed",
        **content,
        "load": {"peak": "1/s", "duration": "7d", **load},
        "data": {"source": "sample", **(data if isinstance(data, dict) else {})},
    }
    try:
        return SeasonInput.model_validate(filled)
    except ValidationError:
        return None


def _nowhere(document: Document) -> list[Problem]:
    """Names of a definition or a site that nobody has written."""
    named, beside = _named(document), document.path.parent
    return [
        lookup.missing(kind, name, document, ("environment", kind))
        for kind, name in named.items()
        if lookup.find(kind, name, beside=beside) is None
    ]


def _named(document: Document) -> dict[str, str]:
    """What the plan names, as far as it can be read: a plan that is wrong elsewhere names it all the same."""
    content = document.content if isinstance(document.content, dict) else {}
    environment = content.get("environment")
    found = environment if isinstance(environment, dict) else {}
    return {kind: found[kind] for kind in ("definition", "site") if isinstance(found.get(kind), str)}


def _with_what_it_names(written: SeasonInput, document: Document) -> Season:
    beside = document.path.parent
    loaded = loading.topology_of(written.environment.definition, beside=beside)
    given = giving.sources(loaded.definition)
    giving.refuse_missing(given, loaded.topology.secrets)
    contract = [slo.parse(text) for text in loaded.definition.written.slo]
    agreed, waivers = combined(contract, [slo.parse(text) for text in written.slo])
    loaded_journeys = [written.load.journey, *(each.journey for each in written.load.also)]
    return Season(
        written=written,
        document=document,
        topology=loaded.topology,
        platform=loaded.definition.platform,
        site=loading.site_of(written.environment.site, beside=beside),
        origin=loaded.origin,
        objectives=implied.promised(agreed, loaded_journeys),
        waivers=waivers,
        points=_replayed(written, document),
        given=given,
        places=loaded.definition.image_places,
        login_places=loaded.definition.login_places,
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
