"""A Docker Engine over SSH: one connection that forwards the engine's socket to a socket of this machine.

Docker's own `ssh://` starts an ssh process for every connection of a pool, which sshd's MaxStartups refuses
under load, and its errors do not say which part failed. Uses the person's own ssh settings and keys, or those
of a file that the URL names: ssh://USER@HOST?config=FILE.
"""

from __future__ import annotations

import re
import shlex
import socket
import subprocess
import tempfile
import threading
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from environments import machine
from foundation.errors import PeakproofError, Refused, Unavailable

Local = Path | int
"""Where it is reached on this machine: a socket, or a port of the loopback address."""
SOCKET = "/var/run/docker.sock"
_CONNECT_SECONDS = 10
_DEADLINE = 20.0  # the connection, the host's key and the login together
_PAUSE = 0.02
_AGAIN = 0.5  # seconds until a connection that broke is tried again
# A host that is gone says nothing: after so many seconds of that its connection is broken.
_ALIVE = ("-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3")


@dataclass(frozen=True, kw_only=True)
class _Meaning:
    says: re.Pattern[str]
    what: str
    hint: str
    error: type[PeakproofError] = Unavailable


# Searched in order in what ssh prints; `{host}` is where it was to connect, `{ssh}` how by hand, `{forget}`
# what takes the known key out of the file where ssh found it, under the name that it has there.
_MEANINGS = (
    _Meaning(
        says=re.compile("REMOTE HOST IDENTIFICATION HAS CHANGED"),
        what="{host} has another host key than the one that is known",
        hint="if that is right, `{forget}` forgets the old one; if not, somebody stands between",
        error=Refused,
    ),
    _Meaning(
        says=re.compile("Host key verification failed|host key is known"),
        what="the host key of {host} is not known here",
        hint="compare it with the host's own, then `{ssh}` once by hand, or add it to known_hosts",
    ),
    _Meaning(
        says=re.compile("Permission denied|Too many authentication failures"),
        what="{host} refuses the login",
        hint="`{ssh}` must work without a question: is the key in the agent, and the user right?",
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
        hint="is it up, does sshd listen there, and does no firewall stand between? `{ssh}` tells",
    ),
)


class Tunnel:
    """A forwarded socket or port, `at`. It stands until `close`, or until this process is gone.

    A connection that breaks is made anew, for as long as it takes: a host that was away may come back.
    """

    def __init__(self, at: Local, connection: _Connection) -> None:
        self.at = at
        self._end = weakref.finalize(self, connection.end)

    def close(self) -> None:
        """Ends the connection; twice is fine."""
        self._end()


class _Connection:
    """The ssh process, and the thread that starts the next one when it ends by itself."""

    def __init__(self, argv: list[str], folder: tempfile.TemporaryDirectory[str]) -> None:
        self._argv, self._folder = argv, folder
        self._said = Path(folder.name) / "said"
        self._lock, self._over = threading.Lock(), threading.Event()
        self._process = _started(argv, self._said)
        self._watch = threading.Thread(target=self._keep, name="ssh", daemon=True)

    @property
    def failed(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def said(self) -> str:
        """What ssh printed."""
        return self._said.read_text(errors="replace")

    def keep(self) -> None:
        """From now on it is made anew when it breaks."""
        self._watch.start()

    def end(self) -> None:
        """Ends it, and leaves nothing."""
        with self._lock:
            self._over.set()
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.terminate()
        self._process.wait()
        if self._watch.is_alive() and self._watch is not threading.current_thread():
            self._watch.join()
        self._folder.cleanup()

    def _keep(self) -> None:
        while True:
            self._process.wait()
            if self._over.wait(_AGAIN):
                return
            with self._lock:
                if not self._over.is_set():
                    self._process = _started(self._argv, self._said)


def engine(url: str) -> Tunnel:
    """The engine's socket at ssh://[USER@]HOST[:PORT][/SOCKET][?config=FILE].

    Raises Unavailable or Refused that says which part failed: name, network, host key, login.
    """
    where, folder = urlsplit(url), tempfile.TemporaryDirectory(prefix="peakproof-ssh-")
    remote = where.path if where.path not in ("", "/") else SOCKET
    return _forwarded(where, Path(folder.name) / "docker.sock", remote, folder)


def configured(url: str, config: Path) -> str:
    """The URL with the file that `ssh -F` is to read."""
    return urlsplit(url)._replace(query=urlencode({"config": str(config)}, safe="/")).geturl()


def plain(url: str) -> str:
    """The URL without it, as others know it."""
    return urlsplit(url)._replace(query="").geturl()


def options(url: str) -> list[str]:
    """What ssh is told besides where to go: -F FILE, or nothing."""
    configs = parse_qs(urlsplit(url).query).get("config", [])
    return [word for config in configs for word in ("-F", str(Path(config).expanduser()))]


def port(url: str, number: int) -> Tunnel:
    """A loopback port of the host, at one of this machine. Raises as `engine` does."""
    folder = tempfile.TemporaryDirectory(prefix="peakproof-ssh-")
    return _forwarded(urlsplit(url), machine.free_port(), f"127.0.0.1:{number}", folder)


def _forwarded(
    where: SplitResult, local: Local, remote: str, folder: tempfile.TemporaryDirectory[str]
) -> Tunnel:
    connection = _Connection(command(where, local, remote), folder)
    tunnel = Tunnel(local, connection)
    deadline = time.monotonic() + _DEADLINE
    while not _accepts(local):
        if connection.failed or time.monotonic() > deadline:
            text = connection.said()
            tunnel.close()
            raise meaning(text, target(where), options(where.geturl()))
        time.sleep(_PAUSE)
    connection.keep()
    return tunnel


def _started(argv: list[str], said: Path) -> subprocess.Popen[bytes]:
    try:
        with said.open("wb") as stderr:
            # `cat` ends when its input does: with this process, even after SIGKILL. Ctrl-C is not for the
            # connection, through which what stands is still taken down.
            return subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
            )
    except FileNotFoundError as error:
        raise Unavailable(
            "this machine has no ssh, by which hosts elsewhere are reached",
            hint="install it: `sudo apt-get install openssh-client`",
        ) from error


def command(where: SplitResult, local: Local, remote: str) -> list[str]:
    """ssh's argv: no question is asked, and nothing is shared with connections of the person's own."""
    here = str(local) if isinstance(local, Path) else f"127.0.0.1:{local}"
    return [
        "ssh",
        *options(where.geturl()),
        *("-o", "BatchMode=yes", "-o", f"ConnectTimeout={_CONNECT_SECONDS}", "-o", "ControlPath=none"),
        *("-o", "ExitOnForwardFailure=yes", "-o", "StreamLocalBindUnlink=yes", "-o", "LogLevel=ERROR"),
        *_ALIVE,
        *("-L", f"{here}:{remote}"),
        *(("-p", str(where.port)) if where.port else ()),
        *("--", target(where), "cat"),
    ]


def target(where: SplitResult) -> str:
    """Whom ssh is to reach: HOST, or USER@HOST."""
    return f"{where.username}@{where.hostname}" if where.username else str(where.hostname)


def meaning(said: str, host: str, settings: Sequence[str] = ()) -> PeakproofError:
    """The error for what ssh printed. `settings`: what `options` said, without which it is another ssh."""
    by_hand = shlex.join(["ssh", *settings, host])
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for known in _MEANINGS:
        if known.says.search(said):
            return known.error(
                known.what.format(host=host),
                hint=known.hint.format(ssh=by_hand, forget=_forget(said, host)),
                detail=lines[-3:],
            )
    return Unavailable(f"no connection to {host}", hint=f"`{by_hand}` tells more", detail=lines[-3:])


def _forget(said: str, host: str) -> str:
    file = re.search(r"Offending \S+ key in (.+):\d+", said)
    name = re.search(r"[Hh]ost key for (\S+) has changed", said)
    known = ["-f", file[1]] if file else []
    return shlex.join(["ssh-keygen", *known, "-R", name[1] if name else host.rpartition("@")[2]])


def _accepts(local: Local) -> bool:
    unix = isinstance(local, Path)
    with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as client:
        try:
            client.connect(str(local) if unix else ("127.0.0.1", local))
        except OSError:
            return False
    return True
