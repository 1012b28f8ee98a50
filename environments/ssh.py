"""A Docker Engine over SSH: one connection that forwards the engine's socket to a socket of this machine.

Docker's own `ssh://` starts an ssh process for every connection of a pool, which sshd's MaxStartups refuses
under load, and its errors do not say which part failed. Uses the person's own ssh settings and keys.
"""

from __future__ import annotations

import re
import socket
import subprocess
import tempfile
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from foundation.errors import PeakproofError, Refused, Unavailable

SOCKET = "/var/run/docker.sock"
_CONNECT_SECONDS = 10
_DEADLINE = 20.0  # the connection, the host's key and the login together
_PAUSE = 0.02


@dataclass(frozen=True, kw_only=True)
class _Meaning:
    says: re.Pattern[str]
    what: str
    hint: str
    error: type[PeakproofError] = Unavailable


# Searched in order in what ssh prints; `{host}` is where it was to connect.
_MEANINGS = (
    _Meaning(
        says=re.compile("REMOTE HOST IDENTIFICATION HAS CHANGED"),
        what="{host} has another host key than the one that is known",
        hint="if that is right, `ssh-keygen -R {name}` forgets the old one; if not, somebody stands between",
        error=Refused,
    ),
    _Meaning(
        says=re.compile("Host key verification failed|host key is known"),
        what="the host key of {host} is not known here",
        hint="compare it with the host's own, then `ssh {host}` once by hand, or add it to known_hosts",
    ),
    _Meaning(
        says=re.compile("Permission denied|Too many authentication failures"),
        what="{host} refuses the login",
        hint="`ssh {host}` must work without a question: is the key in the agent, and the user right?",
    ),
    _Meaning(
        says=re.compile("Could not resolve hostname|Name or service not known"),
        what="{host} has no address",
        hint="is its name right in the site's file?",
    ),
    _Meaning(
        says=re.compile(
            r"Connection (refused|timed out|reset|closed)|No route to host|unreachable|Operation timed out"
        ),
        what="{host} cannot be reached",
        hint="is it up, does sshd listen there, and does no firewall stand between? `ssh {host}` tells",
    ),
)


class Tunnel:
    """The forwarded socket. It stands until `close`, or until this process is gone, however it goes."""

    def __init__(self, process: subprocess.Popen[bytes], folder: tempfile.TemporaryDirectory[str]) -> None:
        self.socket = Path(folder.name) / "docker.sock"
        self._end = weakref.finalize(self, _ended, process, folder)

    @property
    def url(self) -> str:
        """For a Docker client of this machine."""
        return f"unix://{self.socket}"

    def close(self) -> None:
        """Ends the connection; twice is fine."""
        self._end()


def forward(url: str, *, options: Sequence[str] = ()) -> Tunnel:
    """Connects to ssh://[USER@]HOST[:PORT][/SOCKET]. `options` are more arguments of ssh.

    Raises Unavailable or Refused that says which part failed: name, network, host key, login.
    """
    where = urlsplit(url)
    folder = tempfile.TemporaryDirectory(prefix="peakproof-ssh-")
    said = Path(folder.name) / "said"
    with said.open("wb") as stderr:
        # `cat` ends when its input does: with this process, even after SIGKILL. Ctrl-C is not for the
        # connection, through which what stands is still taken down.
        process = subprocess.Popen(
            command(where, f"{folder.name}/docker.sock", options),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
        )
    tunnel = Tunnel(process, folder)
    deadline = time.monotonic() + _DEADLINE
    while not _accepts(tunnel.socket):
        if process.poll() is not None or time.monotonic() > deadline:
            text = said.read_text(errors="replace")
            tunnel.close()
            raise meaning(text, _target(where))
        time.sleep(_PAUSE)
    return tunnel


def command(where: SplitResult, local: str, options: Sequence[str] = ()) -> list[str]:
    """ssh's argv: no question is asked, and nothing is shared with connections of the person's own."""
    return [
        "ssh",
        *options,
        *("-o", "BatchMode=yes", "-o", f"ConnectTimeout={_CONNECT_SECONDS}", "-o", "ControlPath=none"),
        *("-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=15", "-o", "LogLevel=ERROR"),
        *("-L", f"{local}:{where.path if where.path not in ('', '/') else SOCKET}"),
        *(("-p", str(where.port)) if where.port else ()),
        *("--", _target(where), "cat"),
    ]


def meaning(said: str, host: str) -> PeakproofError:
    """The error for what ssh printed."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for known in _MEANINGS:
        if known.says.search(said):
            name = host.rpartition("@")[2]
            return known.error(
                known.what.format(host=host), hint=known.hint.format(host=host, name=name), detail=lines[-3:]
            )
    return Unavailable(f"no connection to {host}", hint=f"`ssh {host}` tells more", detail=lines[-3:])


def _target(where: SplitResult) -> str:
    return f"{where.username}@{where.hostname}" if where.username else str(where.hostname)


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


def _ended(process: subprocess.Popen[bytes], folder: tempfile.TemporaryDirectory[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    process.wait()
    folder.cleanup()
