"""Images by reference: found, or pulled with the person's own logins; what is in the way is told."""

from __future__ import annotations

import base64
import io
import json
import tarfile
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import docker
import pytest
from docker.errors import APIError

from environments.docker_client import connect
from environments.images import ImageProgress, State, ensure, pulling
from foundation.errors import InputError, PeakproofError, Unavailable
from tests.environments.images.distribution import serving

LOGIN = "clerk:correct horse"


def answer(said: str, reference: str = "registry.example/acme/x:1") -> PeakproofError:
    return pulling.failure(reference, said, docker.DockerClient())


@pytest.mark.parametrize(
    ("said", "error", "told"),
    [
        ("manifest for acme/x:1 not found: manifest unknown", InputError, "there is no image"),
        ("pull access denied for acme/x, may require 'docker login'", Unavailable,
         "wants a login for it, or has no such image"),
        ("Head https://registry.example/v2/: no basic auth credentials", Unavailable, "wants a login"),
        ("unauthorized: authentication required", Unavailable, "wants a login"),
        ("Get https://registry.example/v2/: dial tcp: lookup registry.example: no such host", Unavailable,
         "does not answer as a registry"),
        ("dial tcp 127.0.0.1:5000: connect: connection refused", Unavailable, "does not answer"),
        ("x509: certificate signed by unknown authority", Unavailable, "does not answer as a registry"),
        ("http: server gave HTTP response to HTTPS client", Unavailable, "does not answer as a registry"),
        ("Credentials store error: StoreError('docker-credential-x not installed')", Unavailable,
         "the login for registry.example cannot be read"),
        ("write /var/lib/docker/tmp/x: no space left on device", Unavailable, "the disk"),
        ("something new", Unavailable, "something new"),
    ],
)  # fmt: skip
def test_what_is_in_the_way_is_told_as_what_it_is(said: str, error: type[PeakproofError], told: str) -> None:
    found = answer(said)
    assert type(found) is error
    assert told in str(found)


def test_docker_hub_is_logged_in_to_without_a_name() -> None:
    assert "`docker login`" in (answer("pull access denied", "acme/x:1").hint or "")
    assert "`docker login registry.example`" in (answer("pull access denied").hint or "")


@pytest.fixture
def image(client: docker.DockerClient) -> Iterator[str]:
    """The id of an image of one file, which nobody else has."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        content = uuid.uuid4().hex.encode()
        info = tarfile.TarInfo("file")
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    made = client.api.import_image_from_data(archive.getvalue(), repository="test/made", tag="1")
    identity = str(json.loads(made)["status"])
    yield identity
    with suppress(APIError):
        client.images.remove(identity, force=True)


def gone(client: docker.DockerClient, image: str) -> None:
    client.images.remove(image, force=True)


def pulled(client: docker.DockerClient, reference: str) -> str:
    try:
        return ensure([reference], folders={}, client=client)[reference].id
    finally:
        with suppress(APIError):
            client.images.remove(reference, force=True)


@pytest.mark.integration
class TestPulling:
    def test_an_image_that_is_there_is_not_asked_for_elsewhere(
        self, client: docker.DockerClient, image: str
    ) -> None:
        client.images.get(image).tag("127.0.0.1:9/nobody/there", "1")
        found = ensure(["127.0.0.1:9/nobody/there:1"], folders={}, client=client)
        assert found["127.0.0.1:9/nobody/there:1"].id == image
        assert found["127.0.0.1:9/nobody/there:1"].seconds is None

    def test_one_that_is_not_there_is_pulled_by_its_tag(
        self, client: docker.DockerClient, image: str
    ) -> None:
        told: list[ImageProgress] = []
        with serving() as registry:
            reference = registry.push(client, image, "acme/x", "1.2")
            gone(client, image)
            found = ensure([reference], folders={}, client=client, progress=told.append)[reference]
        assert found.id == image
        assert found.seconds is not None
        assert {State.WAITING, State.PULLING, State.DONE} <= {news.state for news in told}

    def test_a_digest_is_pulled_as_it_is_said(self, client: docker.DockerClient, image: str) -> None:
        with serving() as registry:
            registry.push(client, image, "acme/x", "1.2")
            gone(client, image)
            reference = f"{registry.host}/acme/x@{registry.digest('acme/x', '1.2')}"
            assert pulled(client, reference) == image

    def test_a_tag_that_is_nowhere_is_told(self, client: docker.DockerClient) -> None:
        with serving() as registry, pytest.raises(InputError, match="there is no image") as caught:
            pulled(client, f"{registry.host}/acme/x:9")
        assert registry.host in (caught.value.hint or "")

    def test_an_image_of_another_platform_alone_is_told(
        self, client: docker.DockerClient, image: str
    ) -> None:
        with serving() as registry:
            reference = registry.push(client, image, "acme/x", "1", platform="linux/s390x")
            gone(client, image)
            with pytest.raises(InputError, match=r"other platforms, and this Docker Engine runs linux/"):
                pulled(client, reference)

    def test_a_login_that_is_wanted_is_told_with_what_to_do(
        self, client: docker.DockerClient, image: str
    ) -> None:
        with serving(LOGIN) as registry:
            reference = registry.push(client, image, "acme/x", "1")
            gone(client, image)
            with pytest.raises(Unavailable, match="wants a login") as caught:
                pulled(client, reference)
        assert f"docker login {registry.host}" in (caught.value.hint or "")

    def test_the_persons_own_login_is_used(
        self, client: docker.DockerClient, image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with serving(LOGIN) as registry:
            reference = registry.push(client, image, "acme/x", "1")
            gone(client, image)
            auth = {"auth": base64.b64encode(LOGIN.encode()).decode()}
            configured(tmp_path, monkeypatch, {"auths": {registry.host: auth}})
            assert pulled(connect(), reference) == image

    def test_their_credential_helper_is_asked(
        self, client: docker.DockerClient, image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user, _, password = LOGIN.partition(":")
        helper = tmp_path / "docker-credential-of-this-test"
        said = json.dumps({"Username": user, "Secret": password})
        helper.write_text(f"#!/bin/sh\nread server\necho '{said}'\n")
        helper.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        with serving(LOGIN) as registry:
            reference = registry.push(client, image, "acme/x", "1")
            gone(client, image)
            configured(tmp_path, monkeypatch, {"credHelpers": {registry.host: "of-this-test"}})
            assert pulled(connect(), reference) == image

    @pytest.mark.filterwarnings("ignore:docker-credential-of-nobody not installed")
    def test_a_helper_that_is_not_there_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with serving(LOGIN) as registry:
            configured(tmp_path, monkeypatch, {"credHelpers": {registry.host: "of-nobody"}})
            with pytest.raises(Unavailable, match=r"the login for .* cannot be read"):
                pulled(connect(), f"{registry.host}/acme/x:1")

    def test_settings_of_testcontainers_change_nothing(
        self, client: docker.DockerClient, image: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DOCKER_AUTH_CONFIG", "no JSON at all")
        monkeypatch.setenv("TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX", "127.0.0.1:9/")
        with serving() as registry:
            reference = registry.push(client, image, "acme/x", "1")
            gone(client, image)
            assert pulled(connect(), reference) == image


def configured(folder: Path, monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    """The person's Docker client is set up so."""
    (folder / "config.json").write_text(json.dumps(settings))
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
