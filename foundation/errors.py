"""The one error tree and its exit codes. Other libraries' errors are mapped to it at the edges, cause kept.

PeakproofError
├── InputError    2   what a person wrote is wrong; carries every problem found, not only the first
├── RunInvalid    3   a run that proves nothing (load not generated, generator lost)
├── Refused       5   locked by somebody else, or refused for safety
├── Unavailable  69   something needed on this machine is missing, stopped or full
└── Interrupted 130   a person pressed Ctrl-C, or the command was told to end
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status means, everywhere."""

    OK = 0
    FAIL = 1
    INPUT = 2
    INVALID = 3
    DIFFERENT = 4
    REFUSED = 5
    UNAVAILABLE = 69
    BUG = 70
    INTERRUPTED = 130


class PeakproofError(Exception):
    """What happened, where, and what to do next: never a raw value of a person, never a secret.

    `detail` holds lines of evidence, such as the end of a container's log.
    """

    exit_code = ExitCode.BUG

    def __init__(
        self, what: str, *, where: str | None = None, hint: str | None = None, detail: Sequence[str] = ()
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint
        self.detail = tuple(detail)

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong in a person's input; `where` is file:line."""

    where: str
    what: str
    hint: str | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.hint})" if self.hint else "")


class InputError(PeakproofError):
    """A person's input is wrong. `problems` lists all that was found."""

    exit_code = ExitCode.INPUT

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        problems: Sequence[Problem] = (),
        detail: Sequence[str] = (),
    ) -> None:
        told = [*detail, *(str(problem) for problem in problems)]
        super().__init__(what, where=where, hint=hint, detail=told)
        self.problems = tuple(problems)


class RunInvalid(PeakproofError):  # noqa: N818 - says what happened
    """The run cannot prove anything, whatever its figures say."""

    exit_code = ExitCode.INVALID


class Refused(PeakproofError):  # noqa: N818 - says what happened
    """Locked by somebody else, or refused for safety."""

    exit_code = ExitCode.REFUSED


class Unavailable(PeakproofError):  # noqa: N818 - says what happened
    """Something needed on this machine is missing, stopped or full."""

    exit_code = ExitCode.UNAVAILABLE


class Interrupted(PeakproofError):  # noqa: N818 - says what happened
    """A person pressed Ctrl-C, or the command was told to end."""

    exit_code = ExitCode.INTERRUPTED
