"""How much of the machine a node uses, read from its control group (v1 and v2) in microseconds.

Works where the engine runs on this machine; elsewhere there is no group to read, and nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from docker.models.containers import Container

_ROOT = Path("/sys/fs/cgroup")
_UNLIMITED = 1 << 60  # v1 writes a number near 2^63 where there is no limit


@dataclass(frozen=True, kw_only=True)
class Usage:
    """CPU time in ns since the node's start; memory in bytes without what the kernel can drop at once."""

    cpu: int
    memory: int
    memory_limit: int | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """The folders of a control group: one in v2, one a controller in v1. It goes while the node is down."""

    cpu: Path
    memory: Path
    unified: bool

    def read(self) -> Usage | None:
        """What the node uses now; None while it does not run."""
        try:
            return self._unified() if self.unified else self._split()
        except (OSError, ValueError, KeyError):
            return None

    def _unified(self) -> Usage:
        limit = (self.memory / "memory.max").read_text().strip()
        held = int((self.memory / "memory.current").read_text())
        return Usage(
            cpu=_fields(self.cpu / "cpu.stat")["usage_usec"] * 1000,
            memory=held - _fields(self.memory / "memory.stat")["inactive_file"],
            memory_limit=None if limit == "max" else int(limit),
        )

    def _split(self) -> Usage:
        limit = int((self.memory / "memory.limit_in_bytes").read_text())
        held = int((self.memory / "memory.usage_in_bytes").read_text())
        return Usage(
            cpu=int((self.cpu / "cpuacct.usage").read_text()),
            memory=held - _fields(self.memory / "memory.stat")["total_inactive_file"],
            memory_limit=None if limit > _UNLIMITED else limit,
        )


def group_of(container: Container) -> Group | None:
    """The control group of a container that runs here; None elsewhere."""
    container.reload()
    try:
        lines = Path(f"/proc/{container.attrs['State']['Pid']}/cgroup").read_text().splitlines()
    except (OSError, KeyError):
        return None
    group = found(lines, str(container.id), root=_ROOT)
    return group if group is not None and group.read() is not None else None


def found(lines: list[str], container: str, *, root: Path) -> Group | None:
    """The group that /proc/PID/cgroup names; None when the process is not of the container. Pure."""
    paths = {kind: path.lstrip("/") for _, kind, path in (line.split(":", 2) for line in lines)}
    if not any(container in path for path in paths.values()):
        return None  # another machine's process by the same number
    split = {name: (kind, path) for kind, path in paths.items() for name in kind.split(",") if name}
    if {"cpuacct", "memory"} <= split.keys():
        return Group(
            cpu=root / "cpuacct" / split["cpuacct"][1],
            memory=root / "memory" / split["memory"][1],
            unified=False,
        )
    return Group(cpu=root / paths[""], memory=root / paths[""], unified=True) if "" in paths else None


def _fields(path: Path) -> dict[str, int]:
    return {name: int(value) for name, value in (line.split() for line in path.read_text().splitlines())}
