"""A node is started anew, and only when nobody else is at work."""

from __future__ import annotations

import docker
import pytest

from environments.containers import leases, locks
from tests.environments.commanding import run, run_here
from tests.environments.standing import Standing

pytestmark = pytest.mark.integration


def began(shop: Standing, node: str) -> str:
    container = shop.attach().nodes[node].get_wrapped_container()
    container.reload()
    return str(container.attrs["State"]["StartedAt"])


def test_a_restarted_node_began_anew_and_is_ready(shop: Standing, engine: docker.DockerClient) -> None:
    before, lease = began(shop, "keeper-1"), leases.newest(engine, shop.name)
    said = run_here("env", "restart", shop.name, "keeper-1")
    assert said.returncode == 0, said.stderr
    assert "keeper-1" in said.stderr
    assert began(shop, "keeper-1") > before
    ready = shop.attach().nodes["keeper-1"].get_wrapped_container()
    assert ready.exec_run(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000"])[0] == 0
    assert leases.newest(engine, shop.name) == lease, "it stays for as long as before"


@pytest.mark.parametrize("state", ["kill", "pause"])
def test_a_node_that_is_down_or_paused_is_started(shop: Standing, state: str) -> None:
    getattr(shop.attach().nodes["keeper-1"].get_wrapped_container(), state)()
    assert run_here("env", "restart", shop.name, "keeper-1").returncode == 0
    assert shop.attach().nodes["keeper-1"].get_wrapped_container().status == "running"


def test_while_another_command_is_at_work_it_is_refused(shop: Standing, engine: docker.DockerClient) -> None:
    before, image = began(shop, "keeper-1"), shop.attach().instance.images["python"]
    with locks.held(engine, shop.name, image):
        said = run("env", "restart", shop.name, "keeper-1")
    assert (said.returncode, "is being changed by" in said.stderr) == (5, True)
    assert began(shop, "keeper-1") == before


def test_a_node_that_does_not_become_ready_is_told_with_the_end_of_its_log(
    shop: Standing,
) -> None:
    container = shop.attach().nodes["keeper-1"].get_wrapped_container()
    program = container.get_archive("/opt/hello.py")[0]
    kept = b"".join(program)
    assert container.exec_run(["mv", "/opt/hello.py", "/opt/away.py"], user="root")[0] == 0
    try:
        said = run("env", "restart", shop.name, "keeper-1")
        assert said.returncode == 69
        assert "keeper-1 ended" in said.stderr
        assert "can't open file" in said.stderr
    finally:
        container.put_archive("/opt", kept)
        assert run_here("env", "restart", shop.name, "keeper-1").returncode == 0
