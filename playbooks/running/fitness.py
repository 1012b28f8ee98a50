"""Whether hosts are fit for what roles do to them, from the facts that each told. Pure: asks nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from environments.site import Site
from foundation.errors import Problem
from foundation.units import in_words, size_in_words
from playbooks.deriving.firewall import NODE_EXPORTER, SWARM_CONTROL, SWARM_DATA, SWARM_GOSSIP, SYSLOG_TLS
from playbooks.entries import Published, published
from playbooks.grouping import HOSTS, LOG_SERVERS, MANAGERS
from playbooks.listening import Listener, Protocol, listeners

SUPPORTED: Mapping[str, tuple[str, ...]] = {"debian": ("12", "13"), "ubuntu": ("24.04",)}
LEAST_MEMORY, LEAST_DISK = 900 * 2**20, 2 * 2**30
"""Bytes: a machine sold as 1 GiB has a little less; packages and an engine take 1.2 GiB of a bare Debian."""
CLOCK_SECONDS = 30.0
"""The step of a one-time password (RFC 6238): further off, nobody logs in with one."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a host told. `memory`, `disk` in bytes; `behind`: seconds of its clock, negative: ahead."""

    system: str
    version: str
    sudo: bool
    memory: int
    disk: int
    behind: float
    listening: tuple[Listener, ...]
    published: tuple[Published, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port that a role takes on the hosts of a group, and whose it is then (at most 15 letters)."""

    role: str
    group: str
    protocol: Protocol
    number: int
    processes: tuple[str, ...]


PORTS = (
    Port(role="swarm", group=MANAGERS, protocol="tcp", number=int(SWARM_CONTROL), processes=("dockerd",)),
    Port(role="swarm", group=HOSTS, protocol="tcp", number=int(SWARM_GOSSIP), processes=("dockerd",)),
    Port(role="swarm", group=HOSTS, protocol="udp", number=int(SWARM_GOSSIP), processes=("dockerd",)),
    Port(role="swarm", group=HOSTS, protocol="udp", number=int(SWARM_DATA), processes=()),
    Port(role="logs", group=LOG_SERVERS, protocol="tcp", number=int(SYSLOG_TLS), processes=("rsyslogd",)),
    Port(
        role="metrics", group=HOSTS, protocol="tcp", number=int(NODE_EXPORTER),
        processes=("prometheus-node", "node_exporter"),
    ),
)  # fmt: skip


def facts(told: str, *, asked: float, answered: float) -> Facts | None:
    """From what the host printed; None where it has no Python. `asked`, `answered`: when, by our clock."""
    found = json.loads(told)
    if not found:
        return None
    return Facts(
        system=found["system"],
        version=found["version"],
        sudo=found["sudo"],
        memory=found["memory"],
        disk=found["disk"],
        behind=_behind(found["time"], asked, answered),
        listening=tuple(listeners(found["listening"])),
        published=tuple(published(found["published"])),
    )


def _behind(theirs: float, asked: float, answered: float) -> float:
    """How far its clock is off for certain: it was read at some moment between the two."""
    if theirs < asked:
        return asked - theirs
    return min(0.0, answered - theirs)


def problems(
    site: Site,
    host: str,
    found: Facts | None,
    *,
    roles: Collection[str],
    groups: Mapping[str, Collection[str]],
) -> list[Problem]:
    """Everything for which the host is not fit, each with what to do."""
    where = f"host {host}"
    if found is None:
        hint = "`apt-get install python3` there: Ansible runs in it"
        return [Problem(where=where, what="it has no Python 3", hint=hint)]
    ports = [port for port in PORTS if port.role in roles and host in groups.get(port.group, ())]
    told = [check(found) for check in _CHECKS]
    told += [_taken(port, found) for port in ports]
    told.append(_promised(site, host, found))
    return [Problem(where=where, what=what, hint=hint) for each in told if each for what, hint in [each]]


_Told = tuple[str, str] | None


def _release(found: Facts) -> _Told:
    if found.version in SUPPORTED.get(found.system, ()):
        return None
    known = ", ".join(f"{name} {' and '.join(versions)}" for name, versions in SUPPORTED.items())
    return f"{found.system} {found.version} is not supported".strip(), f"install one of {known}"


def _sudo(found: Facts) -> _Told:
    if found.sudo:
        return None
    return "the user may not become root", "`sudo -n true` must work there without a password"


def _memory(found: Facts) -> _Told:
    if found.memory >= LEAST_MEMORY:
        return None
    what = f"it has {size_in_words(found.memory)} of memory"
    return what, f"a host needs {size_in_words(LEAST_MEMORY)} for itself"


def _disk(found: Facts) -> _Told:
    if found.disk >= LEAST_DISK:
        return None
    return (
        f"{size_in_words(found.disk)} are free below /var",
        f"make room: {size_in_words(LEAST_DISK)} are needed",
    )


def _clock(found: Facts) -> _Told:
    if abs(found.behind) <= CLOCK_SECONDS:
        return None
    how = "behind" if found.behind > 0 else "ahead"
    what = f"its clock is {in_words(abs(found.behind))} {how} of this machine's"
    return what, "set one of them right: `timedatectl` says which follows a time server"


_CHECKS: tuple[Callable[[Facts], _Told], ...] = (_release, _sudo, _memory, _disk, _clock)


def _taken(port: Port, found: Facts) -> _Told:
    for listener in found.listening:
        same = (listener.protocol, listener.port) == (port.protocol, port.number)
        if same and listener.process and listener.process not in port.processes:
            what = (
                f"{listener.process} has port {port.number}/{port.protocol}, which the role {port.role} needs"
            )
            return what, "stop it or give it another port"
    return None


def _promised(site: Site, host: str, found: Facts) -> _Told:
    promised = site.hosts[host].memory
    if promised is None or promised <= found.memory:
        return None
    what = f"the site promises {size_in_words(promised)} of memory, it has {size_in_words(found.memory)}"
    return what, "`memory:` of the site is what nodes may take together"
