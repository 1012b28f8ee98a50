"""A run file: what `load run` is asked for, written down. Its keys are the options; options replace them.

Paths are meant from where the file is. Errors name file and line. Starts nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from foundation import documents, slo, units
from foundation.documents import Document, Input, across
from foundation.errors import InputError, Problem
from foundation.slo import Expression
from foundation.units import Rate
from loadtests.judging import objectives
from loadtests.planning import ramps
from loadtests.planning.arrivals import Scenario, Stream
from loadtests.profiles import REPLAY
from loadtests.wanted import Wanted
from loadtests.written import AbortRule, AlsoInput, Limited, ProfileName

SUFFIXES = (".yaml", ".yml")
_FILES = ("journeys", "feeds", "replay", "ramp", "ca", "locustfile")
_WRITTEN = ("out", "junit")
# What scenarios say, each for itself.
_SCENARIOS = ("journey", "also", "rate", "duration", "profile", "replay", "ramp")


class ScenarioInput(Input):
    """When a journey's arrivals come: by a rate or a ramp of its own, or by a ratio to the first scenario."""

    ratio: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    rate: Rate | None = Field(default=None, gt=0)
    profile: ProfileName = "constant"
    ramp: str | None = None
    start: Limited = 0.0
    duration: Limited | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_way(self) -> ScenarioInput:
        given = [name for name in ("ratio", "rate", "ramp") if getattr(self, name) is not None]
        if len(given) != 1:
            said = f"a scenario has a ratio, a rate or a ramp, not {' and '.join(given) or 'nothing'}"
            raise across((tuple(given[1:2]), said))
        own = sorted({"profile", "duration"} & self.model_fields_set)
        if given != ["rate"] and own:
            go = "go" if own[1:] else "goes"
            said = f"{' and '.join(own)} {go} with a rate: a {given[0]} has its own"
            raise across(((own[0],), said))
        if given == ["ratio"] and "start" in self.model_fields_set:
            said = "a scenario with a ratio starts with the first one: give it a rate"
            raise across((("start",), said))
        return self


class RunInput(Input):
    """`load run shop-load.yaml`."""

    load: str | None = None
    target: str | None = None
    journeys: str | None = None
    journey: str | None = None
    also: list[AlsoInput] | None = None
    scenarios: dict[str, ScenarioInput] | None = Field(default=None, min_length=1)
    rate: Rate | None = Field(default=None, gt=0)
    duration: Limited | None = Field(default=None, gt=0)
    profile: ProfileName | None = None
    replay: str | None = None
    ramp: str | None = None
    seed: int | None = None
    evenly: bool | None = None
    feeds: str | None = None
    slo: list[Expression] | None = None
    abort_on: list[AbortRule] | None = None
    pool: int | None = Field(default=None, ge=1)
    connections: Literal["pool", "per-journey"] | None = None
    allow: list[str] | None = None
    ca: str | None = None
    out: str | None = None
    junit: str | None = None
    metrics: int | None = None
    web: int | None = None
    locustfile: str | None = None
    users: int | None = Field(default=None, ge=1)
    spawn_rate: float | None = Field(default=None, gt=0)
    locust: str | None = None
    processes: int | None = Field(default=None, ge=1)
    workers: str | None = None
    worker_command: str | None = None
    expect_workers: int | None = Field(default=None, ge=1)
    bind: str | None = None
    self_test: bool | None = None


def named(argument: str | None) -> Path | None:
    """The run file that an argument names; None for a URL."""
    is_file = argument is not None and "://" not in argument and argument.endswith(SUFFIXES)
    return Path(argument) if is_file and argument else None


def under(options: Wanted, path: Path, typed: Collection[str]) -> Wanted:
    """A run file's values where no option was `typed`. Raises InputError with every problem, file:line."""
    written, document = documents.load(path, RunInput)
    documents.refuse(document, list(_problems(written, document)))
    if written.scenarios and (twice := sorted(set(typed) & set(_SCENARIOS))):
        what = f"--{twice[0]} is said by the scenarios of the file, each for itself"
        raise InputError(what, where=document.where(("scenarios",)), hint="change it there")
    values = {name: value for name, value in _values(written, document).items() if name not in typed}
    if "host" in typed:
        values["url"] = None
    return replace(options, **{"url": None, **values})  # type: ignore[arg-type]  # as each is written


def _values(written: RunInput, document: Document) -> dict[str, object]:
    """The file's values as options have them."""
    raw = document.content if isinstance(document.content, dict) else {}
    given: dict[str, object] = {
        name: getattr(written, name) for name in raw if getattr(written, name) is not None
    }
    for name in ("load", "scenarios", "target", "self_test"):
        given.pop(name, None)
    values = given | {name: raw[name] for name in ("rate", "duration") if name in given}
    values |= {n: document.path.parent / str(given[n]) for n in (*_FILES, *_WRITTEN) if n in given}
    if written.also is not None:
        values["also"] = [f"{each.journey}:{each.ratio}" for each in written.also]
    if written.target is not None:
        values["url"] = written.target
    if written.self_test is not None:
        values["no_self_test"] = not written.self_test
    return values | (_of_scenarios(written.scenarios, document) if written.scenarios else {})


def _of_scenarios(found: Mapping[str, ScenarioInput], document: Document) -> dict[str, object]:
    """The first one is the main journey's; those with a ratio go with it."""
    own = {name: _scenario(each, document.path.parent) for name, each in found.items() if each.ratio is None}
    main = own[next(iter(found))]
    end = max(each.end for each in own.values())
    for name, each in found.items():
        if each.ratio is not None:
            own[name] = replace(main, rate=main.rate * each.ratio)
    return {
        "journey": next(iter(found)),
        "scenarios": tuple(Stream(journey=name, scenario=own[name]) for name in found),
        "rate": f"{main.rate:.12f}/s",
        "duration": f"{end:.12f}s",
        "profile": main.profile if main.profile != REPLAY else "constant",
        "points": main.points,
    }


def _scenario(written: ScenarioInput, beside: Path) -> Scenario:
    if written.ramp is not None:
        ramp = ramps.read(beside / written.ramp)
        return Scenario(
            rate=ramp.peak, start=written.start, duration=ramp.duration, profile=REPLAY, points=ramp.points
        )
    assert written.rate is not None
    duration = units.duration("60s") if written.duration is None else written.duration
    return Scenario(rate=written.rate, start=written.start, duration=duration, profile=written.profile)


def _problems(written: RunInput, document: Document) -> Iterator[Problem]:
    for name in _FILES:
        there = getattr(written, name)
        if there is not None and not (document.path.parent / there).exists():
            yield document.problem((name,), f"{name!r}: no such file: {there}", "from where this file is")
    yield from _of_ways(written, document)
    known = _journeys(written)
    for number, text in enumerate(written.slo or []):
        if known and objectives.unknown_series([slo.parse(text)], known):
            what = f"'slo.{number}': {text}: the load has no such journey"
            yield document.problem(("slo", number), what, f"it has: {', '.join(known)}")


def _of_ways(written: RunInput, document: Document) -> Iterator[Problem]:
    """What says the same thing twice, or says nothing without another key."""
    if written.scenarios is None:
        return
    for name in _SCENARIOS:
        if getattr(written, name) is not None:
            yield document.problem((name,), f"{name!r}: the scenarios say it, each for itself")
    first = next(iter(written.scenarios))
    if written.scenarios[first].ratio is not None:
        at = ("scenarios", first, "ratio")
        yield document.problem(at, f"{first!r} is the main journey: it needs a rate or a ramp")
    for name, each in written.scenarios.items():
        if each.ramp is not None and not (document.path.parent / each.ramp).exists():
            yield document.problem(("scenarios", name, "ramp"), f"no such file: {each.ramp}")


def _journeys(written: RunInput) -> list[str]:
    """The load's journeys, as far as the file says them; none where an option does."""
    if written.scenarios is not None:
        return [*written.scenarios]
    return [written.journey, *(each.journey for each in written.also or [])] if written.journey else []
