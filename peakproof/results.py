"""What a rehearsal gave, as one value: results.json, the report and the exit code all derive from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from foundation.verdict import Verdict
from loadtests.capacity.search import Capacity
from peakproof.conservation import Conservation
from peakproof.telemetry.saturation import Resource

FORMAT = 1
FILE = "results.json"
MEASUREMENTS = "load"
"""Folder of the report that keeps the generator's own files."""


@dataclass(frozen=True, kw_only=True)
class Second:
    """One second of the load, counted from its start; times in milliseconds, None where nothing ended.

    `wanted` arrivals by the schedule, `reached` dispatched; `orders` main journeys that ended well, `errors`
    journeys that failed, were shed or turned away, `attempt_errors` single requests that went wrong.
    Percentiles are response times of the main journey's order step, by the second the journey was due in.
    """

    at: int
    wanted: int
    reached: int
    orders: int
    errors: int
    attempt_errors: int
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, kw_only=True)
class Percentiles:
    """Response times of one series over the whole load, in milliseconds; `count` requests."""

    series: str
    count: int
    p50: float
    p95: float
    p99: float
    p999: float
    longest: float


@dataclass(frozen=True, kw_only=True)
class FaultRecord:
    """A fault that was in force. Times are seconds since the load's start; `until` None: to the drain.

    `recovery` None: the platform did not recover, or, not `claimed`, no latency limit says when it had.
    `how` is what befell the node; `asked`: when it was asked who has the role, and `node` had it.
    """

    name: str
    role: str
    node: str
    at: float
    until: float | None
    recovery: float | None
    claimed: bool = True
    how: str = ""
    asked: float | None = None


@dataclass(frozen=True, kw_only=True)
class Load:
    """The load as planned and as measured. `peak` main arrivals per second, durations in seconds.

    `charted` is the series of `seconds`' percentiles; empty: the main journey's.
    """

    journey: str
    also: Mapping[str, float]
    profile: str
    peak: float
    duration: float
    seed: int
    schedule: str
    seconds: tuple[Second, ...]
    percentiles: tuple[Percentiles, ...]
    dispatch_p99: float | None
    charted: str = ""

    @property
    def drawn(self) -> str:
        """The series whose percentiles are in `seconds`."""
        return self.charted or self.journey


@dataclass(frozen=True, kw_only=True)
class Data:
    """What the environment was filled with and what the anonymiser proved of it.

    `masked_columns`: None where that is not known, of data that stood there before.
    """

    source: str
    size: int
    rows: int
    masked_columns: int | None
    verified: bool
    policy: str


@dataclass(frozen=True, kw_only=True)
class Ran:
    """The environment as it ran: definition, site, digest of the topology, nodes with their image ids.

    `images`: node -> its image's name, with the tag that says what it was made of; `secret_variables`:
    node -> the environment variables in which it was given a secret.
    """

    name: str
    definition: str
    site: str
    digest: str
    nodes: Mapping[str, str]
    images: Mapping[str, str] = field(default_factory=dict)
    secret_variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DelayFigures:
    """How long orders took from one event to another, in milliseconds; None where it is never.

    `count` orders, `never` of them not there by the end; `seconds` has the p99 of those that began in each.
    """

    name: str
    count: int
    never: int
    p50: float | None
    p95: float | None
    p99: float | None
    longest: float | None
    seconds: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class GaugeFigures:
    """The age of what waited longest, in seconds, sampled each second of the load; None: not known."""

    name: str
    longest: float
    seconds: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class StatementShare:
    """What sessions of the database worked on: the share of all looks at a working session."""

    statement: str
    share: float


@dataclass(frozen=True, kw_only=True)
class Inside:
    """What was seen inside the environment while the load ran; it explains and decides nothing.

    `first` was used up first, at `rate` main arrivals per second, or None. `services`: cores used in each
    second. `machine`: figures of the shared machine for people. `cost`: share of a core that looking took.
    """

    first: Resource | None
    rate: float | None
    resources: tuple[Resource, ...]
    statements: tuple[StatementShare, ...]
    delays: tuple[DelayFigures, ...]
    gauges: tuple[GaugeFigures, ...]
    services: Mapping[str, tuple[float | None, ...]]
    machine: Mapping[str, str]
    samples: int
    cost: float


@dataclass(frozen=True, kw_only=True)
class CapacityFound:
    """What a search in the environment found, judged by `objectives` (and by queues that do not grow).

    `saturated` was used up first at the lowest rate that broke or could not be generated; empty without one.
    """

    found: Capacity
    objectives: tuple[str, ...]
    saturated: str


@dataclass(frozen=True, kw_only=True)
class StageTime:
    """How long one stage took, in seconds; not `whole` if it failed or was interrupted."""

    stage: str
    seconds: float
    whole: bool = True


@dataclass(frozen=True, kw_only=True)
class Results:
    """A rehearsal. Parts that it did not come to are None. `started`, `ended` are ISO 8601 with their zone.

    `scope` lines begin with "Shown: ", "This machine only: " or "Not shown: "; `command` repeats the run
    in `folder`. `left` says what could not be taken down.
    """

    season: str
    run: str
    started: str
    scope: tuple[str, ...]
    verdict: Verdict
    load: Load | None
    faults: tuple[FaultRecord, ...]
    conservation: Conservation | None
    data: Data | None
    environment: Ran | None
    stages: tuple[StageTime, ...]
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    command: str = ""
    inside: Inside | None = None
    capacity: CapacityFound | None = None
    left: tuple[str, ...] = ()
    ended: str = ""
    folder: str = ""


_RESULTS: TypeAdapter[Results] = TypeAdapter(Results)


def to_json(results: Results) -> str:
    """The content of results.json: `{"format": 1, "verdict": {"status": "PASS", …}, …}`."""
    document = {"format": FORMAT, **_RESULTS.dump_python(results, mode="json")}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read(path: Path) -> Results:
    """The results in a results.json. Raises ValueError when it is not one."""
    document = json.loads(path.read_text(encoding="utf-8"))
    if document.pop("format", None) != FORMAT:
        raise ValueError(f"{path} is not a results.json of format {FORMAT}")
    return _RESULTS.validate_python(document)


def schema() -> dict[str, object]:
    """JSON Schema of results.json, for docs/results.schema.json."""
    body = _RESULTS.json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **body,
        "properties": {"format": {"const": FORMAT, "type": "integer"}, **body["properties"]},
        "required": ["format", *body["required"]],
    }
