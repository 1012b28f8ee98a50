"""A rehearsal from a season to results: stages in a row, a verdict at the end, nothing left behind."""

from __future__ import annotations

import contextlib
import secrets
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import docker

from environments import environment, holding
from environments.containers import capable, finding, leases, locks, manifests, removing
from environments.docker_errors import mapped
from environments.faults import kind_of
from environments.fleet import Fleet
from environments.images.progress import Report
from foundation.errors import ExitCode, PeakproofError
from foundation.verdict import Status
from peakproof import outcome
from peakproof.bringing_up import asked_for, source_name
from peakproof.results import Results, StageTime
from peakproof.season import Season
from peakproof.stages import STAGES, drain
from peakproof.state import Desk, State

_LOAD_GENERATOR = "generator"


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What a rehearsal gave and how it ended: `error` is what kept it from its end."""

    results: Results
    interrupted: bool
    error: Exception | None

    @property
    def exit_code(self) -> ExitCode:
        """The verdict's, unless it was kept from its end; what was lost until then is FAIL all the same."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        failed = self.results.verdict.status is Status.FAIL
        if isinstance(self.error, PeakproofError) and not failed:
            return self.error.exit_code
        return self.results.verdict.exit_code


def run_id(season: Season) -> str:
    """A name that no other run has: every key of its orders begins with it."""
    return f"{season.written.season}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def images(season: Season, fleet: Fleet, progress: Report) -> dict[str, str]:
    """Image name -> id of everything that a rehearsal starts."""
    wanted = asked_for(season, season.environment_name)
    return environment.prepare_images(wanted, fleet, progress, also=[_LOAD_GENERATOR, *_helpers(season)])


def _helpers(season: Season) -> set[str]:
    """The images of the helpers of its faults; and the one that tells what the machine can do."""
    faults = [kind_of(line) for line in season.written.timeline]
    looks = {capable.IMAGE for kind in faults if kind.lacks(frozenset())}
    return looks | {kind.post.image for kind in faults}


def rehearse(season: Season, desk: Desk, run: str, *, keep: bool, ttl: float) -> Ended:
    """Runs all stages. The environment goes down at the end unless `keep`, or unless it was up before.

    Whatever fails, what it came to is judged. A lease that is longer than `ttl` stays as it was.
    """
    started, client, name = datetime.now(UTC), desk.fleet.home, season.environment_name
    with _locked(season, desk):
        state, error = State(season=season, run=run, was_up=_was_up(client, name)), None
        try:
            with _leased(season, desk):
                state, error = _staged(desk, state)
        except PeakproofError as unrenewed:  # a lease
            error = error or unrenewed
        # Once the leases are renewed no more: a renewal in flight would outlive what it was for.
        state, failure = _timed("take down", _taken_down(stay=keep or state.was_up), desk, state)
        error = error or failure
        try:
            if keep:
                holding.keep(desk.fleet, name, desk.built["python"], ttl)
        except PeakproofError as unkept:
            error = error or unkept
    results = outcome.results_of(state, desk, started, error)
    return Ended(results=results, interrupted=state.interrupted, error=error or state.died)


def _was_up(client: docker.DockerClient, name: str) -> bool:
    """Whether somebody wants the environment; what only a command that died held is nobody's."""
    with mapped(f"looking for environment {name}"):
        return manifests.read(client, name) is not None and leases.given(client, name)


def _staged(desk: Desk, state: State) -> tuple[State, Exception | None]:
    """How far the stages came, and what kept them from going on."""
    for name, stage in STAGES:
        # Ctrl-C ends the load, and what was lost until then is lost: the books are asked all the same.
        if state.interrupted and not (stage is drain and state.measured is not None):
            break
        state, error = _timed(name, stage, desk, state)
        if error is not None:
            return state, error
    return state, None


@contextlib.contextmanager
def _locked(season: Season, desk: Desk) -> Iterator[None]:
    """Nobody else changes the environment or its twin."""
    with contextlib.ExitStack() as stack:
        for name in (season.environment_name, source_name(season)):
            stack.enter_context(locks.held(desk.fleet.home, name, desk.built["python"]))
        yield


@contextlib.contextmanager
def _leased(season: Season, desk: Desk) -> Iterator[None]:
    """The environment, on all its hosts, and its twin at home stay for as long as the block runs."""
    image = desk.built["python"]
    with contextlib.ExitStack() as stack:
        stack.enter_context(leases.kept(desk.fleet.home, source_name(season), image))
        for engine in desk.fleet.engines:
            stack.enter_context(leases.kept(engine, season.environment_name, image))
        yield


def _timed(
    name: str, stage: Callable[[Desk, State], State], desk: Desk, state: State
) -> tuple[State, Exception | None]:
    """The state after a stage, and what kept it from its end; the time that it took counts either way."""
    began, error = time.monotonic(), None
    was_interrupted = state.interrupted
    try:
        state = stage(desk, state)
    except KeyboardInterrupt:
        state = replace(state, interrupted=True)
    except Exception as failure:  # noqa: BLE001 - evidence outlives even our own bugs; it is raised again
        error = failure
    whole = error is None and state.interrupted == was_interrupted
    spent = StageTime(stage=name, seconds=round(time.monotonic() - began, 2), whole=whole)
    return replace(state, times=(*state.times, spent)), error


def _taken_down(*, stay: bool) -> Callable[[Desk, State], State]:
    def take_down(desk: Desk, state: State) -> State:
        names = [source_name(state.season)] + ([] if stay else [state.season.environment_name])
        left = [_left(desk.fleet, name) for name in names]
        if state.was_up and not all(time.whole for time in state.times):
            left.append(not_whole(desk.fleet.home, state.season))
        return replace(state, left=tuple(why for why in left if why))

    return take_down


def _left(fleet: Fleet, name: str) -> str:
    """Takes an environment down; why something of it is left, or nothing."""
    try:
        removing.everywhere(fleet, name)
    except (PeakproofError, KeyboardInterrupt) as error:
        why = str(error) or "interrupted"
        return f"{name} is not all gone: {why}. The reaper goes on when its lease ends, in a minute at most"
    return ""


def not_whole(client: docker.DockerClient, season: Season) -> str:
    """What an environment that stood before a rehearsal lacks after it, and how it comes back; or nothing."""
    name = season.environment_name
    try:
        found = finding.find(client, name)
    except PeakproofError as error:
        return f"{name}, which was up, as somebody has to see: {error}"
    standing, nodes = (found.containers, found.instance.nodes) if found else ({}, ())
    missing = [node.name for node in nodes if node.name not in standing]
    if found and not missing:
        return ""
    written = season.written.environment
    up = ["peakproof", "env", "up", written.definition, "--site", written.site, "--name", name]
    again = shlex.join(up)
    return (
        f"{name}, which was up, without {', '.join(missing) or 'any node'} and without its data: "
        f"`{again}` brings it up again"
    )


def report_folder(run: str) -> Path:
    """Where a run's report goes: report/RUN below the working directory."""
    return Path("report") / run
