"""Kinds of evidence, one module each: a pure parser and a pure judge."""

from __future__ import annotations

from collections.abc import Mapping

from playbooks.auditing.areas import (
    docker_containers,
    docker_daemon,
    firewall,
    lynis,
    packages,
    ports,
    records,
    ssh,
    tls,
    updates,
)
from playbooks.auditing.judging import Area

AREAS: Mapping[str, Area] = {
    "ports": ports.AREA,
    "firewall": firewall.AREA,
    "ssh": ssh.AREA,
    "tls": tls.AREA,
    "docker": docker_daemon.AREA,
    "containers": docker_containers.AREA,
    "updates": updates.AREA,
    "packages": packages.AREA,
    "records": records.AREA,
    "lynis": lynis.AREA,
}
"""Name, the first part of a check's, -> area."""


def checks() -> dict[str, str]:
    """AREA.CHECK -> what it asks, all of them."""
    return {f"{name}.{check}": asks for name, area in AREAS.items() for check, asks in area.checks.items()}
