"""What a run did to each host: values from which the table, the JSON and the exit code derive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from foundation.errors import ExitCode

State = Literal["done", "changed", "failed", "unreachable", "not reached"]
"""`done`: everything was as it should be; `not reached`: the run ended before all of the host was done."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A task that changed something, or would; `diff` are lines as `diff -u` writes them."""

    role: str
    task: str
    diff: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A task that failed: what it said in a few lines, all of it, and what to do where that is known."""

    role: str
    task: str
    said: tuple[str, ...]
    whole: tuple[str, ...] = field(default=(), repr=False)
    hint: str | None = None


@dataclass(frozen=True, kw_only=True)
class HostOutcome:
    """`ok`: tasks that found or left their part as it should be, changed ones among them."""

    host: str
    state: State
    ok: int = 0
    changes: tuple[Change, ...] = ()
    failure: Failure | None = None

    def to_dict(self) -> dict[str, object]:
        """For machines; a diff may be long and stays with --check."""
        failed = self.failure
        return {
            "state": self.state,
            "ok": self.ok,
            "changed": len(self.changes),
            "changes": [
                {"role": each.role, "task": each.task, "diff": list(each.diff)} for each in self.changes
            ],
            "failed": failed
            and {"role": failed.role, "task": failed.task, "said": list(failed.said), "hint": failed.hint},
        }


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`checked`: nothing was changed, only what would have been is told."""

    site: str
    playbook: str
    checked: bool
    seconds: float
    hosts: Mapping[str, HostOutcome]

    def of(self, state: State) -> list[HostOutcome]:
        """The hosts that ended so, in the site's order."""
        return [each for each in self.hosts.values() if each.state == state]

    @property
    def exit_code(self) -> ExitCode:
        """A host that was not reached counts most: what it would have said is not known."""
        if self.of("unreachable"):
            return ExitCode.UNAVAILABLE
        if self.checked and any(each.changes for each in self.hosts.values()):
            return ExitCode.DIFFERENT
        return ExitCode.FAIL if self.of("failed") or self.of("not reached") else ExitCode.OK

    def to_dict(self) -> dict[str, object]:
        """The one document of --json."""
        return {
            "site": self.site,
            "playbook": self.playbook,
            "checked": self.checked,
            "exit_code": int(self.exit_code),
            "seconds": round(self.seconds, 1),
            "hosts": {name: host.to_dict() for name, host in self.hosts.items()},
        }
