"""Reads a locustfile with Locust's own loader and option parser. Starts nothing."""

from __future__ import annotations

import io
import math
from argparse import Namespace
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import locust
from locust import LoadTestShape, User
from locust.argument_parser import get_parser
from locust.env import Environment
from locust.log import setup_logging
from locust.user.task import filter_tasks_by_tags
from locust.util.load_locustfile import load_locustfile

from foundation.errors import InputError
from loadtests.planning.job import Job

# Options of Locust's that this command has its own for, or that would start something else.
_OURS = {
    "master": "--expect-workers", "worker": "load worker", "processes": "--processes",
    "csv_prefix": "--json, and the files of a run", "html_file": "the run's own report",
    "json": "--json", "json_file": "--json", "autostart": "--web", "headful": "--web",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Locustfile:
    """What a locustfile defines, and the options it is run with."""

    path: Path
    users: tuple[type[User], ...]
    shape: LoadTestShape | None
    options: Namespace
    idle: tuple[str, ...] = ()  # User classes of which the tags leave no task

    def environment(self, host: str) -> Environment:
        """Locust's environment of this file, with Locust's global events: what the file's listeners heed."""
        environment = Environment(
            locustfile=self.path.name, parsed_locustfiles=[str(self.path)], user_classes=list(self.users),
            shape_class=self.shape, events=locust.events, host=host, parsed_options=self.options,
            reset_stats=self.options.reset_stats,
        )  # fmt: skip
        if self.options.equal_weights:
            environment.assign_equal_weights()
        return environment


def load(job: Job, host: str) -> Locustfile:
    """The locustfile of a job. Raises InputError: no file, it fails, no User class, an unknown option."""
    assert job.locust is not None
    path = Path(job.journeys)
    users, shapes = _read(path)
    options = _options(job, path, host)
    setup_logging(options.loglevel)
    chosen = options.user_classes or list(users)
    unknown = [name for name in chosen if name not in users]
    if unknown or not users:
        what = f"no User class {unknown[0]!r}" if unknown else "no User class"
        raise InputError(what, where=str(path), hint=f"it has: {', '.join(users) or 'none'}")
    kinds, idle = tagged([users[name] for name in chosen], options, path)
    return Locustfile(
        path=path, users=kinds, shape=next(iter(shapes), None), options=options,
        idle=tuple(kind.__name__ for kind in idle),
    )  # fmt: skip


def tagged(
    users: Sequence[type[User]], options: Namespace, path: Path
) -> tuple[tuple[type[User], ...], tuple[type[User], ...]]:
    """User classes with the tasks that the tags leave them, and those of which they leave none.

    Raises InputError when that is all of them.
    """
    having, known = [kind for kind in users if kind.tasks], sorted(_tags_of(users))
    for kind in users:
        filter_tasks_by_tags(kind, _set(options.tags), _set(options.exclude_tags))
    idle = tuple(kind for kind in having if not kind.tasks)
    if idle and len(idle) == len(users):
        raise InputError(
            f"the tags leave no task of {path.name}", where="--locust",
            hint=f"it has the tags: {', '.join(known) or 'none'}",
        )  # fmt: skip
    return tuple(kind for kind in users if kind not in idle), idle


def _tags_of(holders: Iterable[object]) -> set[str]:
    """All tags of what task holders hold, at any depth; a task set may hold itself."""
    seen, left = set[object](), [*holders]
    while left:
        found = left.pop()
        if found not in seen:
            seen.add(found)
            left += getattr(found, "tasks", None) or ()
    return set[str]().union(*(getattr(task, "locust_tag_set", ()) for task in seen))


def _set(tags: Sequence[str] | None) -> set[str] | None:
    return set(tags) if tags else None


def _read(path: Path) -> tuple[dict[str, type[User]], list[LoadTestShape]]:
    if not path.is_file():
        raise InputError("no such locustfile", where=str(path), hint="give a Python file with User classes")
    try:
        return load_locustfile(str(path))  # type: ignore[no-any-return, no-untyped-call, unused-ignore]
    except (Exception, SystemExit) as error:
        raise InputError(f"the locustfile fails: {type(error).__name__}: {error}", where=str(path)) from error


def _options(job: Job, path: Path, host: str) -> Namespace:
    """Locust's options, also those of its configuration files and environment variables."""
    assert job.locust is not None
    arguments = ["--locustfile", str(path), "--headless", "--host", host,
                 "--users", str(job.locust.users), "--spawn-rate", str(job.locust.spawn_rate),
                 "--run-time", f"{math.ceil(job.duration)}s", *job.locust.arguments]  # fmt: skip
    said = io.StringIO()
    try:
        with redirect_stderr(said), redirect_stdout(said):
            options = get_parser().parse_args(arguments)
    except SystemExit as error:
        why = said.getvalue().strip().removeprefix("locust: error: ").rpartition("error: ")[2]
        raise InputError(f"Locust's options: {why}", where="--locust") from error
    for name, ours in _OURS.items():
        if getattr(options, name, None):
            raise InputError(f"Locust's --{name.replace('_', '-')} is not for here", hint=f"see {ours}")
    return options  # type: ignore[no-any-return, unused-ignore]
