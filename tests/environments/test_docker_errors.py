"""What Docker, its libraries and the kernel say becomes one of our errors, with what to do."""

from __future__ import annotations

import pytest
import requests
import urllib3
from docker.errors import APIError, DockerException, ImageNotFound, NotFound

from environments.docker_errors import mapped, meaning
from foundation.errors import PeakproofError, Refused, Unavailable

SAID = [
    ("Install paramiko package to enable ssh:// support", Unavailable, "over SSH", "unset DOCKER_HOST"),
    ("write /var/lib/docker/x: no space left on device", Unavailable, "disk", "docker system df"),
    ("Bind for 127.0.0.1:80 failed: port is already allocated", Unavailable, "port", "ss -ltnp"),
    ("listen tcp 127.0.0.1:80: bind: address already in use", Unavailable, "port", "ss -ltnp"),
    ("PermissionError(13, 'Permission denied')", Unavailable, "may not talk to Docker", "group docker"),
    ("FileNotFoundError(2, 'No such file or directory')", Unavailable, "not running", "start it"),
    ("ConnectionRefusedError(111, 'Connection refused')", Unavailable, "not running", "start it"),
    ("Remote end closed connection: RemoteDisconnected", Unavailable, "stopped answering", "start it again"),
    ("Pool overlaps with other one on this address space", Unavailable, "addresses", "env list"),
    ('name "/x" is already in use by container "y"', Refused, "name is already taken", "env list"),
    (
        "cannot join secure network: required modules to install IPSEC rules are missing on host",
        Unavailable,
        "kernel cannot encrypt",
        "swarm_encryption: none",
    ),
    ("fork/exec: cannot allocate memory", Unavailable, "memory", "smaller definition"),
]


@pytest.mark.parametrize(("said", "kind", "what", "hint"), SAID, ids=[row[0][:24] for row in SAID])
def test_what_docker_says_is_told_with_what_to_do(
    said: str, kind: type[PeakproofError], what: str, hint: str
) -> None:
    error = meaning(said, doing="starting api-1")
    assert type(error) is kind or isinstance(error, kind)
    assert what in str(error)
    assert "while starting api-1" in str(error)
    assert hint in str(error.hint)


def test_what_nobody_knows_is_told_as_docker_said_it() -> None:
    error = meaning("the moon is full", doing="starting api-1")
    assert "while starting api-1: the moon is full" in str(error)
    assert error.hint


@pytest.mark.parametrize(
    "raised",
    [
        DockerException("oops"),
        APIError("oops"),
        NotFound("oops"),
        ImageNotFound("oops"),
        requests.exceptions.ReadTimeout("oops"),
        requests.exceptions.ConnectionError("oops"),
        urllib3.exceptions.ProtocolError("oops"),
        ConnectionResetError("oops"),
        TimeoutError("oops"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_error_of_the_lower_libraries_is_mapped_with_its_cause(raised: Exception) -> None:
    with pytest.raises(PeakproofError) as caught, mapped("looking"):
        raise raised
    assert caught.value.__cause__ is raised


def test_our_own_errors_and_mistakes_pass_through() -> None:
    for error in (Refused("no"), KeyError("x"), KeyboardInterrupt()):
        with pytest.raises(type(error)) as caught, mapped("looking"):
            raise error
        assert caught.value is error
