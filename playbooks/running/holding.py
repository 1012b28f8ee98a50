"""A site is worked on from one place at a time: each of its hosts is held, over SSH, while a run lasts.

A lock on this machine (locking.py) knows nothing of other machines and users. The one on a host is the
kernel's, on a file below /run: it is free as soon as the connection, or whoever held it, is gone.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from environments.site import Site
from foundation.errors import Refused, Unavailable
from playbooks import standing
from playbooks.running import locking
from playbooks.running.locking import Holder

_FILE = "/run/peakproof.lock"
_HELD = "held"
_SECONDS = 5.0  # for a connection to end
# What is read from stdin ends with this process, and with it the lock.
_SCRIPT = f"""exec 9>>{_FILE}
flock -n 9 || {{ cat {_FILE}; exit 0; }}
printf %s "$1" >{_FILE}
echo {_HELD}
cat >/dev/null
: >{_FILE}
"""


@dataclass(frozen=True, kw_only=True)
class _Hold:
    host: str
    process: subprocess.Popen[str]
    said: str


@contextmanager
def held(site: Site, hosts: Sequence[str], command: str) -> Iterator[None]:
    """Holds the hosts for the block. Raises Refused that says who has one of them, or Unavailable."""
    me = json.dumps(asdict(locking.me(command)))
    begun = [(host, _begun(site, host, me)) for host in hosts]
    try:
        holds = [_Hold(host=host, process=process, said=_line(process)) for host, process in begun]
        for hold in holds:
            if hold.said != _HELD:
                raise _lost(hold) if hold.process.wait(_SECONDS) else _refused(hold)
        yield
    finally:
        for _, process in begun:
            _end(process)


def _begun(site: Site, host: str, me: str) -> subprocess.Popen[str]:
    argv = standing.command(site, host, shlex.join(["sudo", "-n", "sh", "-c", _SCRIPT, "sh", me]))
    # Ctrl-C is not for it: what is on the way to the host is ended first.
    return subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    )  # fmt: skip


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired:  # the host is gone, or restarts
        process.kill()
        process.wait()


def _lost(hold: _Hold) -> Unavailable:
    hint = "`sudo -n true` must work there, and flock be installed (util-linux)"
    return Unavailable(f"host {hold.host} cannot be held: the connection ended", hint=hint)


def _refused(hold: _Hold) -> Refused:
    try:
        who = str(Holder(**json.loads(hold.said)))
    except (ValueError, TypeError):  # it is being written
        who = "somebody else"
    return Refused(f"host {hold.host} is being worked on by {who}", hint="wait for it, then run this again")
