"""A rehearsal from a season to results: stages in a row, a verdict at the end, nothing left behind."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import docker

from environments import environment
from environments.containers import finding, leases, locks, removing
from environments.images.progress import Report
from environments.wanted import Wanted
from foundation.errors import PeakproofError
from peakproof import outcome
from peakproof.results import Results, StageTime
from peakproof.season import Season
from peakproof.stages import STAGES, Desk, State, source_name

_LOAD_GENERATOR = "generator"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What a rehearsal gave and how it ended: `error` is what kept it from its end."""

    results: Results
    interrupted: bool
    error: PeakproofError | None


def run_id(season: Season) -> str:
    """A name that no other run has: every key of its orders begins with it."""
    return f"{season.written.season}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def images(season: Season, client: docker.DockerClient, progress: Report) -> dict[str, str]:
    """Image name -> id of everything that a rehearsal starts."""
    wanted = Wanted(
        name=season.environment_name,
        topology=season.topology,
        site=season.site,
        folders=season.platform.image_folders(),
    )
    return environment.prepare_images(wanted, client, progress, also=[_LOAD_GENERATOR])


def rehearse(season: Season, desk: Desk, run: str, *, keep: bool, ttl: float) -> Ended:
    """Runs all stages. The environment goes down at the end unless `keep`, or unless it was up before."""
    started, client = datetime.now(UTC), desk.clients["local"]
    was_up = finding.find(client, season.environment_name) is not None
    state, error = State(season=season, run=run, was_up=was_up), None
    with _locked(season, desk):
        try:
            with _leased(season, desk):
                state, error = _staged(desk, state)
        except PeakproofError as failure:
            error = failure
        finally:
            # Once the leases are renewed no more: a renewal in flight would outlive what it was for.
            down = _timed("take down", _taken_down(stay=keep or was_up), desk, state)
        if keep or was_up:
            environment.extend(client, season.environment_name, desk.built["python"], ttl)
    results = outcome.results_of(replace(state, times=down.times), desk, started, error)
    return Ended(results=results, interrupted=state.interrupted, error=error)


def _staged(desk: Desk, state: State) -> tuple[State, PeakproofError | None]:
    """How far the stages came, and what kept them from going on."""
    try:
        for name, stage in STAGES:
            state = _timed(name, stage, desk, state)
            if state.interrupted:
                break
    except KeyboardInterrupt:
        return replace(state, interrupted=True), None
    except PeakproofError as failure:
        return state, failure
    return state, None


@contextlib.contextmanager
def _locked(season: Season, desk: Desk) -> Iterator[None]:
    """Nobody else changes the environment or its twin."""
    with contextlib.ExitStack() as stack:
        for name in (season.environment_name, source_name(season)):
            stack.enter_context(locks.held(desk.clients["local"], name, desk.built["python"]))
        yield


@contextlib.contextmanager
def _leased(season: Season, desk: Desk) -> Iterator[None]:
    """The environment and its twin stay for as long as the block runs."""
    with contextlib.ExitStack() as stack:
        for name in (season.environment_name, source_name(season)):
            stack.enter_context(leases.kept(desk.clients["local"], name, desk.built["python"]))
        yield


def _timed(name: str, stage: Callable[[Desk, State], State], desk: Desk, state: State) -> State:
    began = time.monotonic()
    after = stage(desk, state)
    spent = StageTime(stage=name, seconds=round(time.monotonic() - began, 2))
    return replace(after, times=(*after.times, spent))


def _taken_down(*, stay: bool) -> Callable[[Desk, State], State]:
    def take_down(desk: Desk, state: State) -> State:
        names = [source_name(state.season)] + ([] if stay else [state.season.environment_name])
        for name in names:
            removing.remove(desk.clients["local"], name)
        return state

    return take_down


def report_folder(run: str) -> Path:
    """Where a run's report goes: report/RUN below the working directory."""
    return Path("report") / run
