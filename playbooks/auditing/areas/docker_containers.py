"""Running containers, by the CIS Docker Benchmark 1.6.0, chapters 4 and 5."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from playbooks.auditing.evidence import Evidence, Nothing
from playbooks.auditing.judging import Area, Finding, Judged, Seen, Severity, accepting

Value = Mapping[str, object]
_SOCKETS = ("/var/run/docker.sock", "/run/docker.sock")
EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - looked for, not listened at
_SENSITIVE = ("/", "/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr")
# Label `peakproof.kind` -> why such a container has what others must not.
OURS = {
    "reaper": "Peakproof's reaper removes lapsed environments, and has no network",
    "fault": "a fault of a rehearsal; gone when it ends",
}


Broken = Callable[[Value, Value], object]
"""Whether a container breaks a point, from what it is and its HostConfig."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of the benchmark, and how it is said that a container breaks it."""

    number: str
    severity: Severity
    says: str
    broken: Broken


def _point(number: str, severity: Severity, says: str, broken: Broken) -> Point:
    return Point(number=number, severity=severity, says=says, broken=broken)


def _has(setting: str) -> Broken:
    return lambda _, host: host.get(setting)


def _lacks(setting: str) -> Broken:
    return lambda _, host: not host.get(setting)


def _of_the_host(mode: str) -> Broken:
    return lambda _, host: host.get(mode) == "host"


def _mounts(sources: tuple[str, ...]) -> Broken:
    return lambda container, _: any(mount.get("source") in sources for mount in _mounted(container))


def _mounted(container: Value) -> list[dict[str, object]]:
    mounts = container["mounts"]
    return mounts if isinstance(mounts, list) else []


def _list(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _published_everywhere(_: Value, host: Value) -> bool:
    bindings = host.get("PortBindings")
    places = bindings.values() if isinstance(bindings, dict) else ()
    return any(place.get("HostIp") in EVERYWHERE for each in places for place in each or ())


def _shares_propagation(container: Value, _: Value) -> bool:
    return any("shared" in str(mount.get("propagation")) for mount in _mounted(container))


def _restarts_for_ever(_: Value, host: Value) -> bool:
    policy = host.get("RestartPolicy")
    return isinstance(policy, dict) and policy.get("Name") in ("always", "unless-stopped")


def _is_root(container: Value, _: Value) -> bool:
    return str(container["user"]).partition(":")[0] in ("", "0", "root")


def _keeps_capabilities(_: Value, host: Value) -> bool:
    return "ALL" not in _list(host.get("CapDrop"))


def _gains_privileges(_: Value, host: Value) -> bool:
    options = _list(host.get("SecurityOpt"))
    return not any(option in ("no-new-privileges", "no-new-privileges:true") for option in options)


def _unfiltered(_: Value, host: Value) -> bool:
    return "seccomp=unconfined" in _list(host.get("SecurityOpt"))


def _any_processes(_: Value, host: Value) -> bool:
    limit = host.get("PidsLimit")
    return not isinstance(limit, int) or limit <= 0


_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
ISOLATION = (
    _point("5.5", _HIGH, "is privileged", _has("Privileged")),
    _point("5.6", _HIGH, "has a folder of the host's system", _mounts(_SENSITIVE)),
    _point("5.10", _HIGH, "has the host's network", _of_the_host("NetworkMode")),
    _point("5.14", _MEDIUM, "publishes a port at every address", _published_everywhere),
    _point("5.16", _HIGH, "sees the host's processes", _of_the_host("PidMode")),
    _point("5.17", _HIGH, "shares the host's memory segments", _of_the_host("IpcMode")),
    _point("5.18", _MEDIUM, "has devices of the host", _has("Devices")),
    _point("5.20", _MEDIUM, "shares its mounts with the host", _shares_propagation),
    _point("5.21", _MEDIUM, "shares the host's name", _of_the_host("UTSMode")),
    _point("5.31", _MEDIUM, "shares the host's users", _of_the_host("UsernsMode")),
    _point("5.32", _HIGH, "has the engine's socket", _mounts(_SOCKETS)),
)
PRIVILEGES = (
    _point("4.1", _LOW, "begins as root", _is_root),
    _point("5.4", _MEDIUM, "keeps Docker's default capabilities", _keeps_capabilities),
    _point("5.13", _LOW, "may write to its root file system", _lacks("ReadonlyRootfs")),
    _point("5.22", _HIGH, "has no seccomp profile", _unfiltered),
    _point("5.26", _MEDIUM, "may gain privileges", _gains_privileges),
)
LIMITS = (
    _point("5.11", _LOW, "may take all memory", _lacks("Memory")),
    _point("5.15", _LOW, "is started again for ever", _restarts_for_ever),
    _point("5.27", _LOW, "has no health check", lambda container, _: not container["health"]),
    _point("5.29", _LOW, "may start any number of processes", _any_processes),
)


def judge(evidence: Evidence) -> Judged:
    containers = evidence.section("docker", dict)["containers"]
    if not containers:
        raise Nothing("no container runs")
    return {
        name: Seen(findings=[one for each in containers for one in _found(each, points)])
        for name, points in (("isolation", ISOLATION), ("privileges", PRIVILEGES), ("limits", LIMITS))
    }


def _found(container: Value, points: tuple[Point, ...]) -> Iterator[Finding]:
    host, labels = container["host"], container["labels"]
    assert isinstance(host, dict)
    assert isinstance(labels, dict)
    found = [
        Finding(
            what=f"{container['name']} {point.says}",
            severity=point.severity,
            source=f"CIS Docker {point.number}",
        )
        for point in points
        if point.broken(container, host)
    ]
    kept = OURS.get(str(labels.get("peakproof.kind")))
    yield from accepting(found, kept) if kept else found


AREA = Area(
    title="Containers",
    checks={
        "isolation": "Are containers kept apart from the host?",
        "privileges": "Have containers no more rights than they need?",
        "limits": "Can a container not take what others need?",
    },
    judge=judge,
)
