"""Where an answer sends its reader: the next request of the same step, on the same target. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from loadtests.planning.targets import PORTS

STATUSES = frozenset({301, 302, 303, 307, 308})
MOST = 10
"""Redirects of one step; a browser gives up after 20, and a platform that needs ten is wrong."""
_PATH = "/%:@!$&'()*+,;=~-._?#[]"  # what stays as it is; the rest is quoted


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a request goes: `hosts` are all names of the target, with a port that is not the scheme's own."""

    scheme: str
    hosts: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Next:
    """The request that follows; `body`: it carries what the first one did."""

    method: str
    path: str
    body: bool


class Astray(ValueError):  # noqa: N818 - says what happened
    """A redirect that is not followed."""


def following(status: int, location: str, method: str, path: str, origin: Origin) -> Next:
    """What comes after a redirect of `method` at `path`. Raises Astray: it names no place, or another target.

    303 is read, and so is a POST that was moved by 301 or 302; 307 and 308 are sent again (RFC 9110, 15.4).
    """
    if not location:
        raise Astray(f"status {status} without a Location")
    try:
        parts = urlsplit(urljoin(f"{origin.scheme}://{min(origin.hosts)}{path}", location.strip()))
    except ValueError as error:
        raise Astray(f"status {status} with a Location that is no place") from error
    if parts.scheme != origin.scheme or _host(parts.scheme, parts.netloc) not in origin.hosts:
        raise Astray(f"a redirect to {parts.scheme}://{parts.netloc}, which is not the target")
    there = quote(parts.path or "/", safe=_PATH) + (
        f"?{quote(parts.query, safe=_PATH)}" if parts.query else ""
    )
    reads = status == 303 or (status in (301, 302) and method == "POST")
    if reads and method != "HEAD":
        return Next(method="GET", path=there, body=False)
    return Next(method=method, path=there, body=True)


def origin(scheme: str, *hosts: str) -> Origin:
    """The origin of a target that is called by these names, each with its port."""
    return Origin(scheme=scheme, hosts=frozenset(_host(scheme, host) for host in hosts if host))


def _host(scheme: str, netloc: str) -> str:
    """A host and its port, as it is compared."""
    host = netloc.rpartition("@")[2].lower()
    return host.removesuffix(f":{PORTS.get(scheme, 0)}")
