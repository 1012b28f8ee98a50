"""The engine's settings, files and networks, by the CIS benchmark's points."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest
import yaml

from playbooks.auditing.evidence import Evidence
from playbooks.auditing.judging import Severity, Status
from playbooks.specs import ROLES
from tests.playbooks.auditing.given import answer, evidence, files, said

HARDENED: Mapping[str, object] = {
    "no-new-privileges": True,
    "icc": False,
    "userland-proxy": False,
    "log-driver": "json-file",
    "log-opts": {"max-size": "50m"},
}
INFO = {"ServerVersion": "26.1.5", "SecurityOptions": ["name=seccomp,profile=builtin"]}
OWNED: dict[str, object] = {"/run/docker.sock": {"mode": 0o660, "owner": "root", "group": "docker"}}


def engine(
    settings: Mapping[str, object] | str,
    *,
    stats: dict[str, object] | None = None,
    overlays: Sequence[object] = (),
) -> Evidence:
    text = settings if isinstance(settings, str) else json.dumps(settings)
    return evidence(
        docker={"info": INFO, "containers": [], "overlays": list(overlays)},
        files=files({"/etc/docker/daemon.json": text}, OWNED if stats is None else stats),
    )


@pytest.mark.parametrize("check", ["reached", "containment", "logging", "files", "overlays"])
def test_a_hardened_engine_holds(check: str) -> None:
    assert answer(engine(HARDENED), f"docker.{check}").status is Status.HOLDS


def test_what_the_engine_does_without_settings_is_told_with_the_points_numbers() -> None:
    found = answer(engine(""), "docker.containment").open
    assert [each.source for each in found] == ["CIS Docker 2.14", "CIS Docker 2.2", "CIS Docker 2.16"]


@pytest.mark.parametrize("check", ["reached", "containment", "logging"])
def test_what_the_role_sets_leaves_nothing_open(check: str) -> None:
    """Or its finding would stay for ever, whatever is configured again."""
    variables = yaml.safe_load((ROLES / "docker" / "vars" / "main.yml").read_text())
    assert answer(engine(variables["docker_daemon"]), f"docker.{check}").status is Status.HOLDS


def test_user_namespaces_are_named_as_accepted_with_the_reason() -> None:
    accepted = [each for each in answer(engine(HARDENED), "docker.containment").findings if each.accepted]
    assert [each.source for each in accepted] == ["CIS Docker 2.9"]


def test_an_engine_that_asks_nobody_for_a_certificate_is_a_gate() -> None:
    open_to_all = {**HARDENED, "hosts": ["unix:///run/docker.sock", "tcp://0.0.0.0:2375"]}
    (found,) = answer(engine(open_to_all), "docker.reached").open
    assert found.severity is Severity.HIGH
    assert said(engine({**open_to_all, "tlsverify": True}), "docker.reached") == []


@pytest.mark.parametrize(
    ("stat", "severity"),
    [
        ({"mode": 0o666, "owner": "root", "group": "docker"}, Severity.HIGH),
        ({"mode": 0o660, "owner": "root", "group": "users"}, Severity.HIGH),
        ({"mode": 0o670, "owner": "root", "group": "docker"}, Severity.MEDIUM),
    ],
)
def test_a_socket_that_others_could_use_is_found(stat: dict[str, object], severity: Severity) -> None:
    found = answer(engine(HARDENED, stats={"/run/docker.sock": stat}), "docker.files").open
    assert [each.severity for each in found] == [severity]


def test_a_file_that_is_not_there_is_no_finding() -> None:
    given = engine(HARDENED, stats={"/etc/default/docker": None})
    assert said(given, "docker.files") == []


def test_logs_without_a_limit_are_found() -> None:
    unlimited = {key: value for key, value in HARDENED.items() if key != "log-opts"}
    assert said(engine(unlimited), "docker.logging") == ["logs of containers grow without a limit"]


def test_an_overlay_in_the_clear_is_found_and_an_encrypted_one_is_not() -> None:
    overlays = [{"name": "ingress", "options": {"encrypted": ""}}, {"name": "shop-data", "options": {}}]
    assert said(engine(HARDENED, overlays=overlays), "docker.overlays") == [
        "the overlay shop-data is not encrypted by the engine"
    ]


def test_a_daemon_json_that_is_none_is_not_looked_at() -> None:
    assert answer(engine("{icc: false"), "docker.containment").status is Status.NOT_LOOKED
