"""Runs on a host, as root, from standard input: prints what is to be judged as one JSON. Changes nothing.

Python's standard library alone, 3.11 or newer: nothing of this project is on the host. It is one file,
which ssh hands to Python there. It decides nothing: every section is what a program printed or a file says,
or why there is none, and no more than somebody judges. No environment of a container, no key.
"""

from __future__ import annotations

import base64
import contextlib
import grp
import json
import os
import platform
import pwd
import shutil
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

_SECONDS = 600  # lynis is the slowest: 20 s on an idle machine, minutes on one that is at its limit
_HANDSHAKE = 3.0
# Read letter by letter, none of them secret; of the others only owner and mode are told.
_FILES = ("/etc/docker/daemon.json",)
_FOLDERS = (("/etc/rsyslog.d", "*peakproof*.conf"), ("/etc/audit/rules.d", "*.rules"))
_STATS = (
    "/etc/docker",
    "/etc/docker/daemon.json",
    "/etc/default/docker",
    "/lib/systemd/system/docker.service",
    "/lib/systemd/system/docker.socket",
    "/run/containerd/containerd.sock",
    "/run/docker.sock",
)
_SERVICES = (
    "auditd.service",
    "chrony.service",
    "prometheus-node-exporter.service",
    "rsyslog.service",
    "systemd-timesyncd.service",
)
_LISTS = Path("/var/lib/apt/lists")


class Missing(Exception):  # noqa: N818 - says what it is
    """Why a section could not be had."""


def main() -> int:
    """Every section, side by side: one that fails does not keep the others from being told."""
    with ThreadPoolExecutor() as pool:
        running = {name: pool.submit(_section, collect) for name, collect in SECTIONS.items()}
        sections = {name: future.result() for name, future in running.items()}
    json.dump({"sections": sections}, sys.stdout)
    return 0


def _section(collect: Callable[[], object]) -> dict[str, object]:
    try:
        return {"value": collect()}
    except Missing as missing:
        return {"missing": str(missing)}
    except Exception as error:  # noqa: BLE001 - told, and judged as not looked at
        return {"missing": f"{type(error).__name__}: {error}"}


def _said(*command: str) -> str:
    """What a program prints. Raises Missing: it is not there, or failed."""
    path = shutil.which(command[0], path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    if path is None:
        raise Missing(f"{command[0]} is not installed")
    done = subprocess.run(
        [path, *command[1:]],
        capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False,
        stdin=subprocess.DEVNULL, env={"PATH": os.defpath + ":/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Missing(f"{command[0]} ended with {done.returncode}: {''.join(last)}")
    return done.stdout


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def machine() -> dict[str, object]:
    """Release, kernel, and whether this is a container."""
    # Its status is 1 where it is none: no failure.
    virt = subprocess.run(["systemd-detect-virt", "--container"], capture_output=True, check=False)
    return {
        "release": _read("/etc/os-release"),
        "kernel": platform.release(),
        "container": virt.stdout.decode().strip(),
        "now": int(time.time()),
    }


def lynis() -> str:
    """lynis' report. Its only files are in a folder of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="peakproof-audit-", dir="/run") as folder:
        report = Path(folder) / "report.dat"
        _said(
            "lynis", "audit", "system",
            "--quick", "--quiet", "--no-colors", "--cronjob", "--no-log", "--report-file", str(report),
        )  # fmt: skip
        return report.read_text(encoding="utf-8", errors="replace")


def listening() -> str:
    """Sockets that wait for others, with their processes."""
    return _said("ss", "-Hltunp")


def sshd() -> str:
    """What sshd's configuration comes to."""
    return _said("sshd", "-T")


def docker() -> dict[str, object]:
    """The engine, its networks, and of every container what a benchmark asks for."""
    info = json.loads(_said("docker", "info", "--format", "{{json .}}"))
    names = _said("docker", "ps", "-q", "--no-trunc").split()
    containers = json.loads(_said("docker", "inspect", *names)) if names else []
    networks = _said("docker", "network", "ls", "-q", "--filter", "driver=overlay").split()
    overlays = json.loads(_said("docker", "network", "inspect", *networks)) if networks else []
    return {
        "info": {key: info.get(key) for key in _INFO},
        "containers": [_container(each) for each in containers],
        "overlays": [{"name": each["Name"], "options": each["Options"]} for each in overlays],
    }


_INFO = ("ServerVersion", "SecurityOptions")
_HOST_CONFIG = (
    "Privileged", "CapDrop", "SecurityOpt", "ReadonlyRootfs", "PidMode", "IpcMode", "NetworkMode",
    "UTSMode", "UsernsMode", "Memory", "PidsLimit", "RestartPolicy", "PortBindings", "Devices",
)  # fmt: skip


_MOUNT = {"source": "Source", "propagation": "Propagation"}


def _container(each: dict[str, Any]) -> dict[str, object]:
    """Never its environment, command or files: they may hold secrets."""
    config, host = each["Config"], each["HostConfig"]
    labels = config.get("Labels") or {}
    return {
        "name": str(each["Name"]).lstrip("/"),
        "user": config["User"],
        "health": bool(config.get("Healthcheck")),
        "labels": {key: value for key, value in labels.items() if key.startswith("peakproof.")},
        "host": {key: host.get(key) for key in _HOST_CONFIG},
        "mounts": [
            {ours: mount.get(theirs) for ours, theirs in _MOUNT.items()} for mount in each["Mounts"]
        ],
    }  # fmt: skip


def files() -> dict[str, object]:
    """What configuration says, and who owns what."""
    return {"texts": {path: _read(path) for path in _paths()}, "stats": dict(_stats())}


def _paths() -> Iterator[str]:
    yield from _FILES
    for folder, pattern in _FOLDERS:
        yield from sorted(str(path) for path in Path(folder).glob(pattern) if path.is_file())


def _stats() -> Iterator[tuple[str, dict[str, object] | None]]:
    for path in _STATS:
        try:
            found = Path(path).stat()
        except OSError:
            yield path, None
            continue
        owner, group = pwd.getpwuid(found.st_uid).pw_name, grp.getgrgid(found.st_gid).gr_name
        yield path, {"mode": stat.S_IMODE(found.st_mode), "owner": owner, "group": group}


def updates() -> dict[str, object]:
    """What apt would install, by the package lists that are there: nothing is fetched, nothing locked."""
    if not [*_LISTS.glob("*Packages*"), *_LISTS.glob("*Release")]:
        raise Missing("there are no package lists: `apt-get update` was never run, or its lists were removed")
    upgrade = _said(
        "apt-get", "-s", "-q", "-o", "Debug::NoLocking=1",
        "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=", "dist-upgrade",
    )  # fmt: skip
    # apt touches the folder of what it is fetching each time, also where no list had changed.
    marks = [mark.stat().st_mtime for mark in (_LISTS / "partial", _LISTS) if mark.exists()]
    return {"upgrade": upgrade, "fetched": int(max(marks))}


def periodic() -> str:
    """What apt does by itself, and how often."""
    return _said("apt-config", "dump", "APT::Periodic")


def restarts() -> dict[str, object]:
    """What still runs as it was before an update: services, the kernel."""
    # -r l: it only lists.
    return {
        "needrestart": _said("needrestart", "-b", "-r", "l"),
        "reboot": Path("/run/reboot-required").exists(),
    }


def packages() -> str:
    """Every installed package, one a line."""
    return _said("dpkg-query", "-W", "-f", _PACKAGE)


_PACKAGE = (
    r"${binary:Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\t"
    r"${db:Status-Status}\n"
)


def services() -> dict[str, str]:
    """Unit -> active, inactive, failed, or not-found."""
    found = {}
    for unit in _SERVICES:
        shown = _said("systemctl", "show", "--property=LoadState,ActiveState", "--value", unit).split()
        load, active = (*shown, "", "")[:2]
        found[unit] = "not-found" if load == "not-found" else active
    return found


def clock() -> str:
    """Whether the clock is kept by others, as systemd knows it."""
    return _said("timedatectl", "show")


def firewall() -> object:
    """The rules that the kernel has."""
    return json.loads(_said("nft", "-j", "list", "ruleset"))


def audit() -> dict[str, object]:
    """Rules that the kernel has, where it lets itself be asked."""
    return {"status": _said("auditctl", "-s"), "rules": _said("auditctl", "-l")}


def tls() -> list[dict[str, object]]:
    """A handshake with every port that others could reach, per version, and every suite that is taken."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda at: _endpoint(*at), sorted(_ports())))


def _ports() -> set[tuple[str, int]]:
    """One address a listening TCP port; sshd's own are asked by their configuration."""
    found: dict[int, str] = {}
    for line in listening().splitlines():
        protocol, _, _, _, at, *_ = line.split()
        address, _, port = at.rpartition(":")
        address = address.partition("%")[0].strip("[]")
        own = address.startswith("127.") or address == "::1"
        if protocol == "tcp" and not own and '"sshd"' not in line:
            found.setdefault(int(port), _HERE.get(address, address))
    return {(address, port) for port, address in found.items()}


_HERE = {"*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where one that listens is reached


VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
_MOST_SUITES = 40


def _endpoint(address: str, port: int) -> dict[str, object]:
    offered: dict[str, list[str]] = {}
    certificate = ""
    for version in VERSIONS:
        suites, seen = _suites(address, port, version)
        certificate = certificate or seen
        if suites:
            offered[version] = suites
    return {"address": address, "port": port, "versions": offered, "certificate": certificate}


def _suites(address: str, port: int, version: str) -> tuple[list[str], str]:
    """Which suites are taken, by leaving out what was taken before; and the certificate (DER, base64)."""
    taken: list[str] = []
    certificate = ""
    while len(taken) < _MOST_SUITES:
        try:
            suite, seen = _handshake(address, port, version, taken)
        except (OSError, ValueError):
            break
        if suite in taken:
            break
        taken.append(suite)
        certificate = certificate or seen
        if version == "TLSv1.3":  # its suites are all of a kind, and Python's ssl cannot leave one out
            break
    return taken, certificate


def _handshake(address: str, port: int, version: str, without: list[str]) -> tuple[str, str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(
        ":".join(["ALL", "COMPLEMENTOFALL", *(f"!{name}" for name in without), "@SECLEVEL=0"])
    )
    context.minimum_version = context.maximum_version = VERSIONS[version]
    with (
        socket.create_connection((address, port), timeout=_HANDSHAKE) as plain,
        context.wrap_socket(plain, do_handshake_on_connect=False) as secured,
    ):
        certificate = b""
        # Who asks for a certificate of ours ends it here, when version and suite are chosen already.
        with contextlib.suppress(OSError):
            secured.do_handshake()
            certificate = secured.getpeercert(binary_form=True) or b""
        cipher = secured.cipher()
        if cipher is None:
            raise ConnectionError("no handshake")
        return cipher[0], base64.b64encode(certificate).decode()


SECTIONS: dict[str, Callable[[], object]] = {
    "machine": machine,
    "lynis": lynis,
    "listening": listening,
    "sshd": sshd,
    "tls": tls,
    "docker": docker,
    "files": files,
    "updates": updates,
    "periodic": periodic,
    "restarts": restarts,
    "packages": packages,
    "services": services,
    "clock": clock,
    "firewall": firewall,
    "audit": audit,
}

if __name__ == "__main__":
    sys.exit(main())
