"""A volume of a size of its own can be full, outlives its node, and leaves no loop device behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container

from environments import environment, images, labels
from environments.containers.injecting import Tools
from environments.faults.disk_full import DiskFullOptions
from tests.environments.commanding import eventually, left, run
from tests.environments.written import definition

pytestmark = pytest.mark.integration

WRITE = "CREATE TABLE IF NOT EXISTS t AS SELECT repeat('x', 3000) a FROM generate_series(1, 3000)"


def written(container: Container) -> str:
    """What PostgreSQL says to 9 MB more."""
    said = container.exec_run(["psql", "-d", "postgres", "-c", WRITE])[1]
    assert isinstance(said, bytes)
    return said.decode()


def devices(file: str) -> list[Path]:
    """The loop devices whose file's place ends like this."""
    found = Path("/sys/block").glob("loop*/loop/backing_file")
    return [each for each in found if each.read_text().strip().endswith(file)]


def test_a_disk_is_filled_is_given_back_outlives_its_node_and_leaves_nothing(
    engine: docker.DockerClient, new_name: Callable[[], str], tmp_path: Path
) -> None:
    name, before = new_name(), len(devices("/disk"))
    store = {"kind": "postgres", "memory": "128MiB", "disk": "192MiB"}
    up = run("env", "up", str(definition(tmp_path, {"store": store})), "--name", name)
    assert up.returncode == 0, up.stderr
    running = environment.attach(engine, name)
    node = running.nodes["store-1"].get_wrapped_container()
    built = images.ensure(["faults", "python"], folders={}, client=engine)
    tools = Tools(images={name: image.id for name, image in built.items()})
    full = running.fault(
        DiskFullOptions.model_validate({"at": "0s", "disk-full": "store-1"}), ["store-1"], tools
    )
    full.apply()
    eventually(full.moments, within=30, what="the disk is full")
    assert "No space left on device" in written(node)
    full.end()
    assert [moment.did for moment in full.moments()] == ["applied", "undone"]
    assert "SELECT 3000" in written(node)
    node.kill()
    node.start()
    eventually(lambda: "already exists" in written(node), within=20, what="what was written is still there")
    kept = engine.containers.list(filters=labels.ours(name, "disk"))
    assert len(kept) == 1, "one container keeps it mounted meanwhile"
    plain = definition(tmp_path, {"store": {"kind": "postgres", "memory": "128MiB"}})
    refused = run("env", "up", str(plain), "--name", name)
    assert (refused.returncode, "is to have another size" in refused.stderr) == (5, True), refused.stderr
    down = run("env", "down", name)
    assert down.returncode == 0, down.stderr
    assert left(engine, name) == []
    eventually(lambda: len(devices("/disk")) <= before, within=10, what="the loop device is free again")
