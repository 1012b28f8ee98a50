"""docs/your-platform.md, section 7, typed as it stands: three images of others, filled, loaded, hit, judged.

The images are made here and served by a registry on loopback, whose address stands before their names.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import docker
import pytest
from docker.errors import ImageNotFound

from environments import images
from environments.containers import removing
from environments.docker_client import connect
from environments.image_sources import ImageSource
from foundation.verdict import Status
from tests.environments import commanding
from tests.environments.images.distribution import Registry, serving
from tests.peakproof.kiosks import Ran, left
from tests.workshop import typed

BOUGHT = Path(__file__).resolve().parent.parent / "platforms" / "bought"
NAMED = {"store": "postgres:17.5", "shop": "acme/shop:2.1", "packer": "acme/packer:1.4"}
"""Folder below BOUGHT -> the name and tag by which a registry has it."""
ENVIRONMENT = f"webshop-{os.getpid()}"

pytestmark = [pytest.mark.integration, pytest.mark.quiet]


@pytest.fixture(scope="module")
def client() -> docker.DockerClient:
    return connect()


@pytest.fixture(scope="module")
def section(root: Path) -> str:
    return (root / "docs" / "your-platform.md").read_text(encoding="utf-8").split("\n## 7. ")[1]


@pytest.fixture(scope="module")
def registry(client: docker.DockerClient) -> Iterator[Registry]:
    """Has the three images; what was pulled from it goes by name, and stays by its layers."""
    folders = {f"bought/{name}": ImageSource(folder=BOUGHT / name) for name in NAMED}
    built = images.ensure(list(folders), folders=folders, client=client)
    with serving() as registry:
        pushed = [
            registry.push(client, built[f"bought/{name}"].id, *named.split(":"))
            for name, named in NAMED.items()
        ]
        yield registry
        for reference in pushed:
            with suppress(ImageNotFound):  # nobody asked for it
                client.images.remove(reference)


@pytest.fixture(scope="module")
def webshop(section: str, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a reader, with this registry's address and an environment that is nobody else's."""
    files = typed.examples(section)
    files["webshop.yaml"] = re.sub(
        r"image: (?:registry\.example/)?", f"image: {registry.host}/", files["webshop.yaml"]
    )
    files["webshop.yaml"] = files["webshop.yaml"].replace("definition: webshop", f"definition: {ENVIRONMENT}")
    return typed.into(tmp_path_factory.mktemp("webshop"), files)


@pytest.fixture(scope="module")
def rehearsed(section: str, webshop: Path, client: docker.DockerClient) -> Iterator[Ran]:
    """How the last of the section's commands ended, after those before it were typed."""
    try:
        *before, last = typed.commands(section)
        for command in before:
            words = [ENVIRONMENT if word == "webshop" else word for word in command]
            done = commanding.run(*words, cwd=webshop)
            assert done.returncode == 0, done.stderr
        done = commanding.run(*last, "--json", cwd=webshop, within=280)
        (out,) = (webshop / "report").glob("*") if (webshop / "report").is_dir() else [webshop]
        yield Ran(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr, out=out)
    finally:
        for name in (ENVIRONMENT, f"{ENVIRONMENT}_source"):
            removing.remove(client, name)


def test_the_shop_passes_although_a_node_was_killed(rehearsed: Ran) -> None:
    assert (rehearsed.exit_code, rehearsed.results.verdict.status) == (0, Status.PASS), rehearsed.stderr
    (fault,) = rehearsed.results.faults
    assert fault.node in ("app-1", "app-2")


def test_every_order_is_there_once_and_packed(rehearsed: Ran) -> None:
    compared = rehearsed.results.conservation
    assert compared is not None, rehearsed.stderr
    assert rehearsed.broken == {}
    assert compared.outcomes["acknowledged"] > 100
    assert set(compared.states) == {"packed"}


def test_the_database_of_others_was_filled_with_masked_data(rehearsed: Ran) -> None:
    data = rehearsed.results.data
    assert data is not None, rehearsed.stderr
    assert (data.verified, data.masked_columns, data.size) == (True, 2, 100)


def test_the_images_came_from_the_registry(rehearsed: Ran, registry: Registry) -> None:
    assert rehearsed.exit_code == 0, rehearsed.stderr
    for named in NAMED.values():
        name, tag = named.split(":")
        assert f"/v2/{name}/manifests/{tag}" in registry.asked


def test_nothing_of_it_stays(rehearsed: Ran, client: docker.DockerClient) -> None:
    assert rehearsed.exit_code == 0, rehearsed.stderr
    assert left(client, ENVIRONMENT) == []


def test_an_image_that_is_nowhere_is_told_where_it_is_named_before_anything_stands(
    webshop: Path, client: docker.DockerClient, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(webshop, tmp_path / "webshop"))
    definition = (folder / "webshop.yaml").read_text().replace("acme/packer:1.4", "acme/packer:9.9")
    (folder / "webshop.yaml").write_text(definition)
    answer = commanding.run("rehearse", "./webshop-season.yaml", cwd=folder)
    line = definition[: definition.index("acme/packer:9.9")].count("\n") + 1
    assert answer.returncode == 2, answer.stderr
    assert f"webshop.yaml:{line}: there is no image" in answer.stderr
    assert left(client, ENVIRONMENT) == []
