"""What people write of a load in YAML, in a run file or in a season's plan. Reads nothing."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from foundation.documents import Input, did_you_mean
from foundation.errors import InputError
from foundation.units import Duration
from loadtests.judging import abort
from loadtests.planning.bounds import LONGEST
from loadtests.profiles import PROFILES


def _within_a_week(seconds: float) -> float:
    if seconds > LONGEST:
        raise ValueError("a week (7d) is the longest")
    return seconds


def _profile(name: str) -> str:
    if name not in PROFILES:
        raise ValueError(f"unknown profile {name!r}: {did_you_mean(name, PROFILES)}")
    return name


def _rule(text: str) -> str:
    try:
        abort.parse(text)
    except InputError as error:
        raise ValueError(f"{error.what}; {error.hint}") from error
    return text


Limited = Annotated[Duration, AfterValidator(_within_a_week)]
"""A time that somebody waits for the end of."""
ProfileName = Annotated[str, AfterValidator(_profile)]
AbortRule = Annotated[str, AfterValidator(_rule)]


class AlsoInput(Input):
    """Another journey: `ratio` of its arrivals for each arrival of the main one."""

    journey: str
    ratio: float = Field(gt=0, allow_inf_nan=False)
