"""The laptop's own environment, whole: it comes up, serves the platform through its door, and goes."""

from __future__ import annotations

import json
from collections.abc import Callable

import docker
import psycopg
import pytest
import requests

from environments import environment
from tests.environments.commanding import left, run

pytestmark = pytest.mark.integration


def test_the_laptop_comes_up_serves_and_goes(
    engine: docker.DockerClient, new_name: Callable[[], str]
) -> None:
    name = new_name()
    up = run("env", "up", "laptop", "--name", name, "--json")
    assert up.returncode == 0, up.stderr
    said = json.loads(up.stdout)
    assert len(said["nodes"]) == 10
    assert said["nodes"].pop("migrate-1") == "done"
    assert set(said["nodes"].values()) == {"running"}
    assert requests.get(f"{said['endpoints']['balancer']}/health/ready", timeout=10).status_code == 200
    running = environment.attach(engine, name)
    with psycopg.connect(running.dsn("database").reveal()) as connection:
        row = connection.execute("select count(*) from orders").fetchone()
    assert row == (0,)
    assert run("env", "down", name).returncode == 0
    assert left(engine, name) == []
