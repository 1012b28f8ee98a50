"""From ansible-runner's events to what happens and what came of it. Pure but for its own memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from playbooks.running import saying
from playbooks.running.outcome import Change, Failure, HostOutcome, State
from playbooks.running.reaching import Plays

Event = Mapping[str, object]
Groups = Mapping[str, Collection[str]]


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that happened to a host, for whoever watches. `number`: of the host's tasks so far."""

    host: str
    role: str
    task: str
    state: Literal["starting", "ok", "changed", "failed", "ignored", "skipped", "unreachable"]
    number: int


_Began = Literal["starting", "ok", "failed", "skipped", "unreachable"]
_SHOWN_CHANGED = "changed: ["
"""How Ansible shows a change. Of a task with secrets the result does not even say whether there was one."""
_ANSIBLES_VALIDATING, _VALIDATING = "Validating arguments against arg spec", "Look at its variables"
"""What Ansible calls the first task of a role with the role's whole description behind it, and what we do."""
_STATES: Mapping[str, _Began] = {
    "runner_on_start": "starting",
    "runner_on_ok": "ok",
    "runner_on_failed": "failed",
    "runner_on_skipped": "skipped",
    "runner_on_unreachable": "unreachable",
}


@dataclass(kw_only=True)
class _Seen:
    tasks: int = 0
    ok: int = 0
    changes: list[Change] = field(default_factory=list)
    failure: Failure | None = None
    unreachable: bool = False


class Tally:
    """What was seen of each host so far."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = defaultdict(_Seen)
        self._stats: Mapping[str, object] | None = None
        self._said: list[str] = []
        self._plays = Plays()

    def add(self, event: Event) -> Step | None:
        """Takes an event; the step that it is for those who watch, if it is one."""
        data = event.get("event_data")
        if not isinstance(data, Mapping):
            data = {}
        kind = str(event.get("event"))
        if kind == "playbook_on_stats":
            self._stats = data
        elif kind == "playbook_on_play_start":
            self._plays.begun(str(data.get("name")), str(data.get("pattern")))
        elif kind == "playbook_on_no_hosts_remaining":
            self._plays.nobody_left()
        elif kind in ("verbose", "error", "warning"):
            self._said += str(event.get("stdout") or "").splitlines()
        elif kind in _STATES and data.get("host"):
            self._plays.took_part(str(data.get("play")), str(data["host"]))
            return self._step(_STATES[kind], data, str(event.get("stdout") or ""))
        return None

    def _step(self, state: _Began, data: Mapping[str, object], shown: str) -> Step:
        host, role, task = (str(data.get(key) or "") for key in ("host", "role", "task"))
        task = _VALIDATING if task.startswith(_ANSIBLES_VALIDATING) else task
        found = data.get("res")
        result = found if isinstance(found, Mapping) else {}
        seen = self._seen[host]
        if state == "starting":
            seen.tasks += 1
        elif state == "failed" and data.get("ignore_errors"):
            return Step(host=host, role=role, task=task, state="ignored", number=seen.tasks)
        elif state in ("failed", "unreachable"):
            seen.failure = _failure(role, task, result)
            seen.unreachable |= state == "unreachable"
        elif state == "ok":
            seen.ok += 1
            if result.get("changed") or _SHOWN_CHANGED in shown:
                seen.changes.append(Change(role=role, task=task, diff=saying.diff(result)))
                return Step(host=host, role=role, task=task, state="changed", number=seen.tasks)
        return Step(host=host, role=role, task=task, state=state, number=seen.tasks)

    def began(self, host: str) -> bool:
        """Whether any task was begun on it."""
        return host in self._seen

    def hosts(self, wanted: Sequence[str], groups: Groups | None = None) -> dict[str, HostOutcome]:
        """What came of each host that the run was to reach; one that no event names was not reached.

        `groups`: group -> its hosts, for whom plays are.
        """
        undone = self._plays.undone(groups or {}) if self._failed() else frozenset()
        return {host: self._outcome(host, self._seen[host], undone) for host in wanted}

    @property
    def said(self) -> tuple[str, ...]:
        """What Ansible said outside of tasks: why it did not begin, say."""
        return tuple(line for line in self._said if line.strip())

    def _outcome(self, host: str, seen: _Seen, undone: Collection[str]) -> HostOutcome:
        state = self._state(host, seen)
        broken = state in ("failed", "unreachable")
        if not broken and host in undone:
            state = "not reached"
        return HostOutcome(
            host=host,
            state=state,
            ok=seen.ok,
            changes=tuple(seen.changes),
            failure=seen.failure if broken else None,
        )

    def _state(self, host: str, seen: _Seen) -> State:
        """By Ansible's own statistics: they know which failures a block rescued."""
        if self._count("dark", host) or (seen.unreachable and self._stats is None):
            return "unreachable"
        if self._count("failures", host) or (seen.failure and self._stats is None):
            return "failed"
        if not self._count("processed", host):
            return "not reached"
        return "changed" if seen.changes else "done"

    def _failed(self) -> bool:
        return any((self._stats or {}).get(kind) for kind in ("failures", "dark"))

    def _count(self, kind: str, host: str) -> bool:
        counted = (self._stats or {}).get(kind)
        return bool(isinstance(counted, Mapping) and counted.get(host))


def _failure(role: str, task: str, result: Mapping[str, object]) -> Failure:
    said = saying.said(result)
    return Failure(role=role, task=task, said=said, whole=saying.whole(result), hint=saying.hint(said))
