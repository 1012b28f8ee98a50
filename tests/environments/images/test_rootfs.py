"""The root file system: pulled where a registry answers; a registry's silence costs only seconds."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import docker
import pytest
from docker.errors import APIError

from environments.images import apt_sources, silent
from environments.images.apt_sources import Source
from environments.images.build import file_in
from environments.images.rootfs import Rootfs, reachable_without_certificates
from foundation.errors import Interrupted
from tests.environments.images.registry import serving

SOURCES = "/etc/apt/sources.list.d/debian.sources"
HTTP = Source(uri="http://mirror.example/debian", suite="trixie")
HTTPS = Source(uri="https://mirror.example/debian", suite="trixie-updates")


def test_a_mirror_that_needs_certificates_is_not_given_to_a_system_without_any() -> None:
    assert list(reachable_without_certificates([HTTP])) == [HTTP]
    assert list(reachable_without_certificates([HTTP, HTTPS])) == []


@pytest.mark.integration
class TestOnTheEngine:
    @pytest.fixture
    def tag(self, client: docker.DockerClient, name: str) -> Iterator[str]:
        tag = f"peakproof/{name}:trixie"
        yield tag
        with suppress(APIError):
            client.images.remove(tag)

    def rootfs(
        self, client: docker.DockerClient, tag: str, source: str, stop: threading.Event | None = None
    ) -> Rootfs:
        return Rootfs(
            tag=tag,
            refreshed="2026-01-01",
            client=client,
            report=silent,
            stop=stop or threading.Event(),
            pulled_from=source,
            silence=1.0,
        )

    def test_a_pulled_one_is_kept_under_our_tag_with_this_machines_mirror(
        self, client: docker.DockerClient, tag: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(apt_sources, "of_this_machine", lambda _: [HTTP])
        with serving({"etc/debian_version": "13.1\n"}) as source:
            image = self.rootfs(client, tag, source).make()
        client.images.remove(source)
        assert client.images.get(tag).id == image
        assert client.images.get(tag).labels == {"peakproof.refreshed": "2026-01-01"}
        assert file_in(client, image, SOURCES).decode() == apt_sources.deb822([HTTP])
        assert file_in(client, image, "/etc/debian_version") == b"13.1\n"

    def test_a_registry_that_refuses_is_no_reason_to_wait(
        self, client: docker.DockerClient, tag: str
    ) -> None:
        with serving({}) as source:
            assert not self.rootfs(client, tag, source.replace("trixie-slim", "absent")).pulled()

    def test_a_registry_that_keeps_silent_is_given_up(self, client: docker.DockerClient, tag: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silence:
            source = f"127.0.0.1:{silence.getsockname()[1]}/debian:trixie-slim"
            assert not self.rootfs(client, tag, source).pulled()

    def test_being_told_to_stop_ends_the_wait(self, client: docker.DockerClient, tag: str) -> None:
        stop = threading.Event()
        stop.set()
        with socket.create_server(("127.0.0.1", 0)) as silence:
            source = f"127.0.0.1:{silence.getsockname()[1]}/debian:trixie-slim"
            with pytest.raises(Interrupted):
                self.rootfs(client, tag, source, stop).pulled()
