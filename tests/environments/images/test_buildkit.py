"""BuildKit is asked as `docker build` asks it, by the engine's own builder, and only where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from environments.dockerfiles import for_any_buildkit
from environments.images import buildkit

MOUNT = "FROM x\nRUN --mount=type=cache,target=/c true\n"


def client(folder: Path, status: int) -> None:
    """A Docker client whose buildx answers with that status."""
    path = folder / "docker"
    path.write_text(f'#!/bin/sh\n[ "$1 $2" = "buildx version" ] && exit {status}\nexit 9\n')
    path.chmod(0o755)


@pytest.mark.parametrize(("status", "there"), [(0, True), (1, False)])
def test_it_is_there_where_the_client_has_buildx(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, there: bool
) -> None:
    client(tmp_path, status)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert (buildkit.available() is not None) is there


def test_without_a_client_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert buildkit.available() is None


def test_another_builder_that_a_person_chose_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILDX_BUILDER", "elsewhere")
    assert buildkit.environment(os.environ)["BUILDX_BUILDER"] == "default"


def test_its_oldest_version_is_spoken_to_and_keeps_what_it_knows() -> None:
    assert for_any_buildkit(MOUNT) == MOUNT
    assert for_any_buildkit("COPY --link a b\n") == "COPY a b\n"
    assert for_any_buildkit("RUN <<X\necho a\nX\n") == 'RUN ["/bin/sh", "-c", "echo a"]\n'
