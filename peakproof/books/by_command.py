"""The platform's books by a command, in a node or on this machine: what it prints are the rows."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue

from environments.containers.bystander import Ran
from foundation.errors import InputError, Unavailable
from foundation.units import in_words
from peakproof.books import formats
from peakproof.books.rows import booked
from peakproof.conservation import Booked

WHAT = "what the conservation command prints"
_LINES = 20


@dataclass(frozen=True, kw_only=True)
class ByCommand:
    """`run` runs the command, wherever that is, and may raise TimeoutError; `seconds` that it may take."""

    where: str
    seconds: float
    run: Callable[[], Ran]

    def read(self) -> list[Booked]:
        """One row a key. Raises InputError (it fails, or prints something else), Unavailable (it hangs)."""
        try:
            ran = self.run()
        except TimeoutError:
            what = f"the conservation command has not ended within {in_words(self.seconds)}"
            raise Unavailable(what, where=self.where, hint="let it take longer with `timeout`") from None
        if ran.status != 0:
            said = (ran.stderr or ran.stdout).decode(errors="replace").splitlines()[-_LINES:]
            what = f"the conservation command ends with status {ran.status}"
            raise InputError(what, where=self.where, detail=said)
        return booked(formats.rows(ran.stdout, WHAT, self.where), WHAT, self.where)


def here(command: Sequence[str], folder: Path, seconds: float) -> Ran:
    """On this machine, in a folder. Raises TimeoutError; InputError where there is no such program."""
    try:
        ended = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError from None
    except OSError as error:
        raise InputError(f"the conservation command cannot run: {error}") from error
    return Ran(status=ended.returncode, stdout=ended.stdout, stderr=ended.stderr)


def within(seconds: float, act: Callable[[], Ran]) -> Ran:
    """What `act` gives. Raises TimeoutError; its thread is left to itself then, as an engine ends no exec."""
    ended: Queue[Ran | Exception] = Queue()

    def work() -> None:
        try:
            ended.put(act())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where it is waited for
            ended.put(error)

    threading.Thread(target=work, name="conservation", daemon=True).start()
    try:
        found = ended.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(found, Exception):
        raise found
    return found
