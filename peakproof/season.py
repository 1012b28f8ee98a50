"""A season plan as a person writes it, and what it means with its definition. Reads files only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from environments import loading, lookup
from environments.definition import Objective as Expression
from environments.faults import FAULTS
from environments.platform import Name, Platform
from environments.site import Site
from environments.topology import Topology
from foundation import documents, slo, units
from foundation.documents import Document, Input, did_you_mean
from foundation.errors import InputError, Problem
from foundation.slo import Objective
from foundation.units import Duration, Rate
from loadtests.job import PROFILES
from loadtests.objectives import unknown_series


def _customers(text: object) -> int:
    match = re.fullmatch(r"(\S+) customers", text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f'expected a size such as "10k customers", got {text!r}')
    return units.count(match[1])


def _profile(name: str) -> str:
    if name not in PROFILES:
        raise ValueError(f"unknown profile {name!r}: {did_you_mean(name, PROFILES)}")
    return name


class EnvironmentInput(Input):
    """Which environment is rehearsed in. `name` is the definition's unless given."""

    definition: str
    site: str = "laptop"
    name: Name | None = None


class DataInput(Input):
    """What the environment is filled with: the platform's own sample, anonymised like production data."""

    source: Literal["sample"]
    size: Annotated[int, BeforeValidator(_customers)] = Field(
        default=10_000, json_schema_extra={"type": "string", "examples": ["10k customers"]}
    )


class AlsoInput(Input):
    """Another journey: `ratio` of its arrivals for each arrival of the main one."""

    journey: str
    ratio: float = Field(gt=0)


class LoadInput(Input):
    """Open arrivals: `peak` counts those of the main journey."""

    journey: str
    also: tuple[AlsoInput, ...] = ()
    profile: Annotated[str, AfterValidator(_profile)] = "constant"
    peak: Rate = Field(gt=0)
    duration: Duration = Field(gt=0)
    seed: int = 7


class FaultInput(Input):
    """One line of the timeline: `{at: 30s, kill: api.any, for: 10s}`. Without `for` it lasts to the drain."""

    at: Duration
    fault: str
    role: str
    lasting: Duration | None = Field(default=None, alias="for")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, written: object) -> object:
        if not isinstance(written, dict):
            return written
        named = [key for key in written if key not in ("at", "for")]
        if len(named) != 1:
            raise ValueError(f"exactly one fault per line: {', '.join(FAULTS)}")
        fault = named[0]
        if fault not in FAULTS:
            raise ValueError(f"unknown fault {fault!r}: {did_you_mean(str(fault), FAULTS)}")
        rest = {key: value for key, value in written.items() if key != fault}
        return {**rest, "fault": fault, "role": written[fault]}


class SeasonInput(Input):
    """seasons/NAME.yaml."""

    season: Name
    description: str = ""
    platform: str | None = Field(default=None, description="checked against the definition's platform")
    environment: EnvironmentInput
    data: DataInput
    load: LoadInput
    timeline: tuple[FaultInput, ...] = ()
    slo: tuple[Expression, ...] = ()
    drain: Duration = Field(default=60.0, description="how long orders may take to come to their end")


@dataclass(frozen=True, kw_only=True)
class Season:
    """A plan together with what it names. `waivers` are objectives looser than the definition's contract."""

    written: SeasonInput
    document: Document
    topology: Topology
    platform: Platform
    site: Site
    objectives: tuple[Objective, ...]
    waivers: tuple[str, ...]

    @property
    def environment_name(self) -> str:
        return self.written.environment.name or self.topology.definition


def load(name: str, *, beside: Path) -> Season:
    """The season of that name or path. Raises InputError with every problem, file:line."""
    path = lookup.find("season", name, beside=beside)
    if path is None:
        hint = did_you_mean(name, lookup.known("season", beside=beside))
        raise InputError(f"no season {name!r}", hint=hint)
    written, document = documents.load(path, SeasonInput)
    loaded = loading.topology_of(written.environment.definition, beside=path.parent)
    contract = [slo.parse(text) for text in loaded.definition.written.slo]
    planned = [slo.parse(text) for text in written.slo]
    objectives, waivers = combined(contract, planned)
    season = Season(
        written=written,
        document=document,
        topology=loaded.topology,
        platform=loaded.definition.platform,
        site=loading.site_of(written.environment.site, beside=path.parent),
        objectives=objectives,
        waivers=waivers,
    )
    documents.refuse(document, list(_problems(season, planned)))
    return season


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


def _problems(season: Season, planned: list[Objective]) -> Iterator[Problem]:
    """What is wrong between the plan and what it names."""
    written, document = season.written, season.document
    if written.platform not in (None, season.platform.name):
        what = f"the definition's platform is {season.platform.name!r}"
        yield document.problem(("platform",), what)
    for needed in ("journeys", "conservation", "policy", "sample"):
        if getattr(season.platform.written, needed) is None:
            what = f"platform {season.platform.name!r} has no `{needed}`: a rehearsal needs it"
            yield document.problem(("environment", "definition"), what)
    yield from _timeline_problems(season)
    journeys = {written.load.journey, *(also.journey for also in written.load.also)}
    for each in unknown_series(planned, journeys):
        index = planned.index(each)
        yield document.problem(
            ("slo", index),
            f"no journey {each.series!r} in the load",
            did_you_mean(str(each.series), journeys),
        )


def _timeline_problems(season: Season) -> Iterator[Problem]:
    roles, document = season.topology.roles, season.document
    for index, fault in enumerate(season.written.timeline):
        if fault.role not in roles:
            what = f"no role {fault.role!r} in the environment"
            yield document.problem(("timeline", index), what, did_you_mean(fault.role, roles))
        if fault.at >= season.written.load.duration:
            yield document.problem(("timeline", index), "comes after the load has ended")
