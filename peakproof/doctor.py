"""What this machine lacks for a rehearsal, and what to do about each thing. Judges only; installs nothing.

A failure stops a rehearsal; a warning may spoil its figures; a note is for faults and parts not used by all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from foundation.errors import ExitCode, Unavailable
from foundation.extras import REHEARSAL, how

if TYPE_CHECKING:
    from peakproof.machine import Engine, Machine

GIB = 1024**3
OLDEST_API = (1, 41)  # Debian 12's docker.io
DISK_GIB = (4, 8)  # below the first a rehearsal fails, below the second it is tight: images take about 2
MEMORY_GIB = (2, 4)
NODE_PREFIX = 26  # each network of an environment
THIS_WAS_WRITTEN = 1_763_800_000  # November 2025: a clock before that is wrong
SLOW_CLOCKS = {"hpet", "acpi_pm", "jiffies"}
# What the kernel has for several hosts, and what lacks it when it has not. What faults need is tried instead.
KERNEL = {
    "CONFIG_WIREGUARD": "WireGuard between hosts: wireguard-go does it in user space",
    "CONFIG_INET_ESP": "encrypted overlay networks between hosts",
}


class Status(StrEnum):
    OK = "ok"
    NOTE = "note"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at: what was seen, and what to do where it is not as it should be."""

    name: str
    status: Status
    what: str
    to_do: str = ""


def examine(machine: Machine) -> list[Check]:
    """Every check, in the order in which a person would mend things."""
    return [
        _extras(machine.extras),
        *_engine(machine.engine, can_bootstrap=machine.can_bootstrap),
        _memory(machine.memory),
        _cores(machine.cores),
        _clock(machine.now, machine.clock_source),
        _addresses(machine),
        _descriptors(machine.descriptors),
        _local_ports(machine.local_ports),
        _faults(machine.faults),
        _kernel(machine),
        _ssh(machine.ssh),
        _browser(machine.browser),
    ]


def exit_code(checks: Sequence[Check]) -> ExitCode:
    """UNAVAILABLE if a rehearsal cannot work here."""
    failed = any(check.status is Status.FAIL for check in checks)
    return ExitCode.UNAVAILABLE if failed else ExitCode.OK


def _extras(lacking: Sequence[str]) -> Check:
    if not lacking:
        return Check(name="extras", status=Status.OK, what="all are installed")
    needed = [extra for extra in REHEARSAL if extra in lacking]
    what = f"not installed: {', '.join(lacking)}"
    if needed:
        what = f"a rehearsal needs {' and '.join(needed)}; {what}"
    status = Status.FAIL if needed else Status.NOTE
    return Check(name="extras", status=status, what=what, to_do=how(*(needed or lacking)))


def _engine(engine: Engine | Unavailable, *, can_bootstrap: bool) -> Iterator[Check]:
    if isinstance(engine, Unavailable):
        yield Check(name="docker", status=Status.FAIL, what=str(engine), to_do=engine.hint or "")
        return
    yield _version(engine)
    if engine.rootless:
        yield _rootless()
    yield _driver(engine.driver)
    yield _disk(engine.free)
    yield _base_image(present=engine.has_base_image, can_bootstrap=can_bootstrap)


def _rootless() -> Check:
    what = "the engine runs without root: leases and faults cannot be ended there"
    to_do = "use the one that runs as root: `unset DOCKER_HOST`, or `docker context use default`"
    return Check(name="rootless", status=Status.FAIL, what=what, to_do=to_do)


def _version(engine: Engine) -> Check:
    what = f"Docker Engine {engine.version}, API {engine.api}"
    if tuple(int(part) for part in engine.api.split(".")) < OLDEST_API:
        return Check(
            name="docker", status=Status.FAIL, what=what, to_do="install Docker Engine 20.10 or newer"
        )
    return Check(name="docker", status=Status.OK, what=what)


def _driver(driver: str) -> Check:
    if driver == "vfs":
        to_do = "put Docker's folder on ext4 or XFS: every container copies its whole image"
        return Check(name="storage driver", status=Status.WARN, what=driver, to_do=to_do)
    return Check(name="storage driver", status=Status.OK, what=driver)


def _disk(free: int | None) -> Check:
    if free is None:
        return Check(
            name="disk", status=Status.NOTE, what="Docker's disk is not on this machine: not looked at"
        )
    return _amount("disk", free, DISK_GIB, "free under Docker's folder", "remove what is not needed there")


def _base_image(*, present: bool, can_bootstrap: bool) -> Check:
    if present:
        return Check(name="base image", status=Status.OK, what="built")
    if can_bootstrap:
        return Check(name="base image", status=Status.OK, what="not built yet; debootstrap can make it")
    return Check(
        name="base image",
        status=Status.NOTE,
        what="not built yet, and only a registry can give it to this user",
        to_do="where no registry answers, install debootstrap and build the images once as root",
    )


def _memory(available: int) -> Check:
    return _amount(
        "memory", available, MEMORY_GIB, "available", "end other programs, or use a larger machine"
    )


def _amount(name: str, amount: int, limits: tuple[int, int], of_what: str, to_do: str) -> Check:
    what = f"{amount / GIB:.1f} GiB {of_what}"
    fails, tight = limits
    if amount >= tight * GIB:
        return Check(name=name, status=Status.OK, what=what)
    status = Status.FAIL if amount < fails * GIB else Status.WARN
    return Check(name=name, status=status, what=f"{what}, {tight} wanted, {fails} needed", to_do=to_do)


def _cores(cores: int) -> Check:
    if cores < 2:
        to_do = "use 2 or more: the load generator and the platform compete, and the run may be INVALID"
        return Check(name="cores", status=Status.WARN, what=str(cores), to_do=to_do)
    return Check(name="cores", status=Status.OK, what=str(cores))


def _clock(now: float, source: str) -> Check:
    if now < THIS_WAS_WRITTEN:
        to_do = "set the date: certificates and package lists are refused otherwise"
        return Check(name="clock", status=Status.FAIL, what="the date is in the past", to_do=to_do)
    if source in SLOW_CLOCKS:
        to_do = "reading it takes microseconds, which latencies then contain; prefer tsc or kvm-clock"
        return Check(name="clock", status=Status.WARN, what=f"clock source {source}", to_do=to_do)
    return Check(name="clock", status=Status.OK, what=f"clock source {source or 'unknown'}")


def _addresses(machine: Machine) -> Check:
    parts = list(machine.pool.subnets(new_prefix=NODE_PREFIX))
    free = sum(not any(part.overlaps(route) for route in machine.taken) for part in parts)
    what = f"{free} of {len(parts)} networks of {machine.pool} are free"
    if not free:
        to_do = "choose another range as `subnets` of the site: this machine has a route to all of it"
        return Check(name="addresses", status=Status.FAIL, what=what, to_do=to_do)
    return Check(name="addresses", status=Status.OK, what=what)


def _descriptors(limit: int) -> Check:
    if 0 <= limit < 4096:
        to_do = "raise the hard limit (ulimit -Hn, /etc/security/limits.conf) to 65536"
        return Check(name="open files", status=Status.WARN, what=f"at most {limit}", to_do=to_do)
    return Check(name="open files", status=Status.OK, what="no limit" if limit < 0 else f"at most {limit}")


def _local_ports(count: int) -> Check:
    if 0 < count < 10_000:
        to_do = "sysctl -w net.ipv4.ip_local_port_range='32768 60999'"
        return Check(name="local ports", status=Status.WARN, what=f"{count} for connections", to_do=to_do)
    return Check(name="local ports", status=Status.OK, what=f"{count or 'unknown'} for connections")


def _kernel(machine: Machine) -> Check:
    if not machine.kernel:
        return Check(name="kernel", status=Status.NOTE, what="does not say what it was built with")
    missing = [without for option, without in KERNEL.items() if option not in machine.kernel]
    if missing:
        return Check(name="kernel", status=Status.NOTE, what="lacks " + "; ".join(missing))
    return Check(name="kernel", status=Status.OK, what="has all that several hosts need")


def _faults(cannot: Mapping[str, str] | None) -> Check:
    """As `faults list` says it: a kernel's configuration does not tell what our programs do instead."""
    if cannot is None:
        what = "not tried yet: their image is built by the first rehearsal, or by `peakproof faults list`"
        return Check(name="faults", status=Status.NOTE, what=what)
    if cannot:
        what = "cannot be done here: " + "; ".join(f"{name} ({why})" for name, why in cannot.items())
        return Check(name="faults", status=Status.NOTE, what=what)
    return Check(name="faults", status=Status.OK, what="all can be done here")


def _browser(browser: str | None) -> Check:
    if browser is None:
        return Check(
            name="browser", status=Status.NOTE, what="no Chromium: only a test of the report needs it"
        )
    return Check(name="browser", status=Status.OK, what=browser)


def _ssh(ssh: str | None) -> Check:
    if ssh is None:
        to_do = "`sudo apt-get install openssh-client`"
        return Check(name="ssh", status=Status.NOTE, what="no ssh: hosts elsewhere need it", to_do=to_do)
    return Check(name="ssh", status=Status.OK, what=ssh)


def command(
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout, for machines.")
    ] = False,
) -> None:
    """Say what this machine lacks for a rehearsal, and what to do about it.

    Example: peakproof doctor --json
    """
    from foundation import console
    from peakproof import machine

    checks = examine(machine.look())
    if as_json:
        console.print_json({"checks": [asdict(check) for check in checks]})
    else:
        _tell(checks)
    raise typer.Exit(exit_code(checks))


def _tell(checks: Sequence[Check]) -> None:
    from rich.markup import escape

    from foundation import console

    colours = {Status.OK: "green", Status.NOTE: "cyan", Status.WARN: "yellow", Status.FAIL: "bold red"}
    width = max(len(check.name) for check in checks)
    people = console.people()
    for check in checks:
        colour = colours[check.status]
        people.print(f"[{colour}]{check.status:4}[/]  {check.name:{width}}  {escape(check.what)}")
        if check.to_do:
            people.print(f"{'':{width + 6}}  [bold]what to do:[/] {escape(check.to_do)}")
