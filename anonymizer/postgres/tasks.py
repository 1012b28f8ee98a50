"""What a command and its workers say to each other. Travels through pipes between our own processes only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from anonymizer.policies.plan import Plan
from anonymizer.postgres.chunks import Chunk
from anonymizer.postgres.progress import Deferred
from foundation.errors import ExitCode, InputError, PeakproofError, Refused, Unavailable

# Held, shared, by every worker that writes: who finds it free knows that nobody writes any more.
WRITING = 0x7065616B_77726974


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a worker needs to know. It travels through a pipe between our own processes, nowhere else."""

    source: str = field(repr=False)
    target: str = field(repr=False)
    snapshot: str
    mark: str
    plan: Plan
    key: bytes = field(repr=False)
    senders: Mapping[str, Mapping[str, tuple[str, str]]]
    rate: float | None
    # Where masked rows may be put aside: a folder that nobody else reads.
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Spill:
    """Mask the rows of a chunk and put them aside, divided into as many pieces as the table has chunks."""

    chunk: Chunk
    pieces: int


@dataclass(frozen=True, kw_only=True)
class Copy:
    """Write a chunk's rows in order; of a table with several `pieces`, the piece of that number.

    With `known`, only see whether it still gives so many rows with this digest.
    """

    chunk: Chunk
    pieces: int = 1
    known: tuple[int, bytes] | None = None


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Give something back to the target."""

    deferred: Deferred


@dataclass(frozen=True, kw_only=True)
class Settle:
    """Gather the statistics of a table."""

    table: str


Task = Spill | Copy | Statement | Settle


@dataclass(frozen=True, kw_only=True)
class Moved:
    """So many more rows of a table were written."""

    table: str
    rows: int
    ends_task: bool = False


@dataclass(frozen=True, kw_only=True)
class Done:
    """A task is done; `same` says of a compared chunk whether it was as it had been."""

    task: Task
    same: bool = True
    ends_task: bool = True


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A task failed."""

    exit_code: int
    what: str
    where: str | None
    hint: str | None
    detail: tuple[str, ...]
    ends_task: bool = True

    @classmethod
    def of(cls, error: PeakproofError) -> Failed:
        return cls(
            exit_code=error.exit_code,
            what=error.what,
            where=error.where,
            hint=error.hint,
            detail=error.detail,
        )

    def error(self) -> PeakproofError:
        """The error as it was raised in the worker."""
        kinds = {kind.exit_code: kind for kind in (InputError, Refused, Unavailable)}
        if self.exit_code == ExitCode.INPUT:
            return InputError(self.what, where=self.where, hint=self.hint)
        kind = kinds.get(ExitCode(self.exit_code), PeakproofError)
        return kind(self.what, where=self.where, hint=self.hint)


Event = Moved | Done | Failed
