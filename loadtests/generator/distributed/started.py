"""The commands that start a load's workers, over SSH or on this machine. They end with the load."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from typing import IO

from gevent import subprocess

from foundation import modules
from loadtests.distributed import starting

_GOODBYE = 10.0  # seconds to end by themselves


class Started:
    """Commands by what people call them; each is one process of ours."""

    def __init__(self, commands: Sequence[tuple[str, Sequence[str]]]) -> None:
        self._running = [
            (name, _process(argv, said), said)
            for name, argv in commands
            for said in [tempfile.TemporaryFile("w+")]  # noqa: SIM115 - closed when the command has ended
        ]

    def failed(self) -> tuple[str, str] | None:
        """Which command ended already, why, and what to do; None while all run."""
        for name, process, said in self._running:
            if (status := process.poll()) is not None:
                said.seek(0)
                what, hint = starting.ended(status, said.read())
                return f"{name}: {what}", hint
        return None

    def end(self) -> None:
        """Waits until they have ended, as a dismissed worker does; ends those that do not."""
        for _, process, said in self._running:
            try:
                process.wait(timeout=_GOODBYE)
            except subprocess.TimeoutExpired:
                process.terminate()
            said.close()


def _process(argv: Sequence[str], said: IO[str]) -> subprocess.Popen:
    return subprocess.Popen(
        [*argv], stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=modules.environment()
    )


def nobody(_: int) -> Started:
    """Workers are started by hand."""
    return Started([])


def here(port: int, processes: int) -> Started:
    """Workers of this machine."""
    join = modules.command("loadtests.generator", "--join", f"127.0.0.1:{port}")
    return Started([("a process of this machine", join) for _ in range(processes)])


def over_ssh(port: int, hosts: Sequence[str], processes: int, command: str) -> Started:
    """Workers on other machines, each host through one SSH connection."""
    return Started([*_over_ssh(port, hosts, processes, command)])


def _over_ssh(
    port: int, hosts: Sequence[str], processes: int, command: str
) -> Iterator[tuple[str, Sequence[str]]]:
    for host in hosts:
        yield host, starting.over_ssh(host, port, processes, command)
