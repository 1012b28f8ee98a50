"""What this machine gives the generator: open files, and a place before the platform."""

from __future__ import annotations

import errno
import math
import os
import resource
from contextlib import suppress
from pathlib import Path

from foundation.errors import Unavailable

_SPARE = 100  # the ledger, the logs, the interpreter's own
_NICENESS = -10
_HEAVY = 0.5  # of one processor
_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
# What a connection fails with when this machine has no local port or no open file left for it.
_STARVED = frozenset({errno.EADDRNOTAVAIL, errno.EMFILE, errno.ENFILE})
# Seconds that a closed connection keeps its local port (TIME_WAIT, RFC 9293: Linux takes 60 s). On loopback
# Linux reuses it after one second (net.ipv4.tcp_tw_reuse = 2).
_LINGER = 60.0
_LINGER_LOOPBACK = 1.0
_AUTOGROUP = Path("/proc/self/autogroup")


def allow_sockets(connections: int) -> None:
    """Raises this process's limit of open files; Unavailable when the pool needs more than there are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + _SPARE
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise Unavailable(
            f"{connections:,} connections need {needed:,} open files, this machine allows {hard:,}",
            hint=f"raise it (ulimit -Hn {needed}), or give a smaller pool: {max(hard - _SPARE, 1)}",
        )
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def ports_needed(pool: int, opened: float, *, loopback: bool) -> int:
    """Local ports for a pool of connections, of which `opened` a second are opened anew."""
    return pool + math.ceil(opened * (_LINGER_LOOPBACK if loopback else _LINGER))


def allow_ports(connections: int, known: Path = _PORTS) -> None:
    """Raises Unavailable when connections need more local ports than this machine gives to one target."""
    try:
        low, high = (int(number) for number in known.read_text().split())
    except (OSError, ValueError):
        return  # a machine that does not say; running out of them is still seen
    ports = high - low + 1
    if connections > ports:
        raise Unavailable(
            f"connections to one target need {connections:,} local ports, this machine has {ports:,}",
            hint="give a smaller pool, --connections pool, or more ports: "
            "sysctl net.ipv4.ip_local_port_range='1024 65535'",
        )


def starved(error: BaseException) -> bool:
    """Whether an attempt failed because this machine ran out of local ports or open files."""
    return isinstance(error, OSError) and error.errno in _STARVED


def go_first() -> None:
    """Goes before the platform where it may: a late generator would blame the platform.

    Real-time scheduling makes it wake in time, not do more: `give_way` ends it when the load is heavy.
    Niceness stays; where the kernel groups processes by session it counts only inside the group, and the
    group has its own (sched(7), "The autogroup feature"), changed only when the session is the generator's.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, min(os.getpriority(os.PRIO_PROCESS, 0), _NICENESS))
    with suppress(OSError):
        if os.getsid(0) == os.getpid():
            _AUTOGROUP.write_text(str(_NICENESS))
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))


def give_way(busy: float) -> None:
    """Ends real-time scheduling after a second of heavy work, in processors: it would starve others."""
    if busy > _HEAVY:
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, os.sched_param(0))
