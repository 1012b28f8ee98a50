"""An image of others is deployed as it was rehearsed: asked by our program, its files its user's own."""

from __future__ import annotations

from pathlib import Path

import docker
import pytest

from environments import probes
from environments.containers.files import read
from tests.environments import commanding
from tests.environments.test_foreign import container, written
from tests.infra.stacks import Stacks

SERVICES = {
    "web": container(
        ready="/conf/page.html",
        files={"/srv/conf/page.html": "a page\n"},
        secrets={"web.password": {"as": "file", "path": "/run/url", "value": "x://{secret.quoted}@y"}},
        tmpfs=["/cache"],
        working_dir="/srv",
    ),
    "task": container(port=None, entrypoint=["/busybox", "true"], lifecycle="once", user="1234"),
}


def test_what_is_declared_is_what_the_topology_says(tmp_path: Path) -> None:
    answer = commanding.run_here("infra", "check", str(written(tmp_path, SERVICES)))
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_a_read_only_node_with_files_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = written(tmp_path, {"web": container(read_only=True)})
    answer = commanding.run_here("infra", "check", str(path))
    assert answer.returncode == 2
    assert "web-1 has a read-only root" in answer.stderr


@pytest.mark.integration
@pytest.mark.pulumi_engine
def test_it_stands_and_a_second_up_changes_nothing(
    stacks: Stacks, docker_engine: docker.DockerClient, tmp_path: Path
) -> None:
    path = str(written(tmp_path, SERVICES))
    with stacks.new() as name:
        up = stacks.run("up", path, "--name", name, "--yes")
        assert up.returncode == 0, up.stderr
        web = docker_engine.containers.get(f"peakproof-{name}-web-1")
        assert web.attrs["State"]["Health"]["Status"] == "healthy"
        assert web.attrs["Config"]["Healthcheck"]["Test"][:2] == ["CMD", probes.PROGRAM]
        assert (read(web, "/run/url") or b"").startswith(b"x://")
        again = stacks.run("up", path, "--name", name, "--yes")
        assert again.returncode == 0, again.stderr
        assert docker_engine.containers.get(f"peakproof-{name}-web-1").id == web.id
