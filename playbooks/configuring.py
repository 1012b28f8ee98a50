"""A playbook on a site, from lock to log: what `hosts configure`, `check`, `patch` and `renew` do."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from foundation import extras
from foundation.console import VERBOSE, people
from foundation.errors import Interrupted
from playbooks import entries, specs
from playbooks import wanted as wanting
from playbooks.entries import Published
from playbooks.running import display, holding, locking, preflight, settings
from playbooks.running.outcome import Outcome
from playbooks.running.playing import Play, play
from playbooks.wanted import Wanted


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How it is run: `check` changes nothing and says what would change; `diff` shows the lines that do."""

    command: str
    check: bool = False
    diff: bool = False


def run(wanted: Wanted, manner: Manner) -> Outcome:
    """Runs the playbook and shows people how it goes.

    Before anything is changed, raises Refused (somebody works on the site), Unavailable (hosts are not fit).
    """
    require_ansible()
    console = people()
    _tell_ignored(console)
    command = f"{manner.command} {wanted.named}"
    with _interrupted_in_its_words(manner), locking.held(wanted.site.site, command):
        with _meanwhile(console, "asking the hosts"):
            standing = preflight.require_fit(wanted.site, wanted.hosts, wanted.roles)
        wanted = _opened(console, wanted, standing)
        with (
            holding.held(wanted.site, wanted.hosts, command),
            display.HostDisplay(console, check=manner.check) as watch,
        ):
            outcome, printed = play(_play(wanted, manner), watch)
        log = _kept(wanted, manner, printed)
    display.show(console, outcome, verbose=bool(os.environ.get(VERBOSE)), diff=manner.diff)
    console.print(f"[dim]all that Ansible said: {escape(str(log))}[/]")
    return outcome


def read(
    site: str,
    *,
    playbook: str = "site",
    limit: str | None = None,
    tags: str | None = None,
) -> Wanted:
    """What a command line asks for. Raises InputError with every problem."""
    return wanting.read(
        site,
        beside=Path.cwd(),
        playbook=playbook,
        limit=_words(limit),
        tags=_words(tags),
    )


def require_ansible() -> None:
    """Raises Unavailable where Ansible is missing: only configuring hosts needs it."""
    extras.require("hosts", "hosts")


def _play(wanted: Wanted, manner: Manner) -> Play:
    return Play(
        inventory=wanted.inventory,
        playbook=wanted.playbook,
        roles=specs.ROLES,
        only=wanted.only,
        tags=wanted.tags,
        check=manner.check,
        diff=manner.diff,
        secrets=wanted.secrets,
    )


def _meanwhile(console: Console, doing: str) -> contextlib.AbstractContextManager[object]:
    """Something that moves, where there is a terminal: hosts far away take seconds to answer."""
    return console.status(doing) if console.is_terminal else contextlib.nullcontext()


def _opened(console: Console, wanted: Wanted, standing: Iterable[Published]) -> Wanted:
    """With the entries of what stands there open, which is said."""
    found = entries.entries(wanted.site, standing)
    for instance, ports in found.items():
        console.print(f"[dim]{escape(instance)} stands there: its entry is open at {', '.join(ports)}[/]")
    return wanted.opened([port for ports in found.values() for port in ports])


@contextlib.contextmanager
def _interrupted_in_its_words(manner: Manner) -> Iterator[None]:
    """Nothing that was done on hosts is taken back, as elsewhere it would be."""
    try:
        yield
    except KeyboardInterrupt:
        if manner.check:
            raise Interrupted("interrupted; nothing was changed") from None
        hint = "the same command goes on from there"
        raise Interrupted("interrupted; what was done on the hosts stays", hint=hint) from None


def _words(said: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (said or "").split(",") if word.strip())


def _tell_ignored(console: Console) -> None:
    ignored = settings.foreign(os.environ)
    if ignored:
        console.print(f"[yellow]not used here:[/] {', '.join(ignored)} of your environment")


def _kept(wanted: Wanted, manner: Manner, printed: str) -> Path:
    """The log of the last run of this kind on the site, for this user alone."""
    path = locking.folder() / f"{locking.file_name(wanted.site.site)}.{manner.command.split()[-1]}.log"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(printed)
    return path
