"""The other images keep their contract: the right Python and user, HAProxy with a configuration."""

from __future__ import annotations

import io
import socket
import tarfile

import docker
import pytest

from environments.images import ensure
from tests.environments.images.running import create, until

pytestmark = pytest.mark.integration

HAPROXY = """\
defaults
    mode http
    timeout connect 1s
    timeout client 1s
    timeout server 1s
frontend all
    bind :80
    http-request return status 200 content-type text/plain string "balanced"
"""


def output(client: docker.DockerClient, image: str, *argv: str, user: str | None = None) -> str:
    tag = ensure([image], folders={}, client=client)[image].tag
    return client.containers.run(tag, list(argv), user=user, remove=True).decode().strip()


def test_python_is_3_13_and_has_a_user_called_app(client: docker.DockerClient) -> None:
    told = output(client, "python", "bash", "-c", "python3 -V; id -u app; python3 -c 'import ssl, sqlite3'")
    assert told.split("\n")[0].startswith("Python 3.13.")
    assert told.split("\n")[1:] == ["10001"]


def test_the_generator_has_its_packages_compiled(client: docker.DockerClient) -> None:
    code = "import locust, geventhttpclient as client; print(client.__cached__)"
    cached = output(client, "generator", "python3", "-c", code)
    assert output(client, "generator", "ls", cached) == cached


@pytest.mark.parametrize("image", ["base", "postgres"])
def test_images_carry_no_documentation_but_licences_and_no_package_lists(
    client: docker.DockerClient, image: str
) -> None:
    folders = ("/usr/share/man", "/usr/share/doc", "/var/lib/apt/lists", "/var/cache/apt/archives")
    found = output(client, image, "find", *folders, "-type", "f", "-not", "-name", "copyright", user="0")
    assert [path for path in found.split() if not path.endswith("/lock")] == []


def test_haproxy_serves_as_its_own_user_what_its_configuration_says(client: docker.DockerClient) -> None:
    tag = ensure(["haproxy"], folders={}, client=client)["haproxy"].tag
    assert client.images.get(tag).attrs["Config"]["User"] == "904:904"
    running = create(client, tag, port=80)
    try:
        running.container.put_archive("/etc/haproxy", _file("haproxy.cfg", HAPROXY))
        running.container.start()
        running.accepting()
        with socket.create_connection(running.inside, timeout=10) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = connection.makefile("rb").read()
        assert answer.endswith(b"balanced")
        running.container.stop(timeout=10)
        until(lambda: running.ended() in (0, 143), what=lambda: running.log)
    finally:
        running.container.remove(force=True, v=True)


def _file(name: str, text: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(text), 0o644
        tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()
