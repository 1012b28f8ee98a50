"""Building one image: what it is told, what it tells, and that a failure leaves nothing behind."""

from __future__ import annotations

import json

import docker
import pytest
from docker.errors import NotFound
from docker.models.containers import Container, ContainerCollection

from environments.images import BuildFailed, ImageProgress, State
from environments.images.build import PACKAGES, build_arguments, file_in, installed_packages, shortened
from foundation.errors import Unavailable
from tests.environments.images.conftest import Build, Folder

STATUS = """\
Package: bash
Status: install ok installed
Depends: base-files
Description: shell
 Bash is: a shell
Version: 5.2.37-2

Package: gone
Status: deinstall ok config-files
Version: 1

Package: adduser
Status: install ok installed
Version: 3.152
"""


def test_the_packages_that_are_installed_are_recorded_with_their_versions() -> None:
    assert list(installed_packages(STATUS).items()) == [("adduser", "3.152"), ("bash", "5.2.37-2")]


def test_the_hosts_proxies_reach_the_build_in_both_spellings() -> None:
    assert build_arguments({"https_proxy": "http://p:1", "HTTP_PROXY": "", "HOME": "/root"}, None) == {
        "HTTPS_PROXY": "http://p:1", "https_proxy": "http://p:1"
    }  # fmt: skip


def test_apts_proxy_counts_where_there_is_no_other() -> None:
    assert build_arguments({}, "http://apt:1")["http_proxy"] == "http://apt:1"
    assert build_arguments({"HTTP_PROXY": "http://p:1"}, "http://apt:1")["http_proxy"] == "http://p:1"


def test_a_long_instruction_is_told_on_one_short_line() -> None:
    told = shortened("RUN one  \n && " + "two " * 100)
    assert told.startswith("RUN one && two")
    assert told.endswith("…")
    assert len(told) <= 100


@pytest.mark.integration
class TestOnTheEngine:
    def test_an_image_has_its_name_and_packages_as_labels(
        self, client: docker.DockerClient, build: Build, folder: Folder, name: str
    ) -> None:
        built = build(folder("FROM peakproof/base", "LABEL kept=yes"))
        labels = client.images.get(built.tag).labels
        assert labels["peakproof.image"] == name
        assert labels["kept"] == "yes"
        assert json.loads(labels[PACKAGES])["bash"]

    def test_steps_are_told_while_it_is_built(self, build: Build, folder: Folder, name: str) -> None:
        told: list[ImageProgress] = []
        build(folder("FROM peakproof/base", "RUN true", "RUN echo done"), told.append)
        steps = [(news.step, news.steps, news.doing) for news in told if news.state is State.BUILDING]
        assert steps[1:] == [(2, 3, "RUN true"), (3, 3, "RUN echo done")]
        own = [news.state for news in told if news.name == name]
        assert (own[0], own[-1]) == (State.WAITING, State.DONE)

    def test_a_failing_build_shows_its_step_and_its_last_20_lines(
        self, build: Build, folder: Folder, name: str
    ) -> None:
        path = folder("FROM peakproof/base", "RUN seq --format=line-%g 100 && exit 7")
        with pytest.raises(BuildFailed, match=f"{name} could not be built: step 2 of 2, RUN seq") as caught:
            build(path)
        assert caught.value.where == str(path / "Dockerfile")
        assert len(caught.value.detail) == 20
        assert "line-100" in caught.value.detail
        assert "line-10" not in caught.value.detail
        assert "7" in caught.value.detail[-1]

    def test_what_a_step_says_on_stderr_is_shown_in_one_piece_and_without_colours(
        self, build: Build, folder: Folder
    ) -> None:
        with pytest.raises(BuildFailed) as caught:
            build(
                folder("FROM peakproof/base", "RUN printf 'this ' >&2; sleep 0.3; echo 'is why' >&2; exit 1")
            )
        assert "this is why" in caught.value.detail

    def test_a_failing_build_leaves_no_tag_layer_or_container(
        self, client: docker.DockerClient, build: Build, folder: Folder, name: str
    ) -> None:
        with pytest.raises(BuildFailed):
            build(
                folder(
                    "FROM peakproof/base", f"RUN : {name} one", f"RUN : {name} two", f"RUN exit 1 # {name}"
                )
            )
        assert left(client, name) == []

    def test_layers_that_another_image_stands_on_stay(
        self, client: docker.DockerClient, build: Build, folder: Folder, name: str
    ) -> None:
        good = build(folder("FROM peakproof/base", f"RUN : {name}"))
        with pytest.raises(BuildFailed):
            build(folder("FROM peakproof/base", f"RUN : {name}", "RUN exit 1"))
        assert client.images.get(good.tag).id == good.id

    def test_a_full_disk_is_told_as_such(self, build: Build, folder: Folder) -> None:
        with pytest.raises(Unavailable, match="the disk of the Docker Engine is full") as caught:
            build(folder("FROM peakproof/base", "RUN cat /etc/passwd > /dev/full"))
        assert "docker system df" in (caught.value.hint or "")

    def test_wheels_are_in_the_context_where_the_folder_pins_them(
        self,
        build: Build,
        folder: Folder,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> None:
        packages = tmp_path_factory.mktemp("packages")
        (packages / "module.py").write_text("")
        monkeypatch.setattr("environments.images.wheels.unpacked", lambda *_, **__: packages)
        assert build(
            folder(
                "FROM peakproof/base",
                "COPY site-packages /p",
                "RUN test -e /p/module.py",
                files={"requirements.txt": ""},
            )
        ).seconds


def history(client: docker.DockerClient, image: str) -> list[dict[str, str]]:
    steps: list[dict[str, str]] = client.api.history(image)  # type: ignore[no-untyped-call]
    return steps


def left(client: docker.DockerClient, mark: str) -> list[str]:
    """Containers and untagged images that a Dockerfile with that mark left."""
    containers = [c["Id"] for c in client.api.containers(all=True) if mark in c["Command"]]
    images = client.api.images(all=True, filters={"dangling": True})
    histories = ((image["Id"], history(client, image["Id"])) for image in images)
    return containers + [
        image for image, steps in histories if any(mark in step["CreatedBy"] for step in steps)
    ]


@pytest.mark.integration
def test_a_file_read_out_of_an_image_with_a_volume_leaves_no_volume(
    folder: Folder, build: Build, client: docker.DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Container] = []
    create = ContainerCollection.create

    def noted(self: ContainerCollection, *args: str, **kwargs: object) -> Container:
        made.append(create(self, *args, **kwargs))  # type: ignore[arg-type]  # as docker-py is given it
        return made[-1]

    monkeypatch.setattr(ContainerCollection, "create", noted)
    image = build(folder("FROM peakproof/base", "VOLUME /kept"))
    assert file_in(client, image.id, "/etc/hostname") is not None
    names = [mount["Name"] for container in made for mount in container.attrs["Mounts"]]
    assert names, "the image's VOLUME makes one a container"
    for name in names:
        with pytest.raises(NotFound):
            client.volumes.get(name)
