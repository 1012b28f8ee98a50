"""The one edge where Docker's errors become ours, cause kept. Decides by what Docker said; never retries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
import urllib3
from docker.errors import DockerException, NotFound, StreamParseError

from foundation.errors import PeakproofError, Refused, Unavailable


class SubnetTaken(Unavailable):
    """Another network has these addresses: perhaps one that was made a moment ago."""


@dataclass(frozen=True, kw_only=True)
class _Meaning:
    says: re.Pattern[str]
    what: str
    hint: str
    error: type[PeakproofError] = Unavailable


def _meaning(says: str, what: str, hint: str, error: type[PeakproofError] = Unavailable) -> _Meaning:
    return _Meaning(says=re.compile(says, re.IGNORECASE), what=what, hint=hint, error=error)


# Searched in order in what Docker, requests and the kernel say; the first that fits is the answer.
_MEANINGS = (
    _meaning(
        r"no space left on device|not enough free space|disk quota exceeded",
        "the disk of the Docker Engine is full",
        "see `docker system df` and `df -h`; free some gigabytes, then run the same command again",
    ),
    _meaning(
        r"Install paramiko",
        "an engine over SSH cannot be used from here",
        "unset DOCKER_HOST, so that this machine's own Docker Engine is used",
    ),
    _meaning(
        r"port is already allocated|address already in use|ports are not available",
        "a port on this machine is taken",
        "end what listens on it (`ss -ltnp` shows it), then run the same command again",
    ),
    _meaning(
        r"PermissionError|permission denied while|\[Errno 13\]",
        "this user may not talk to Docker Engine",
        "add the user to the group docker (`sudo usermod -aG docker $USER`) and log in again, or use sudo",
    ),
    _meaning(
        r"FileNotFoundError|ConnectionRefusedError|ECONNREFUSED|\[Errno (2|111)\]|Name or service not known"
        r"|Failed to establish a new connection|NameResolutionError",
        "Docker Engine is not running",
        "start it: `sudo systemctl start docker` (`make rehearsal` installs and starts it where it may)",
    ),
    _meaning(
        r"cannot connect to the Docker daemon|RemoteDisconnected|ConnectionResetError|BrokenPipeError"
        r"|IncompleteRead",
        "Docker Engine stopped answering",
        "see its log (`journalctl -u docker`), start it again, then run the same command",
    ),
    _meaning(
        r"Pool overlaps|address pools have been fully subnetted|non-overlapping IPv4 address pool",
        "Docker has no free network addresses for the environment",
        "take down environments that are no longer needed (`peakproof env list`)",
        SubnetTaken,
    ),
    _meaning(
        r"cannot join secure network: required modules",
        "a host's kernel cannot encrypt the networks that reach across hosts",
        "load its modules (esp4, xfrm_user); or waive it: `swarm_encryption: none` in the site's `variables`",
    ),
    _meaning(
        r"is already in use by container",
        "the name is already taken by another container",
        "another command may be at work on the same environment: see `peakproof env list`",
        Refused,
    ),
    _meaning(
        r"cannot allocate memory|out of memory",
        "this machine has too little free memory",
        "close what is not needed, or choose a smaller definition",
    ),
)


_LIBRARYS = (
    DockerException,
    StreamParseError,
    requests.exceptions.RequestException,
    urllib3.exceptions.HTTPError,
)


@contextmanager
def mapped(doing: str) -> Iterator[None]:
    """Turns what Docker raises into Unavailable or Refused that says what was being done.

    `doing` completes "while …", such as "starting database-1". Works as a decorator too.
    """
    try:
        yield
    except _LIBRARYS as error:
        raise meaning(str(error), doing=doing, fallback=_fallback(error)) from error
    except (ConnectionError, TimeoutError) as error:
        raise meaning(f"{type(error).__name__}: {error}", doing=doing, fallback=str(error)) from error


def meaning(said: str, *, doing: str, fallback: str | None = None) -> PeakproofError:
    """The error for what Docker said; `fallback` is told to people where we know no better."""
    for known in _MEANINGS:
        if known.says.search(said):
            return known.error(f"{known.what} (while {doing})", hint=known.hint, detail=_evidence(said))
    return Unavailable(
        f"Docker refused while {doing}: {fallback or said}",
        hint="see the Docker Engine's log (`journalctl -u docker`)",
    )


def _fallback(error: Exception) -> str:
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    explanation = getattr(error, "explanation", None)
    if isinstance(error, NotFound):
        return f"gone in the meantime: {explanation or error}"
    return str(explanation or error)


def _evidence(said: str) -> list[str]:
    return [line.strip() for line in said.splitlines() if line.strip()][-3:]
