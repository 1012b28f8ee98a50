"""Whatever a company set for Testcontainers: it changes no image, reaches no engine and logs in nowhere."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environments.commanding import surroundings

PROGRAM = """
from environments.containers.bare import BareContainer
client = object()
made = BareContainer("sha256:0123", client)
assert made.get_docker_client().client is client
print(made.image)
"""

SETTINGS = {
    "TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX": "mirror.example/",
    "DOCKER_AUTH_CONFIG": json.dumps({"auths": {"https://registry.example": {"auth": "dTpw"}}}),
    "TC_POOLING_INTERVAL": "x",
    "TC_MAX_TRIES": "often",
    "TESTCONTAINERS_CONNECTION_MODE": "by post",
}


def test_no_setting_of_testcontainers_counts(tmp_path: Path) -> None:
    """With a file beside, as Testcontainers Desktop writes it, and an engine that nobody must ask."""
    with socket.create_server(("127.0.0.1", 0)) as engine:
        engine.setblocking(False)
        address = f"tcp://127.0.0.1:{engine.getsockname()[1]}"
        (tmp_path / ".testcontainers.properties").write_text(f"tc.host={address}\n")
        env = surroundings({**SETTINGS, "HOME": str(tmp_path), "DOCKER_HOST": address})
        said = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, timeout=60
        )
        assert said.stdout == "sha256:0123\n", said.stderr
        with pytest.raises(BlockingIOError):
            engine.accept()
