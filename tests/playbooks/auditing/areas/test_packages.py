"""The bill of materials is CycloneDX, repeats, and has what is installed alone."""

from __future__ import annotations

import re

from playbooks.auditing.areas import packages
from playbooks.auditing.judging import Status
from tests.playbooks.auditing.given import answer, evidence

INSTALLED = (
    "bash\t5.2.37-2+b10\tamd64\tbash\t5.2.37-2\tinstalled\n"
    "libc6:amd64\t2.41-12\tamd64\tglibc\t2.41-12\tinstalled\n"
    "nano\t8.4-1\tamd64\tnano\t8.4-1\tconfig-files\n"
    "auditd\t1:4.0.2-2+deb13u1\tamd64\taudit\t1:4.0.2-2+deb13u1\tinstalled\n"
)


def test_packages_are_named_without_their_architecture_and_what_was_removed_is_left_out() -> None:
    assert [each.name for each in packages.parse(INSTALLED)] == ["bash", "libc6", "auditd"]


def test_a_component_has_a_purl_that_names_version_architecture_and_release() -> None:
    document = packages.cyclonedx(evidence(packages=INSTALLED), made="2026-11-29T10:00:00+00:00")
    components = document["components"]
    assert isinstance(components, list)
    assert components[2]["purl"] == "pkg:deb/debian/auditd@1%3A4.0.2-2%2Bdeb13u1?arch=amd64&distro=trixie"
    assert components[1]["properties"] == [{"name": "peakproof:source", "value": "glibc 2.41-12"}]


def test_the_document_says_what_it_is_and_the_same_packages_have_the_same_number() -> None:
    first = packages.cyclonedx(evidence(packages=INSTALLED), made="one day")
    again = packages.cyclonedx(evidence(packages=INSTALLED), made="another day")
    other = packages.cyclonedx(evidence(packages=INSTALLED.replace("5.2.37-2+b10", "5.3")), made="one day")
    assert (first["bomFormat"], first["specVersion"]) == ("CycloneDX", "1.6")
    # The form that CycloneDX' JSON schema asks for.
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", str(first["serialNumber"]))
    assert first["serialNumber"] == again["serialNumber"] != other["serialNumber"]


def test_a_host_whose_packages_are_unknown_is_no_pass() -> None:
    assert answer(evidence(packages=""), "packages.known").status is Status.NOT_LOOKED
    assert answer(evidence(packages=INSTALLED), "packages.known").facts == ("3 packages of 3 sources",)
