"""Each point of the benchmark is broken by one container, and by no hardened one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from playbooks.auditing.evidence import Evidence
from playbooks.auditing.judging import Severity, Status
from tests.playbooks.auditing.given import answer, evidence, said

HOST = {
    "Privileged": False, "CapDrop": ["ALL"], "SecurityOpt": ["no-new-privileges"], "ReadonlyRootfs": True,
    "PidMode": "", "IpcMode": "private", "NetworkMode": "shop-front", "UTSMode": "", "UsernsMode": "",
    "Memory": 268_435_456, "PidsLimit": 200, "RestartPolicy": {"Name": "no"}, "PortBindings": {},
    "Devices": [],
}  # fmt: skip


EVERYWHERE = {"80/tcp": [{"HostIp": "", "HostPort": "80"}]}


def container(host: Mapping[str, object] | None = None, **changed: object) -> dict[str, object]:
    return {
        "name": "shop-api-1", "user": "app", "health": True, "labels": {}, "mounts": [],
        **changed, "host": {**HOST, **(host or {})},
    }  # fmt: skip


def told(*containers: dict[str, object]) -> Evidence:
    return evidence(docker={"info": {}, "containers": list(containers), "overlays": []})


@pytest.mark.parametrize("check", ["isolation", "privileges", "limits"])
def test_a_hardened_container_holds(check: str) -> None:
    assert answer(told(container()), f"containers.{check}").status is Status.HOLDS


@pytest.mark.parametrize(
    ("check", "host", "says"),
    [
        ("isolation", {"Privileged": True}, "is privileged"),
        ("isolation", {"NetworkMode": "host"}, "has the host's network"),
        ("isolation", {"PidMode": "host"}, "sees the host's processes"),
        ("isolation", {"IpcMode": "host"}, "shares the host's memory segments"),
        ("isolation", {"UTSMode": "host"}, "shares the host's name"),
        ("isolation", {"UsernsMode": "host"}, "shares the host's users"),
        ("isolation", {"Devices": [{"PathOnHost": "/dev/sda"}]}, "has devices of the host"),
        ("isolation", {"PortBindings": EVERYWHERE}, "publishes a port at every address"),
        ("privileges", {"CapDrop": None}, "keeps Docker's default capabilities"),
        ("privileges", {"SecurityOpt": None}, "may gain privileges"),
        ("privileges", {"ReadonlyRootfs": False}, "may write to its root file system"),
        ("limits", {"Memory": 0}, "may take all memory"),
        ("limits", {"PidsLimit": None}, "may start any number of processes"),
        ("limits", {"RestartPolicy": {"Name": "always"}}, "is started again for ever"),
    ],
)  # fmt: skip
def test_each_point_is_found_alone(check: str, host: dict[str, object], says: str) -> None:
    assert said(told(container(host)), f"containers.{check}") == [f"shop-api-1 {says}"]


def test_root_and_a_missing_health_check_are_found() -> None:
    given = told(container(user="0:0", health=False))
    assert said(given, "containers.privileges") == ["shop-api-1 begins as root"]
    assert said(given, "containers.limits") == ["shop-api-1 has no health check"]


def test_no_seccomp_profile_is_a_gate() -> None:
    unconfined = container({"SecurityOpt": ["no-new-privileges:true", "seccomp=unconfined"]})
    (found,) = answer(told(unconfined), "containers.privileges").open
    assert (found.severity, found.source) == (Severity.HIGH, "CIS Docker 5.22")


def test_the_engines_socket_is_a_gate_but_for_the_reaper_which_is_named() -> None:
    mounts = [{"source": "/var/run/docker.sock", "propagation": "rprivate"}]
    (found,) = answer(told(container(mounts=mounts)), "containers.isolation").open
    assert (found.what, found.severity) == ("shop-api-1 has the engine's socket", Severity.HIGH)
    reaper = container(mounts=mounts, labels={"peakproof.kind": "reaper"})
    kept = answer(told(reaper), "containers.isolation")
    assert kept.status is Status.HOLDS
    assert "reaper" in kept.findings[0].accepted


def test_a_volume_is_no_folder_of_the_system() -> None:
    mounts = [{"source": "/var/lib/docker/volumes/data/_data", "propagation": ""}]
    assert said(told(container(mounts=mounts)), "containers.isolation") == []
    etc = [{"source": "/etc", "propagation": "rprivate"}]
    assert said(told(container(mounts=etc)), "containers.isolation") != []


def test_no_container_is_nothing_to_look_at() -> None:
    assert answer(told(), "containers.isolation").status is Status.NOTHING
