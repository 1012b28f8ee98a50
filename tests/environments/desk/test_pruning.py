"""What is left over on a Docker host is named; only that goes, and only when somebody says so."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import groupby
from uuid import uuid4

import docker
import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments import labels
from environments.containers import leases
from environments.desk import pruning
from environments.desk.pruning import Image, Leftovers
from environments.images import ensure
from environments.images.build import LABEL
from tests.environments.commanding import left, run_here

IMAGES = st.builds(
    lambda name, number, second: Image(
        id=f"sha256:{number}",
        name=name,
        tag=f"{name}:{number}",
        created=f"2026-11-29T10:00:{second:02}Z",
        size=1,
    ),
    name=st.sampled_from(["peakproof/a", "peakproof/b"]),
    number=st.integers(0, 99),
    second=st.integers(0, 59),
)


@given(
    st.lists(IMAGES, unique_by=lambda image: image.id),
    st.sets(st.integers(0, 99).map(lambda n: f"sha256:{n}")),
)
def test_of_every_name_the_newest_stays_and_whatever_is_used(images: list[Image], used: set[str]) -> None:
    gone = pruning.superseded(images, used)
    assert not used & {image.id for image in gone}
    stays = [image for image in images if image not in gone]
    by_name = sorted(images, key=lambda image: image.name)
    for name, of_one in groupby(by_name, key=lambda image: image.name):
        newest = max(image.created for image in of_one)
        assert newest in {image.created for image in stays if image.name == name}
        assert all(image.created == newest or image.id in used for image in stays if image.name == name) or (
            [image.created for image in images if image.name == name].count(newest) > 1
        )


def test_the_older_of_two_goes() -> None:
    older, newer = (
        Image(id=f"sha256:{n}", name="peakproof/a", tag=f"peakproof/a:{n}", created=f"2026-11-2{n}", size=1)
        for n in (1, 2)
    )
    assert pruning.superseded([newer, older], set()) == [older]
    assert pruning.superseded([newer, older], {older.id}) == []


@pytest.fixture
def two(engine: docker.DockerClient) -> Iterator[list[Image]]:
    """Two images of one name that is nobody else's, the older first."""
    base = ensure(["python"], folders={}, client=engine)["python"].id
    name = f"peakproof/t-{uuid4().hex[:8]}"
    for number in (1, 2):
        recipe = f"FROM {base}\nENV NUMBER={number}\n".encode()
        engine.images.build(fileobj=io.BytesIO(recipe), tag=f"{name}:{number}", labels={LABEL: name}, rm=True)
    yield [image for image in pruning._images(engine) if image.name == name]
    for image in engine.images.list(name):
        for tag in image.tags:
            engine.images.remove(tag, force=True)


@pytest.mark.integration
def test_an_image_that_a_newer_one_replaced_goes_unless_a_container_has_it(
    engine: docker.DockerClient, two: list[Image]
) -> None:
    older, newer = sorted(two, key=lambda image: image.tag)
    assert older in pruning.found(engine).images
    assert newer not in pruning.found(engine).images
    user = engine.containers.create(older.id, network_mode="none")
    try:
        assert older not in pruning.found(engine).images
        (stays,) = pruning.remove(engine, Leftovers(environments=(), images=(older,)))
        assert older.tag in stays, "a container that was made since is no reason to fail"
    finally:
        user.remove()
    assert pruning.remove(engine, Leftovers(environments=(), images=(older,))) == []
    assert [image.tag for image in pruning._images(engine) if image.name == older.name] == [newer.tag]


@pytest.mark.integration
def test_an_environment_that_nobody_holds_goes_and_a_held_one_does_not(
    engine: docker.DockerClient, new_name: Callable[[], str]
) -> None:
    name = new_name()
    image = ensure(["python"], folders={}, client=engine)["python"].id
    leases.renew(engine, name, 60)
    volume = engine.volumes.create(f"peakproof-{name}-data", labels=labels.of(name, "volume"))
    # Somebody else's container has the volume: the reaper cannot take it before the test has seen it.
    other = engine.containers.create(image, network_mode="none", volumes={volume.name: {"bind": "/data"}})
    try:
        assert name not in pruning.found(engine).environments
        _end_leases(engine, name)
        assert name in pruning.found(engine).environments
        leases.renew(engine, name, 60)
    finally:
        other.remove()
    leftovers = Leftovers(environments=(name,), images=())
    assert pruning.remove(engine, leftovers) == []
    assert len(left(engine, name)) == 2, "it was given a lease since somebody looked"
    _end_leases(engine, name)
    assert pruning.remove(engine, leftovers) == []
    assert left(engine, name) == []


def _end_leases(engine: docker.DockerClient, name: str) -> None:
    for lease in engine.volumes.list(filters=labels.ours(name, "lease")):
        lease.remove()


@pytest.mark.integration
def test_without_a_terminal_and_without_yes_it_only_tells(
    engine: docker.DockerClient, two: list[Image]
) -> None:
    said = run_here("env", "prune")
    assert said.returncode == 0
    older = min(two, key=lambda image: image.tag)
    assert f"image {older.tag}: a newer one was made" in said.stderr
    assert "nothing was removed; `peakproof env prune --yes`" in said.stderr
    assert engine.images.get(older.tag).id == older.id
