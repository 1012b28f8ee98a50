"""What a sandbox is made of: names, addresses, what its hosts may do, files that describe it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import yaml

from environments.lookup import PACKAGE

DEFAULT = "box"
RANGE = IPv4Network("10.232.0.0/16")
"""Every sandbox takes a /24 of it; the one called `box` the first."""
USER = "automation"
LABEL = "peakproof.sandbox"
HOST = "peakproof.sandbox.host"
PACKAGES_PORT = 3142  # apt-cacher-ng's own
ENTRY_PORTS = "20000-49151"
"""Where environments publish their entries: of those that come and go, nobody knows the port before."""
OPEN_FILES = 16384
"""Of each container inside: no more than the host itself may, to which an engine may give as few as 20000."""
_STATE = Path("~/.local/state/peakproof/sandboxes")
_FIRST_HOST, _PACKAGES, _VIRTUAL = 11, 2, 100

CAPABILITIES = {
    "SYS_ADMIN": "systemd and the host's Docker Engine mount file systems, make namespaces",
    "NET_ADMIN": "the firewall, Docker's networks, the virtual address",
    "SYS_PTRACE": "the host's Docker Engine opens the namespaces of its containers' processes",
    "DAC_READ_SEARCH": "the host's Docker Engine unpacks images with file handles of overlay2",
}
"""What a host may do beside Docker's own set, and why. Not among them: the kernel's clock, modules, logs."""

UNTESTABLE = {
    "kernel settings": "sysctls outside the network's are the machine's, not the container's",
    "kernel modules": "a container loads none",
    "the clock": "it is the machine's: time synchronisation is configured, never started",
    "the kernel's audit": "its netlink socket answers the first namespace only",
    "a reboot": "a container is restarted, the kernel is not",
    "disks and boot": "no partitions, no boot loader, no passwords for it",
}
"""What is not a host's own in a container: rendered by the roles, not applied."""


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """`count` hosts NAME-1, NAME-2, … in `subnet`; `folder` holds the files by which they are reached."""

    name: str
    count: int
    subnet: IPv4Network
    folder: Path

    @property
    def hosts(self) -> dict[str, IPv4Address]:
        """Host -> its address."""
        return {
            f"{self.name}-{number + 1}": self.subnet[_FIRST_HOST + number] for number in range(self.count)
        }

    @property
    def network(self) -> str:
        """What the network is called in Docker."""
        return f"peakproof-sandbox-{self.name}"

    @property
    def packages(self) -> IPv4Address:
        """Where the hosts fetch packages."""
        return self.subnet[_PACKAGES]

    @property
    def virtual_address(self) -> IPv4Address:
        return self.subnet[_VIRTUAL]

    @property
    def key(self) -> Path:
        return self.folder / "key"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def ssh_config(self) -> Path:
        return self.folder / "ssh_config"

    @property
    def site(self) -> Path:
        """The site's file: the package's for the one called `box`, else beside the keys."""
        if self.name == DEFAULT and self.count == len(_packaged_hosts()):
            return _PACKAGED
        return self.folder / "site.yaml"

    def container(self, host: str) -> str:
        """What a host is called in Docker."""
        return f"peakproof-sandbox-{host}"


_PACKAGED = PACKAGE / "environments" / "sites" / "box.yaml"


def _packaged_hosts() -> list[str]:
    return list(yaml.safe_load(_PACKAGED.read_text(encoding="utf-8"))["hosts"])


def folder(name: str) -> Path:
    """Where a sandbox's keys lie. Always below the home folder: the package's site file names the place."""
    return (_STATE / name).expanduser()


def ssh_config(box: Sandbox) -> str:
    """What `ssh -F` reads: the hosts by name, their keys and the automation's own."""
    return "".join(
        f"Host {host}\n"
        f"  HostName {address}\n"
        f"  HostKeyAlias {host}\n"
        f"  User {USER}\n"
        f'  IdentityFile "{box.key}"\n'
        f'  UserKnownHostsFile "{box.known_hosts}"\n'
        "  IdentitiesOnly yes\n"
        "  StrictHostKeyChecking yes\n"
        for host, address in box.hosts.items()
    )


def site(box: Sandbox) -> str:
    """The site's file, as a person would write it."""
    described = {
        "site": box.name,
        "description": "hosts in containers on this machine, made by `peakproof hosts sandbox up`",
        "ssh_config": "ssh_config",
        "virtual_address": str(box.virtual_address),
        "hosts": {
            host: {"docker": f"ssh://{USER}@{host}", "address": str(address), "memory": "2GiB"}
            for host, address in box.hosts.items()
        },
        "subnets": "10.233.0.0/16",
        "variables": {
            "site_boxed": True,
            "base_apt_proxy": f"http://{box.packages}:{PACKAGES_PORT}",
            # In the sandbox's folder, so that it goes with it; with ~, as the package's site file has it.
            "certificates_authority": str(_STATE / box.name / "authority.pem"),
            "firewall_entry_ports": [ENTRY_PORTS],
            "base_automation_sources": [str(box.subnet[1])],
            "docker_open_files": OPEN_FILES,
            "swarm_encryption": "none",  # it never leaves the machine, whose kernel may have no ESP
        },
    }
    return yaml.safe_dump(described, sort_keys=False)
