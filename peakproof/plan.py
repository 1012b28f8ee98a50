"""A season plan as a person writes it: seasons/NAME.yaml. What it names is looked up elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from environments.faults import AnyFault
from environments.words import Name
from foundation import units
from foundation.documents import Input, Location, across
from foundation.slo import Expression
from foundation.units import Rate
from loadtests.planning.arrivals import Stream
from loadtests.profiles import REPLAY
from loadtests.written import AbortRule, AlsoInput, Limited, ProfileName

_LARGEST = 1_000_000_000
_OF_DATASET = ("file", "identity", "signer")


def _sized(text: object) -> int:
    """The number in "10k customers"; what is counted is the platform's own word."""
    match = re.fullmatch(r"(\S+)( [a-z -]+)?", text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f'expected a size such as "10k customers", got {text!r}')
    size = units.count(match[1])
    if size > _LARGEST:
        raise ValueError(f"at most {_LARGEST:,} can be made")
    return size


class EnvironmentInput(Input):
    """Which environment is rehearsed in. `name` is the definition's unless given.

    `stack`: the one of that name which `infra up` made of the definition, a staging, as it stands.
    """

    definition: str
    site: str = "laptop"
    name: Name | None = None
    stack: Name | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> EnvironmentInput:
        if self.name is not None and self.stack is not None:
            said = "`name` is an environment's that `rehearse` brings up, `stack` one of `infra`'s: write one"
            raise across((("stack",), said))
        return self


class DataInput(Input):
    """What the environment is filled with: the platform's own sample, anonymised like production data, or
    a published dataset. Files stand relative to the plan.
    """

    source: Literal["sample", "dataset"]
    file: str | None = Field(default=None, description="the dataset")
    identity: str | None = Field(default=None, description="the age identity that opens it")
    signer: str | None = Field(default=None, description="the public key of whom you trust to publish")
    size: Annotated[int, BeforeValidator(_sized)] = Field(
        default=10_000, json_schema_extra={"type": "string", "examples": ["10k customers"]}
    )

    @model_validator(mode="after")
    def _what_the_source_needs(self) -> DataInput:
        wrong = list(self._of_dataset() if self.source == "dataset" else self._of_sample())
        if wrong:
            raise across(*wrong)
        return self

    def _of_dataset(self) -> Iterator[tuple[Location, str]]:
        if missing := [name for name in _OF_DATASET if getattr(self, name) is None]:
            yield ("source",), f"a dataset needs {', '.join(missing)}"
        if "size" in self.model_fields_set:
            yield ("size",), "a dataset has the size that was published: leave the key out"

    def _of_sample(self) -> Iterator[tuple[Location, str]]:
        for name in _OF_DATASET:
            if getattr(self, name):
                yield (name,), f"a sample has no {name}: leave it out, or write `source: dataset`"


class LoadInput(Input):
    """Open arrivals: `peak` counts those of the main journey."""

    journey: str
    also: tuple[AlsoInput, ...] = ()
    profile: ProfileName = "constant"
    replay: str | None = Field(
        default=None, description="a file of times, beside the plan, instead of a profile"
    )
    peak: Rate = Field(gt=0)
    duration: Limited = Field(gt=0)
    seed: int = 7

    @model_validator(mode="after")
    def _one_shape(self) -> LoadInput:
        if self.replay is not None and "profile" in self.model_fields_set:
            said = "`profile` and `replay` both say how the rate changes: write one of them"
            raise across((("replay",), said))
        return self

    @model_validator(mode="after")
    def _each_once(self) -> LoadInput:
        names = [stream.journey for stream in self.streams]
        if twice := next((name for name in names if names.count(name) > 1), None):
            last = len(names) - 1 - names[::-1].index(twice)
            said = f"the journey {twice!r} is named twice: name it once, with one ratio"
            raise across((("also", last - 1, "journey"), said))
        return self

    @property
    def shape(self) -> str:
        """The profile's name, whatever its points come from."""
        return REPLAY if self.replay is not None else self.profile

    @property
    def streams(self) -> tuple[Stream, ...]:
        """All journeys, the main one first."""
        also = (Stream(journey=each.journey, ratio=each.ratio) for each in self.also)
        return (Stream(journey=self.journey), *also)


class CapacityInput(Input):
    """A search for the highest rate that holds, after the load: as many trials as `budget` has room for.

    `start` is the load's peak unless given; `most` is never exceeded.
    """

    budget: Limited = Field(gt=0)
    start: Rate | None = Field(default=None, gt=0)
    most: Rate | None = Field(default=None, gt=0)
    warm_up: Limited = Field(default=5.0, ge=0)
    measure: Limited = Field(default=20.0, ge=3)


class SeasonInput(Input):
    """seasons/NAME.yaml."""

    season: Name
    description: str = ""
    platform: str | None = Field(default=None, description="checked against the definition's platform")
    environment: EnvironmentInput
    data: DataInput
    load: LoadInput
    timeline: tuple[AnyFault, ...] = ()
    capacity: CapacityInput | None = None
    slo: tuple[Expression, ...] = ()
    abort_on: tuple[AbortRule, ...] = Field(
        default=(), description="what ends the load early, such as attempt-errors > 90% for 10s; it is FAIL"
    )
    drain: Limited = Field(default=60.0, description="how long orders may take to come to their end")
