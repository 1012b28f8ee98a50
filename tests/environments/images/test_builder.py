"""ensure: builds what is missing, each image once; interrupted or failing, it leaves nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import docker
import pytest

from environments.images import (
    BuildFailed,
    BuiltImage,
    ImageProgress,
    State,
    catalogue,
    ensure,
    planned,
    superseded,
)
from foundation.errors import InputError
from tests.environments.images.conftest import Build, Folder
from tests.environments.images.running import until
from tests.environments.images.test_build import left


def test_a_wrong_name_is_told_before_docker_is_asked() -> None:
    with pytest.raises(InputError, match="there is no image 'postgrse'"):
        ensure(["postgrse"], folders={}, client=None)  # type: ignore[arg-type]


@pytest.mark.integration
class TestOnTheEngine:
    @pytest.fixture(autouse=True)
    def built_in(self, client: docker.DockerClient) -> None:
        ensure(catalogue(), folders={}, client=client)

    def test_images_that_are_there_are_found_in_under_a_second(self, client: docker.DockerClient) -> None:
        told: list[ImageProgress] = []
        began = time.monotonic()
        built = ensure(catalogue(), folders={}, client=client, progress=told.append)
        assert time.monotonic() - began < 1
        assert set(built) == set(catalogue())
        assert {image.seconds for image in built.values()} == {None}
        assert {news.state for news in told} == {State.CACHED}

    def test_parents_are_part_of_the_answer(self, client: docker.DockerClient) -> None:
        built = ensure(["generator"], folders={}, client=client)
        assert [(image.name, image.parents) for image in built.values()] == [
            ("base", ("debian:trixie-slim",)), ("python", ("base",)), ("generator", ("python",)),
        ]  # fmt: skip
        assert all(client.images.get(image.tag).id == image.id for image in built.values())

    def test_a_second_call_finds_what_the_first_built(self, build: Build, folder: Folder) -> None:
        path = folder("FROM peakproof/base", "RUN true")
        first, second = build(path), build(path)
        assert first.seconds is not None
        assert second.seconds is None
        assert (first.tag, first.id) == (second.tag, second.id)

    def test_two_commands_do_not_build_the_same_image_at_once(self, build: Build, folder: Folder) -> None:
        path = folder("FROM peakproof/base", "RUN sleep 1")

        def once(_: int) -> BuiltImage:
            return build(path)

        with ThreadPoolExecutor(3) as pool:
            images = list(pool.map(once, range(3)))
        assert len({image.id for image in images}) == 1
        assert sorted(image.seconds is None for image in images) == [False, True, True]

    def test_independent_images_are_built_at_the_same_time(
        self, client: docker.DockerClient, folder: Folder, name: str
    ) -> None:
        folders = {
            f"{name}-{which}": folder("FROM peakproof/base", f"RUN : {which}", "RUN sleep 1", into=which)
            for which in ("a", "b", "c")
        }
        began = time.monotonic()
        built = ensure(folders, folders=folders, client=client)
        took = time.monotonic() - began
        for which in folders:
            client.images.remove(built[which].tag)
        assert took < sum(built[which].seconds or 0 for which in folders)

    def test_one_failure_ends_the_others_and_is_the_one_that_is_told(
        self, client: docker.DockerClient, folder: Folder, name: str
    ) -> None:
        folders = {
            f"{name}-bad": folder("FROM peakproof/base", "RUN sleep 1; exit 1", into="bad"),
            f"{name}-slow": folder("FROM peakproof/base", f"RUN sleep 300 # {name}", into="slow"),
            f"{name}-child": folder(f"FROM peakproof/{name}-bad", into="child"),
        }
        began = time.monotonic()
        with pytest.raises(BuildFailed, match=f"{name}-bad could not be built"):
            ensure(folders, folders=folders, client=client)
        assert time.monotonic() - began < 60
        assert left(client, name) == []
        assert not [image for image in client.images.list() if any(name in tag for tag in image.tags)]

    def test_images_with_other_hashes_are_listed_and_kept(self, client: docker.DockerClient) -> None:
        base = planned(["base"], folders={})["base"].tag
        old = "peakproof/base:000000000000"
        client.images.get(base).tag(old)
        try:
            listed = superseded(client)
        finally:
            client.images.remove(old)
        assert old in listed
        assert base not in listed

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_an_interrupted_build_leaves_nothing(
        self, client: docker.DockerClient, folder: Folder, name: str, number: signal.Signals
    ) -> None:
        path = folder("FROM peakproof/base", f"RUN : {name}", f"RUN sleep 300 # {name}")
        command = subprocess.Popen([sys.executable, "-c", _COMMAND, name, str(path)], stderr=subprocess.PIPE)
        try:
            until(lambda: _sleeps(client, name), what=lambda: "the build sleeps")
            command.send_signal(number)
            _, told = command.communicate(timeout=30)
        finally:
            command.kill()
        assert command.returncode == 130, told.decode()
        until(lambda: left(client, name) == [], what=lambda: f"nothing is left of {name}")
        assert planned([name], folders={name: path})[name].tag not in [
            tag for image in client.images.list() for tag in image.tags
        ]


_COMMAND = textwrap.dedent("""
    import signal, sys, typer
    from pathlib import Path
    from foundation.console import run
    app = typer.Typer()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job is born deaf to it
    @app.command()
    def build(name: str, folder: Path) -> None:
        from environments.docker_client import connect
        from environments.images import ensure
        ensure([name], folders={name: folder}, client=connect())
    raise SystemExit(run(app, sys.argv[1:]))
""")


def _sleeps(client: docker.DockerClient, mark: str) -> bool:
    return any(f"sleep 300 # {mark}" in found["Command"] for found in client.api.containers())
