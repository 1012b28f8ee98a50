"""The ledger: what was to be sent and what came of it. The OS has an intent before its first byte is sent.

Format, one JSON object a line:
    {"at": NS, "key": KEY, "intent": SHA256}
    {"at": NS, "key": KEY, "outcome": "acknowledged"|"refused"|"in-doubt", "attempts": N, "reason": TEXT}
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

FILE = "ledger.jsonl"


class Outcome(StrEnum):
    """Refused also means that nothing was ever sent: in both cases nothing may exist."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    IN_DOUBT = "in-doubt"


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """`at` in ns since the epoch; `content` the SHA-256 (hex) of what is asked for."""

    at: int
    key: str
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What the client knows of an intent in the end."""

    at: int
    key: str
    outcome: Outcome
    attempts: int
    reason: str = ""


Entry = Intent | Settled


class LedgerBroken(Exception):  # noqa: N818 - says what happened
    """The ledger could not be written: nothing may be sent any more."""


def hashed(content: str) -> str:
    """The hash of an intent's canonical text."""
    return hashlib.sha256(content.encode()).hexdigest()


class Ledger:
    """Appends to a ledger. Outcomes wait for the next intent or for `flush`, whichever is first."""

    def __init__(self, path: Path, now: Callable[[], int]) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._now = now
        self._waiting: list[str] = []
        self.intents = 0
        self.outcomes = dict.fromkeys(Outcome, 0)
        self.failure: str | None = None

    def intend(self, key: str, content: str) -> None:
        """Writes an intent; returns when the operating system has it. Raises LedgerBroken (disk full)."""
        self._waiting.append(f'{{"at":{self._now()},"key":"{key}","intent":"{hashed(content)}"}}\n')
        self.flush()
        if self.failure is not None:
            raise LedgerBroken(self.failure)
        self.intents += 1

    def settle(self, key: str, outcome: Outcome, *, attempts: int, reason: str = "") -> None:
        """Notes what became of an intent."""
        why = f',"reason":{json.dumps(reason)}' if reason else ""
        self._waiting.append(
            f'{{"at":{self._now()},"key":"{key}","outcome":"{outcome}","attempts":{attempts}{why}}}\n'
        )
        self.outcomes[outcome] += 1

    def flush(self) -> None:
        """Hands what waits to the operating system. A failure is remembered: the run has to end well."""
        lines, self._waiting = "".join(self._waiting).encode(), []
        try:
            while lines:
                lines = lines[os.write(self._file, lines) :]
        except OSError as error:
            self.failure = f"the ledger cannot be written: {error.strerror}"

    def close(self) -> None:
        self.flush()
        os.close(self._file)


def read(path: Path) -> Iterator[Entry]:
    """The entries of a ledger in order. Raises ValueError at a line that is cut off or is not an entry."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield _entry(line)
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}:{number}: not a whole ledger line") from error


def _entry(line: str) -> Entry:
    fields = json.loads(line)
    if not line.endswith("\n"):
        raise ValueError("cut off")
    if "intent" in fields:
        return Intent(at=fields["at"], key=fields["key"], content=fields["intent"])
    return Settled(
        at=fields["at"],
        key=fields["key"],
        outcome=Outcome(fields["outcome"]),
        attempts=fields["attempts"],
        reason=fields.get("reason", ""),
    )
