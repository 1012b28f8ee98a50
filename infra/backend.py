"""Where Pulumi keeps the state of what it made, and the passphrase that its secrets are encrypted with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from getpass import getpass
from pathlib import Path

from foundation import folders
from foundation.errors import InputError
from foundation.secrets import Secret

URL = "PULUMI_BACKEND_URL"
PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"  # noqa: S105 - the name of a variable
PASSPHRASE_FILE = "PULUMI_CONFIG_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable
_HINT = (
    f"set {PASSPHRASE_FILE} to a file that holds it, or {PASSPHRASE} to the passphrase itself;"
    " on a terminal it is asked for"
)


@dataclass(frozen=True, kw_only=True)
class Backend:
    """`url` as Pulumi takes it; `environment`: variables by which the engine gets the passphrase."""

    url: str
    environment: Mapping[str, str] = field(repr=False)
    asks: Callable[[str], str] = getpass

    @property
    def place(self) -> str:
        """Where it is, for people: an address of somebody else's may have a password in it."""
        return f"in {self.url}" if self.url.startswith("file://") else f"where {URL} says"

    def confirm(self) -> None:
        """Asks again for a passphrase that was typed, before anything is encrypted with it."""
        typed = self.environment.get(PASSPHRASE)
        if typed is not None and self.asks("The same again, for a new stack: ") != typed:
            raise InputError("the two passphrases differ", hint="run the command again")


def folder() -> Path:
    """State that survives, and the audit."""
    return folders.state() / "infra"


def backend(*, asks: Callable[[str], str] = getpass) -> Backend:
    """PULUMI_BACKEND_URL, else the person's state folder. Raises InputError (no passphrase), Unavailable."""
    url = os.environ.get(URL)
    if not url:
        url = f"file://{folders.made(folder())}"
    return Backend(url=url, environment=_passphrase(asks), asks=asks)


def stacks() -> frozenset[str] | None:
    """The stacks of the state, whose names are no secret; None where it is no folder of this machine."""
    url = os.environ.get(URL) or f"file://{folder()}"
    if not url.startswith("file://"):
        return None
    kept = Path(url.removeprefix("file://").partition("?")[0]).expanduser() / ".pulumi" / "stacks"
    found = [*kept.glob("*/*.json"), *kept.glob("*/*.json.gz")]
    return frozenset(path.name.removesuffix(".gz").removesuffix(".json") for path in found)


def _passphrase(asks: Callable[[str], str]) -> dict[str, str]:
    """What the engine is given; empty where the person's own variables already say it."""
    if PASSPHRASE in os.environ:
        _refuse_empty(Secret(os.environ[PASSPHRASE]), PASSPHRASE)
        return {}
    if file := os.environ.get(PASSPHRASE_FILE):
        _refuse_empty(_content(Path(file)), PASSPHRASE_FILE)
        return {}
    if not sys.stdin.isatty():
        raise InputError("the state is encrypted, and no passphrase was given", hint=_HINT)
    given = Secret(asks("Passphrase of the state: "))
    _refuse_empty(given, "the terminal")
    return {PASSPHRASE: given.reveal()}


def _content(file: Path) -> Secret:
    try:
        return Secret(file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot be read: {error}", where=f"{PASSPHRASE_FILE}={file}", hint="check the path"
        ) from error


def _refuse_empty(given: Secret, where: str) -> None:
    if not given.reveal():
        raise InputError("an empty passphrase encrypts nothing", where=where, hint=_HINT)
