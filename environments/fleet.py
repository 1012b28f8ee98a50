"""A site's Docker hosts, connected: host name -> engine. Starts and installs nothing.

The home host carries locks, manifests and the load generator, and is never a fault's target; each has a door.
It is this machine: the one host of a laptop's site, or one beside the hosts of a site elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import docker

from environments import ssh
from environments.docker_client import connect
from environments.docker_errors import mapped
from environments.ssh import Tunnel
from foundation.errors import PeakproofError, Unavailable

OLDEST_API = (1, 41)
"""Docker 20.10, Debian 12's: the oldest that environments are tested on."""


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """`hosts`: name -> the client of its engine, for nodes; `home`: the client of the home host."""

    home: docker.DockerClient
    hosts: Mapping[str, docker.DockerClient]
    tunnels: Sequence[Tunnel] = field(default=(), repr=False)

    def on(self, host: str) -> docker.DockerClient:
        """The engine of a host. Raises KeyError."""
        return self.hosts[host]

    @property
    def home_carries(self) -> bool:
        """Whether nodes stand at home: where the site is this machine."""
        return any(engine is self.home for engine in self.hosts.values())

    @property
    def engines(self) -> tuple[docker.DockerClient, ...]:
        """Every engine once, home first."""
        return (self.home, *(engine for engine in self.hosts.values() if engine is not self.home))


def connected(urls: Mapping[str, str | None], home: docker.DockerClient | None = None) -> Fleet:
    """The hosts of a site, each asked whether it is well. `urls`: host -> its engine; None: this machine's.

    `home`: the client of this machine's engine, where there is one already. Raises Unavailable that names all
    that are not well.
    """
    if home is not None and set(urls.values()) <= {None}:
        return Fleet(home=home, hosts=dict.fromkeys(urls, home))
    with ThreadPoolExecutor(len(urls)) as pool:
        answered = pool.map(lambda name: _answer(name, urls[name]), urls)
        asked = dict(zip(urls, answered, strict=True))
    failures = {name: answer for name, answer in asked.items() if isinstance(answer, PeakproofError)}
    if failures:
        raise _told(failures)
    answers = [answer for answer in asked.values() if not isinstance(answer, PeakproofError)]
    hosts = {name: client for name, (client, _) in zip(asked, answers, strict=True)}
    tunnels = tuple(tunnel for _, tunnel in answers if tunnel is not None)
    own = [hosts[name] for name, url in urls.items() if url is None]
    return Fleet(home=home or (own[0] if own else connect()), hosts=hosts, tunnels=tunnels)


def _answer(name: str, url: str | None) -> tuple[docker.DockerClient, Tunnel | None] | PeakproofError:
    """The engine, or why there is none: connection, host key and login first, then its age."""
    tunnel = None
    try:
        if url is not None and url.startswith("ssh://"):
            tunnel = ssh.engine(url)
        client = connect(f"unix://{tunnel.at}" if tunnel else url)
        refuse_old(client, name)
    except PeakproofError as error:
        if tunnel is not None:
            tunnel.close()
        return error
    return client, tunnel


def refuse_old(client: docker.DockerClient, host: str) -> None:
    """Raises Unavailable where the engine does not answer or is older than 20.10."""
    with mapped(f"asking the engine of {host}"):
        version = client.version()
    if tuple(int(part) for part in version["ApiVersion"].split(".")) < OLDEST_API:
        raise Unavailable(
            f"the Docker Engine of {host} is {version['Version']}: too old",
            hint="environments need 20.10 (API 1.41) or newer",
        )


def _told(failures: Mapping[str, PeakproofError]) -> PeakproofError:
    """The one failure as it is, or all of them in one."""
    if len(failures) == 1:
        ((name, error),) = failures.items()
        return type(error)(f"host {name}: {error.what}", hint=error.hint, detail=error.detail)
    lines = _lines(failures)
    return Unavailable(
        f"{len(failures)} hosts of the site do not answer: {', '.join(failures)}", detail=list(lines)
    )


def _lines(failures: Mapping[str, PeakproofError]) -> Iterable[str]:
    for name, error in failures.items():
        yield f"{name}: {error.what}" + (f" ({error.hint})" if error.hint else "")
