"""Images travel to other hosts as one stream for each, only those that a host lacks. Builds nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import docker
from docker.errors import ImageNotFound

from environments.docker_errors import mapped
from environments.fleet import Fleet
from environments.images.progress import ImageProgress, Report, State, silent

_CHUNK = 1024**2
_MEGABYTE = 1000**2
_TELL = 16 * _CHUNK
"""Bytes between two pieces of news."""


def spread(fleet: Fleet, ids: Iterable[str], report: Report = silent) -> dict[str, int]:
    """Brings images of the home engine to every host, side by side. Returns host -> how many it lacked."""
    wanted = sorted(set(ids))
    away = {host: engine for host, engine in fleet.hosts.items() if engine is not fleet.home}
    if not away:
        return {}
    with ThreadPoolExecutor(len(away)) as pool:
        counts = pool.map(lambda host: _bring(fleet.home, host, away[host], wanted, report), away)
        return {host: count for host, count in zip(away, counts, strict=True) if count}


def _bring(
    home: docker.DockerClient, host: str, engine: docker.DockerClient, wanted: Sequence[str], report: Report
) -> int:
    with mapped(f"bringing images to {host}"):
        lacking = [identity for identity in wanted if not _has(engine, identity)]
        if lacking:
            most = sum(int(home.images.get(identity).attrs["Size"]) for identity in lacking)
            stream = told(_saved(home, lacking), host, most, report)
            engine.images.load(stream)  # type: ignore[arg-type] # it is streamed
            report(ImageProgress(name=f"to {host}", state=State.DONE))
    return len(lacking)


def told(stream: Iterable[bytes], host: str, most: int, report: Report) -> Iterator[bytes]:
    """The stream, and news of how far it is. `most`: bytes of all images, some of which share layers."""
    sent, next_ = 0, 0
    for chunk in stream:
        if sent >= next_:
            report(_sending(host, sent, most))
            next_ = sent + _TELL
        sent += len(chunk)
        yield chunk


def _sending(host: str, sent: int, most: int) -> ImageProgress:
    """Steps are megabytes, counted from 1."""
    done, of = sent // _MEGABYTE, most // _MEGABYTE
    return ImageProgress(
        name=f"to {host}",
        state=State.SENDING,
        step=min(done, of) + 1,
        steps=of + 1,
        doing=f"{done} MB of {of} MB at most",
    )


def _has(engine: docker.DockerClient, identity: str) -> bool:
    try:
        engine.images.get(identity)
    except ImageNotFound:
        return False
    return True


def _saved(engine: docker.DockerClient, ids: list[str]) -> Iterator[bytes]:
    """`docker save` of several images: layers that they share are in it once."""
    # docker-py's own call takes one image; Docker takes several.
    api = engine.api
    response = api.get(f"{api.base_url}/v{api.api_version}/images/get", params={"names": ids}, stream=True)
    response.raise_for_status()
    return iter(response.iter_content(_CHUNK))
