"""Facts about this machine that a rehearsal depends on. Reads /proc, /sys and Docker; judges nothing."""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from foundation import extras
from foundation.errors import Unavailable

BASE_IMAGE = "peakproof/base"
BROWSERS = ("chromium", "google-chrome", "chromium-browser")


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The Docker Engine that answers. `free` is in bytes; None where its disk is on another machine."""

    version: str
    api: str
    driver: str
    free: int | None
    has_base_image: bool
    rootless: bool = False


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Everything the doctor looks at. Sizes in bytes; `kernel` is its build configuration, {} if unknown.

    `engine` is the error where no engine answers. `taken` are the machine's routes. `faults`: fault -> why it
    cannot be done here, of those that cannot; None where they could not be tried. `extras` are those of
    Peakproof's own that are not installed.
    """

    engine: Engine | Unavailable
    cores: int
    memory: int
    now: float
    clock_source: str
    kernel: Mapping[str, str]
    faults: Mapping[str, str] | None
    pool: IPv4Network
    taken: tuple[IPv4Network, ...]
    descriptors: int
    local_ports: int
    can_bootstrap: bool
    browser: str | None
    ssh: str | None
    extras: tuple[str, ...]


def processor() -> str | None:
    """What the processor calls itself; None where it does not say."""
    lines = (line.partition(":") for line in _text("/proc/cpuinfo").splitlines())
    return next((value.strip() for name, _, value in lines if name.strip() == "model name"), None)


def look() -> Machine:
    """This machine, now. Never raises: what cannot be read is unknown."""
    from environments import machine as network

    return Machine(
        engine=_engine(),
        cores=len(os.sched_getaffinity(0)),
        memory=memory_available(_text("/proc/meminfo")),
        now=time.time(),
        clock_source=_text("/sys/devices/system/clocksource/clocksource0/current_clocksource").strip(),
        kernel=kernel_options(_kernel_configuration().splitlines()),
        faults=_faults(),
        pool=_pool(),
        taken=tuple(network.routes()),
        descriptors=resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        local_ports=port_count(_text("/proc/sys/net/ipv4/ip_local_port_range")),
        can_bootstrap=os.geteuid() == 0 and shutil.which("debootstrap") is not None,
        ssh=shutil.which("ssh"),
        extras=tuple(extra for extra in extras.EXTRAS if extras.lacking(extra)),
        browser=next((path for name in BROWSERS if (path := shutil.which(name))), None),
    )


def memory_available(meminfo: str) -> int:
    """Bytes that can be used without swapping, from /proc/meminfo; 0 if it does not say."""
    for line in meminfo.splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def port_count(text: str) -> int:
    """How many ports connections may start from, from ip_local_port_range; 0 if it does not say."""
    bounds = [int(word) for word in text.split()]
    return bounds[1] - bounds[0] + 1 if len(bounds) == 2 else 0


def kernel_options(lines: Iterable[str]) -> dict[str, str]:
    """Options of a kernel's configuration: "y" built in, "m" a module; those not set are absent."""
    return dict(line.strip().split("=", 1) for line in lines if line.startswith("CONFIG_"))


def _engine() -> Engine | Unavailable:
    from environments import docker_client
    from environments.docker_errors import mapped

    try:
        client = docker_client.connect()
        with mapped("asking Docker Engine about itself"):
            info, version = client.info(), client.version()
            images = client.images.list(name=BASE_IMAGE)
    except Unavailable as error:
        return error
    return Engine(
        version=str(version["Version"]),
        api=str(version["ApiVersion"]),
        driver=str(info["Driver"]),
        free=_free(Path(str(info["DockerRootDir"]))),
        has_base_image=bool(images),
        rootless="name=rootless" in (info.get("SecurityOptions") or ()),
    )


def _faults() -> Mapping[str, str] | None:
    from environments.faults import FAULTS
    from environments.faults.abilities import why_not
    from peakproof import abilities

    lacking = abilities.looked_at()
    if lacking is None:
        return None
    return {name: why for name in FAULTS if (why := why_not(name, lacking))}


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _pool() -> IPv4Network:
    import environments
    from environments import site

    return site.load(Path(environments.__file__).parent / "sites" / "laptop.yaml").subnets


def _kernel_configuration() -> str:
    try:
        return gzip.decompress(Path("/proc/config.gz").read_bytes()).decode()
    except OSError:
        return _text(f"/boot/config-{os.uname().release}")


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""
