"""The command as a process of its own, and what it leaves in Docker: for tests of what a person would see."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import docker

from environments import labels
from environments.lookup import PACKAGE
from foundation import console
from peakproof.cli import app

COMMAND = (sys.executable, "-c", "from peakproof.cli import main; main()")


def surroundings(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command that is run from anywhere."""
    return {**os.environ, "PYTHONPATH": str(PACKAGE), "COLUMNS": "200", **(extra or {})}


def run(
    *arguments: str, env: Mapping[str, str] | None = None, cwd: Path = PACKAGE, within: float = 120
) -> subprocess.CompletedProcess[str]:
    """`peakproof ARGUMENTS`, to its end; it must come `within` so many seconds."""
    return subprocess.run(
        [*COMMAND, *arguments], env=surroundings(env), cwd=cwd, capture_output=True, text=True, timeout=within
    )


def run_here(*arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The same in this process, where starting one would cost more than the test."""
    out, err = io.StringIO(), io.StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    with (
        patch.dict(os.environ, {"COLUMNS": "200", **(env or {})}),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        status = console.run(app, arguments)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())


def begin(*program: str) -> subprocess.Popen[str]:
    """A process of its own whose end the test decides."""
    return subprocess.Popen(
        program, env=surroundings(), cwd=PACKAGE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def eventually(condition: Callable[[], object], *, within: float, what: str) -> None:
    """Asks until the condition holds; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        time.sleep(0.1)


def left(client: docker.DockerClient, instance: str) -> list[str]:
    """The names of everything in Docker that carries the instance's label."""
    wanted: dict[str, str | list[str] | bool] = {"label": [f"{labels.INSTANCE}={instance}"]}
    containers = client.containers.list(all=True, filters=wanted, ignore_removed=True)
    networks, volumes = client.networks.list(filters=wanted), client.volumes.list(filters=wanted)
    return sorted(str(thing.name) for things in (containers, networks, volumes) for thing in things)
