"""A playbook, run by ansible-runner: the one place that knows it. Events go to whoever watches."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from foundation.errors import PeakproofError, Unavailable
from foundation.secrets import Secret
from playbooks.inventory import Inventory
from playbooks.running import private, settings
from playbooks.running.events import Event, Step, Tally
from playbooks.running.outcome import Outcome
from playbooks.running.scrubbing import Scrubber

if TYPE_CHECKING:
    from ansible_runner import Runner

Watch = Callable[[Step], object]
_LEASH = Path(__file__).with_name("leash.py")
_POLL = 1  # seconds between two looks whether the run is to end
_GRACE = 15.0  # seconds for Ansible to end what it is at


@dataclass(frozen=True, kw_only=True)
class Play:
    """What is to be run. `only`: hosts, all when empty; `check`: change nothing, say what would be."""

    inventory: Inventory = field(repr=False)
    playbook: Path
    roles: Path
    only: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    check: bool = False
    diff: bool = False
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that the run is to reach."""
        return tuple(host for host in self.inventory.hosts if not self.only or host in self.only)


def play(wanted: Play, watch: Watch) -> tuple[Outcome, str]:
    """Runs it to its end. Also what Ansible printed. No secret of the inventory is in either.

    Raises Unavailable: Ansible did not begin. KeyboardInterrupt ends it first, on the hosts too.
    """
    began = time.monotonic()
    tally, scrubber = Tally(), Scrubber(wanted.secrets)
    with private.folder() as folder:
        running = _Running(_prepared(wanted, folder), folder / "pid")
        for event in running.events():
            step = tally.add({key: scrubber.value(value) for key, value in event.items()})
            if step is not None:
                watch(step)
        printed = scrubber.text(running.printed)
    if not any(tally.began(host) for host in wanted.hosts):
        raise _not_begun(tally.said, printed)
    outcome = Outcome(
        site=wanted.inventory.site,
        playbook=wanted.playbook.stem,
        checked=wanted.check,
        seconds=time.monotonic() - began,
        hosts=tally.hosts(wanted.hosts, wanted.inventory.groups),
    )
    return outcome, printed


class _Running:
    """ansible-runner in a thread of its own, so that the main one is free to be interrupted."""

    def __init__(self, arguments: Mapping[str, object], pid_file: Path) -> None:
        self._events: queue.Queue[Event | None] = queue.Queue()
        self._ending = threading.Event()
        self._pid_file = pid_file
        self._error: BaseException | None = None
        self._runner = _runner(arguments, self._events.put, self._ending.is_set)
        leash = [sys.executable, "-I", str(_LEASH), str(pid_file)]
        self._runner.config.command = [*leash, *self._runner.config.command]
        self._thread = threading.Thread(target=self._run, name="ansible-runner", daemon=True)
        self.printed = ""

    def events(self) -> Iterator[Event]:
        """What happens, until the end. Whatever interrupts it ends Ansible before it goes on."""
        self._thread.start()
        try:
            while (event := self._events.get()) is not None:
                yield event
        finally:
            self._ended()
        if self._error is not None:
            raise self._error
        with self._runner.stdout as printed:
            self.printed = printed.read()

    def _run(self) -> None:
        try:
            self._runner.run()
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits
            self._error = error
        finally:
            self._events.put(None)

    def _ended(self) -> None:
        """Asks Ansible to end, which ends its workers and their connections; then makes it."""
        if self._thread.is_alive():
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(self._pid_file.read_text()), signal.SIGTERM)
            self._thread.join(_GRACE)
        self._ending.set()
        self._thread.join()


def _runner(
    arguments: Mapping[str, object], handle: Callable[[Event], object], ending: Callable[[], bool]
) -> Runner:
    from ansible_runner.interface import init_runner

    def kept(event: Event) -> bool:
        handle(event)
        return False  # no file is made of it

    with _without(settings.foreign(os.environ)):
        return init_runner(event_handler=kept, cancel_callback=ending, **arguments)


@contextlib.contextmanager
def _without(names: Sequence[str]) -> Iterator[None]:
    """This process without some of its variables, while ansible-runner copies them."""
    taken = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(taken)


def _prepared(wanted: Play, folder: Path) -> dict[str, object]:
    """Writes what Ansible reads into the folder; ansible-runner's arguments."""
    (folder / "ansible.cfg").write_text("")
    inventory = folder / "inventory.yml"
    inventory.write_text(yaml.dump(wanted.inventory.to_dict(), Dumper=_Dumper, sort_keys=False))
    inventory.chmod(0o600)
    flags = [*(["--check"] if wanted.check else []), *(["--diff"] if wanted.diff else [])]
    return {
        "private_data_dir": str(folder),
        "playbook": str(wanted.playbook),
        "inventory": str(inventory),
        "limit": ",".join(wanted.only) or None,
        "tags": ",".join(wanted.tags) or None,
        "cmdline": " ".join(flags) or None,
        "envvars": settings.variables(folder, roles=wanted.roles, forks=len(wanted.inventory.hosts)),
        "settings": {"pexpect_timeout": _POLL, "suppress_ansible_output": True},
        "quiet": True,
    }


class _Dumper(yaml.SafeDumper):
    """Writes what is in an inventory; secrets so that Ansible takes them as they are."""


_Dumper.add_representer(Secret, lambda dumper, secret: dumper.represent_scalar("!unsafe", secret.reveal()))
_Dumper.add_multi_representer(tuple, lambda dumper, value: dumper.represent_list(value))


def _not_begun(said: tuple[str, ...], printed: str) -> PeakproofError:
    lines = said or tuple(line for line in printed.splitlines() if line.strip())
    return Unavailable("Ansible did not begin", detail=lines[-8:], hint="--verbose shows all that it said")
