"""Secrets that somebody gives: in a file, in a variable, or printed by a command. Never repeats a value.

Looking says what is missing and runs nothing; only `read` reads.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from foundation.errors import InputError
from foundation.secrets import Secret

_SECONDS = 60


class Source(Protocol):
    """Where a secret comes from."""

    def lacks(self) -> str | None:
        """What is missing, as far as can be seen without reading a value or running anything."""

    def read(self) -> Secret:
        """The value without a line end after it. Raises InputError, which does not have it."""


@dataclass(frozen=True, kw_only=True)
class FromFile:
    """The content of a file."""

    path: Path

    def lacks(self) -> str | None:
        if not self.path.exists():
            return f"no such file: {self.path}"
        if not self.path.is_file():
            return f"{self.path} is no file"
        return None if os.access(self.path, os.R_OK) else f"{self.path} cannot be read"

    def read(self) -> Secret:
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise InputError(f"{self.path} cannot be read: {error.strerror}") from None
        return _text(content, str(self.path))


@dataclass(frozen=True, kw_only=True)
class FromVariable:
    """The value of an environment variable of the command that is run."""

    variable: str
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def lacks(self) -> str | None:
        known = self.variable in self.environment
        return None if known else f"the environment variable {self.variable} is not set"

    def read(self) -> Secret:
        missing = self.lacks()
        if missing:
            raise InputError(missing)
        return _text(os.fsencode(self.environment[self.variable]), f"${self.variable}")


@dataclass(frozen=True, kw_only=True)
class FromCommand:
    """What a command writes to stdout, such as a vault's client. No shell is started."""

    words: tuple[str, ...] = field(repr=False)

    def lacks(self) -> str | None:
        found = shutil.which(self.words[0])
        return None if found else f"no program {self.words[0]!r} on this machine"

    def read(self) -> Secret:
        return _text(printed_by(self.words, what="the command"), f"the output of {self.words[0]}")


def printed_by(words: Sequence[str], *, what: str) -> bytes:
    """What a command writes to stdout. `what` it is called in errors, such as "the key command".

    What it says is never repeated, on either channel: it may be the secret, and so may its arguments.
    Raises InputError.
    """
    program = words[0] if words else ""
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"{what} {program} gave nothing in {_SECONDS} s", hint="run it by hand") from None
    except (OSError, IndexError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is empty"
        raise InputError(f"{what} {program!r} cannot be run: {why}", hint="check the program") from None
    if done.returncode != 0:
        raise InputError(f"{what} {program} ended with {done.returncode}", hint="run it by hand")
    return done.stdout


def _text(content: bytes, what: str) -> Secret:
    try:
        text = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise InputError(f"{what} is not text in UTF-8") from None
    if not text:
        raise InputError(f"{what} is empty")
    if "\0" in text:
        raise InputError(f"{what} holds a zero byte, which no variable can")
    return Secret(text)
