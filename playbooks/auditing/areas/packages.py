"""The bill of materials: every installed package, as CycloneDX 1.6."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from playbooks.auditing.evidence import Evidence, Missing
from playbooks.auditing.judging import Area, Judged, Seen

_NAMESPACE = uuid.UUID("2f5e8d0e-6f0c-5f3f-9d51-0d3a7c1f9f60")  # ours, for serial numbers that repeat


@dataclass(frozen=True, kw_only=True)
class Package:
    """An installed package, and the source that it was built from."""

    name: str
    version: str
    architecture: str
    source: str
    source_version: str


def parse(text: str) -> list[Package]:
    """Lines of dpkg-query, tabs between; what is not installed any more is left out."""
    rows = [line.split("\t") for line in text.splitlines() if line]
    return [
        Package(
            name=name.partition(":")[0], version=version, architecture=architecture,
            source=source, source_version=source_version,
        )
        for name, version, architecture, source, source_version, status in rows
        if status == "installed"
    ]  # fmt: skip


def cyclonedx(evidence: Evidence, *, made: str) -> dict[str, object]:
    """A host's packages as a CycloneDX document. `made` is the time. Raises Missing.

    The same packages give the same serial number. Sources: ECMA-424 (CycloneDX 1.6), the purl specification.
    """
    packages = parse(evidence.section("packages", str))
    distribution, codename = evidence.release("ID"), evidence.release("VERSION_CODENAME")
    components = [_component(package, distribution, codename) for package in packages]
    host = {
        "type": "operating-system", "bom-ref": f"host:{evidence.host}", "name": distribution,
        "version": evidence.release("VERSION_ID"),
    }  # fmt: skip
    serial = uuid.uuid5(
        _NAMESPACE, "\n".join([evidence.host, *(str(each["bom-ref"]) for each in components)])
    )
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": made,
            "tools": {"components": [{"type": "application", "name": "peakproof"}]},
            "component": host,
            "properties": [{"name": "peakproof:host", "value": evidence.host}],
        },
        "components": components,
    }


def _component(package: Package, distribution: str, codename: str) -> dict[str, object]:
    name, version = quote(package.name, safe=""), quote(package.version, safe="")
    purl = f"pkg:deb/{distribution}/{name}@{version}?arch={package.architecture}&distro={codename}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "purl": purl,
        "properties": [{"name": "peakproof:source", "value": f"{package.source} {package.source_version}"}],
    }


def judge(evidence: Evidence) -> Judged:
    packages = parse(evidence.section("packages", str))
    if not packages:
        raise Missing("dpkg knows no package")
    return {"known": Seen(facts=_counted(packages))}


def _counted(packages: Sequence[Package]) -> list[str]:
    return [f"{len(packages)} packages of {len({package.source for package in packages})} sources"]


AREA = Area(
    title="Bill of materials",
    checks={"known": "Is it known which software is installed, in which version?"},
    judge=judge,
)
