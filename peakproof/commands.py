"""`peakproof rehearse`: parses, calls, prints. The engine is imported once the plan has been read."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from environments.environment import Environment
    from environments.fleet import Fleet
    from infra.record import Record
    from peakproof.rehearsal import Ended
    from peakproof.season import Season


def rehearse(
    plan: Annotated[
        str, typer.Argument(help="A season's name, or the path of its plan.", metavar="PLAN")
    ] = "seasons/laptop.yaml",
    out: Annotated[
        Path | None,
        typer.Option(help="A new folder for the report; report/RUN by default.", metavar="FOLDER"),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the environment up afterwards.")] = False,
    ttl: Annotated[str, typer.Option(help="How long a kept environment stays.", metavar="TIME")] = "8h",
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", help="The stack's name, typed, where the plan names one.", metavar="NAME"),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout, results.json, for machines.")
    ] = False,
) -> None:
    """Rehearse a season: environment, data, load, faults, verdict, report.

    Example: peakproof rehearse seasons/laptop.yaml
    """
    from foundation import extras

    extras.require("rehearse", *extras.REHEARSAL)
    from environments.wanted import lasting
    from peakproof import season

    seconds = lasting(ttl)
    loaded = season.load(plan, beside=Path.cwd(), lacking=_lacking)
    options = ["--keep", "--ttl", ttl] if keep else []
    command = shlex.join(["peakproof", "rehearse", plan, *options])
    with _stack(loaded, confirm, keep=keep) as record:
        ended, index = _rehearsed(loaded, out, seconds, keep=keep, command=command, record=record)
    _tell(ended, index, as_json=as_json)


@contextlib.contextmanager
def _stack(loaded: Season, typed: str | None, *, keep: bool) -> Iterator[Record | None]:
    """The stack that the plan names, once its name was typed; None where it names none."""
    from foundation.errors import InputError

    name = loaded.written.environment.stack
    if name is None:
        if typed is not None:
            raise InputError("the plan names no stack", where="--confirm", hint="leave the option out")
        yield None
        return
    if keep:
        raise InputError(f"the stack {name} stays as it is", where="--keep", hint="leave the option out")
    from infra import checking, confirming

    checking.require_pulumi()
    from infra import rehearsing

    rehearsing.refuse_class(name, loaded.topology.environment_class)
    confirming.rehearsal(name, typed)
    record = rehearsing.remembered(name)
    rehearsing.refuse_class(name, record.environment_class)
    with rehearsing.noted(record):
        yield record


def _lacking(loaded: Season) -> Mapping[str, str]:
    """What this machine lacks of what the plan's faults need; asked only where they need something."""
    from environments.faults import abilities as needs

    elsewhere = set(loaded.site.engines.values()) != {None}  # those hosts are asked once they are connected
    if elsewhere or not needs.needs_a_look(frozenset(line.fault for line in loaded.written.timeline)):
        return {}
    from peakproof import abilities

    return abilities.at_once()


def _rehearsed(
    loaded: Season, out: Path | None, ttl: float, *, keep: bool, command: str, record: Record | None
) -> tuple[Ended, Path]:
    from environments import fleet
    from environments.faults.capabilities import CAPABILITIES
    from environments.images.display import ImageDisplay
    from foundation.console import people
    from peakproof import abilities, rehearsal, seeding, timeline_problems
    from peakproof.screen import Terminal
    from peakproof.state import Desk

    seeding.check(loaded)
    run = rehearsal.run_id(loaded)
    with _report_folder(out or rehearsal.report_folder(run)) as folder:
        console, hosts = people(), fleet.connected(loaded.site.engines)
        console.print(f"[bold]rehearsing {loaded.written.season}[/], run {run}")
        with ImageDisplay(console) as progress:
            built = rehearsal.images(loaded, hosts, progress)
        lacking = abilities.of(loaded, hosts.engines, built)
        timeline_problems.refuse_machine(list(timeline_problems.of_machine(loaded, lacking)))
        desk = Desk(
            fleet=hosts,
            built=built,
            folder=folder,
            screen=Terminal(console),
            command=command,
            can=frozenset(CAPABILITIES) - lacking.keys(),
            standing=_attached(loaded, record, hosts, built) if record else None,
        )
        ended = rehearsal.rehearse(loaded, desk, run, keep=keep, ttl=ttl)
        return ended, _reported(ended, folder)


def _attached(loaded: Season, record: Record, hosts: Fleet, built: Mapping[str, str]) -> Environment:
    from environments import environment
    from infra import rehearsing
    from peakproof import bringing_up

    asked = bringing_up.asked_for(loaded, record.name)
    instance, containers = rehearsing.standing(record, asked, hosts, built)
    return environment.over(instance, containers, hosts, owner="infra")


@contextlib.contextmanager
def _report_folder(folder: Path) -> Iterator[Path]:
    """A folder for one report, gone again when nothing came to stand in it. Raises InputError."""
    from foundation.errors import InputError
    from peakproof import results

    hint = "name another folder with --out"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any((folder / name).exists() for name in (results.FILE, results.MEASUREMENTS))
    except OSError as error:
        what = f"no report can be written there: {error.strerror}"
        raise InputError(what, where=str(folder), hint=hint) from error
    if taken:
        raise InputError("there is a report in that folder already", where=str(folder), hint=hint)
    try:
        yield folder
    finally:
        with contextlib.suppress(OSError):  # there is something in it
            folder.rmdir()


def _reported(ended: Ended, folder: Path) -> Path:
    from foundation.errors import Unavailable
    from peakproof import report

    try:
        return report.write(ended.results, folder)
    except OSError as error:
        verdict = ended.results.verdict.status
        what = f"{verdict}, but the report cannot be written: {error.strerror}"
        raise Unavailable(what, where=str(folder), hint="make room, then rehearse again") from error


def _tell(ended: Ended, index: Path, *, as_json: bool) -> None:
    from foundation.console import people, show
    from foundation.errors import PeakproofError
    from peakproof import results, summary

    if as_json:
        typer.echo(results.to_json(ended.results), nl=False)
    summary.show(people(), ended.results, index)
    if isinstance(ended.error, PeakproofError):
        show(ended.error)
    elif ended.error is not None:  # a bug of ours
        raise ended.error
    raise typer.Exit(int(ended.exit_code))
