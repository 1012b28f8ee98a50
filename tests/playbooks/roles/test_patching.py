"""What ran on a host is kept in mind until it runs again, or is known to be gone."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from playbooks.specs import ROLES

pytestmark = pytest.mark.integration

SCRIPT = ROLES / "patching" / "files" / "peakproof-containers"


GONE = "0123456789ab"


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """The list of a run that stopped one container."""
    (tmp_path / "script").write_text(SCRIPT.read_text().replace("/var/lib/peakproof", str(tmp_path)))
    listed = tmp_path / "containers-that-ran"
    listed.write_text(f"{GONE}\n")
    return listed


def done(ran: Path, *words: str, **environment: str) -> int:
    argv = ["sh", str(ran.with_name("script")), *words]
    return subprocess.run(argv, env={**os.environ, **environment}, capture_output=True).returncode


def test_a_container_that_was_removed_meanwhile_is_nobodys_matter(ran: Path) -> None:
    assert done(ran, "stop") == 0
    assert done(ran, "start", "0") == 0
    assert not ran.exists()


@pytest.mark.parametrize("words", [("start", "0"), ("stop",)])
def test_an_engine_that_does_not_answer_is_no_proof_that_containers_are_gone(
    ran: Path, words: tuple[str, ...]
) -> None:
    """Docker's own client, and nobody at the engine's socket: as after an upgrade that broke the engine."""
    assert done(ran, *words, DOCKER_HOST=f"unix://{ran.parent}/nowhere.sock") != 0
    assert ran.read_text() == f"{GONE}\n"
