"""A database cut out of an environment is whole: with its secrets, and with what these are made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import slicing
from tests.environments.written import Services, application, compiled


@pytest.mark.parametrize("tls", [True, False])
def test_the_twin_of_a_database_has_the_secrets_of_its_nodes_and_what_they_are_made_from(
    tmp_path: Path, tls: bool
) -> None:
    services: Services = {
        "web": application("web", secrets={"token": "/run/token"}),
        "store": {"kind": "postgres", "tls": tls},
        "queue": {"kind": "rabbitmq"},
    }
    whole = compiled(tmp_path, services, {"token": {"variable": "TOKEN"}}).topology
    twin = slicing.database_only(whole, "store")
    signed = {"store.certificate", "environment.authority"} if tls else set()
    assert {secret.name for secret in twin.secrets} == {"store.password"} | signed
