"""The control groups that a host in a box may use: those of this machine, and no hierarchy more. Pure.

systemd mounts every controller that the kernel has and nobody mounted. Such a hierarchy of cgroup 1 appears
in the control groups of all processes of the machine, and its own engine stumbles over it: it no longer hears
that a container ran out of memory. So each is covered, and what systemd writes beside is the container's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ROOT = "/sys/fs/cgroup"
_JOINED = (("cpu", "cpuacct"), ("net_cls", "net_prio"))
"""What systemd mounts together."""


@dataclass(frozen=True, kw_only=True)
class Mounts:
    """As Docker takes them: `binds` of this machine's folders, `tmpfs`: path -> options."""

    binds: tuple[str, ...]
    tmpfs: dict[str, str]


def mounts(mounted: str, controllers: str) -> Mounts:
    """For a host. `mounted`: the text of /proc/mounts, `controllers`: that of /proc/cgroups."""
    lines = [line.split() for line in mounted.splitlines()]
    found = {fields[1]: fields for fields in lines if fields[2] in ("cgroup", "cgroup2")}
    if ROOT in found or not found:
        return Mounts(binds=(f"{ROOT}:{ROOT}:rw",), tmpfs={})
    used = {option for fields in found.values() for option in fields[3].split(",")}
    unused = [name for name in _enabled(controllers) if name not in used]
    return Mounts(
        binds=tuple(f"{path}:{path}:rw" for path in found if path.startswith(f"{ROOT}/")),
        tmpfs={ROOT: "mode=755", **{f"{ROOT}/{name}": "ro" for name in _together(unused)}},
    )


def _enabled(controllers: str) -> list[str]:
    rows = [line.split() for line in controllers.splitlines() if not line.startswith("#")]
    return [name for name, _, _, enabled in rows if enabled == "1"]


def _together(names: Iterable[str]) -> list[str]:
    """Each by the name of the folder that systemd would mount it at."""
    joined = {name: ",".join(pair) for pair in _JOINED for name in pair}
    return sorted({joined.get(name, name) for name in names})
