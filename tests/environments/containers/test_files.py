"""Files go into containers as archives, owned by the user that the process runs as."""

from __future__ import annotations

import io
import tarfile

import pytest
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from environments.containers import files


def test_an_archive_holds_each_file_with_its_mode_and_owner() -> None:
    packed = files.archive(
        [("/run/secrets/a", b"secret", 0o400), ("/etc/b.cfg", "zażółć".encode(), 0o644)], owner=10001
    )
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        members = {member.name: member for member in tar.getmembers() if member.isfile()}
        content = {name: tar.extractfile(member).read() for name, member in members.items()}  # type: ignore[union-attr]
    assert content == {"run/secrets/a": b"secret", "etc/b.cfg": "zażółć".encode()}
    assert {(member.uid, member.gid) for member in members.values()} == {(10001, 10001)}
    assert {name: member.mode for name, member in members.items()} == {
        "run/secrets/a": 0o400,
        "etc/b.cfg": 0o644,
    }


@pytest.mark.parametrize(
    "error",
    [
        NotFound("no such container"),
        APIError("can not get logs from container which is dead or marked for removal"),
    ],
)
def test_of_a_container_that_another_command_removes_the_log_is_empty(
    monkeypatch: pytest.MonkeyPatch, error: APIError
) -> None:
    def gone(_: Container, **__: object) -> bytes:
        raise error

    monkeypatch.setattr(Container, "logs", gone)
    assert files.tail(Container(), 20) == ""
