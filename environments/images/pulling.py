"""Images of others, by reference: found in the engine, else pulled as `docker pull` would, with its logins.

The logins are those of the person's own Docker client (its config.json and credential helpers); nothing here
logs in anywhere.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import docker
from docker.errors import APIError, DockerException, ImageNotFound

from environments.docker_errors import mapped, meaning
from environments.images.progress import ImageProgress, Report, State
from environments.references import registry
from foundation.errors import InputError, Interrupted, PeakproofError, Unavailable

_MEGABYTE = 1000**2
# What registries and engines say, old ones and new; the first that fits is the answer.
_ELSEWHERE = re.compile(
    r"no matching manifest|cannot be used on this platform|does not match the", re.IGNORECASE
)
_DENIED = re.compile(
    r"pull access denied|unauthorized|authentication required|no basic auth|denied:|insufficient_scope",
    re.IGNORECASE,
)
_NOWHERE = re.compile(r"manifest unknown|not found|name unknown|name_unknown|does not exist", re.IGNORECASE)
_UNREACHED = re.compile(
    r"no such host|connection refused|i/o timeout|network is unreachable|TLS handshake|x509|HTTPS client"
    r"|server misbehaving|request canceled|deadline exceeded|EOF",
    re.IGNORECASE,
)
_HELPER = re.compile(r"credential|docker-credential", re.IGNORECASE)


def found(client: docker.DockerClient, reference: str) -> str | None:
    """The id of an image that the engine has. Raises InputError where it is of another platform."""
    with mapped(f"looking for the image {reference}"):
        try:
            image = client.images.get(reference)
        except ImageNotFound:
            return None
        there, here = platform_of(image.attrs), platform_of(client.version())
    if there != here:
        raise _of_another_platform(reference, there, here)
    return str(image.id)


def platform_of(told: Mapping[str, object]) -> str:
    """What Docker says of an image or an engine, as linux/amd64."""
    return f"{told.get('Os')}/{told.get('Architecture') or told.get('Arch')}"


def pull(client: docker.DockerClient, reference: str, report: Report, stop: threading.Event) -> str:
    """Pulls an image; returns its id. Raises InputError, Unavailable, Interrupted when `stop` is set."""
    progress = _Layers(reference)
    report(progress.news())
    try:
        for event in client.api.pull(reference, stream=True, decode=True):
            if stop.is_set():
                raise Interrupted(f"interrupted while pulling the image {reference}")
            if "error" in event:
                raise failure(reference, str(event["error"]), client)
            if progress.takes(event):
                report(progress.news())
    except (APIError, ImageNotFound) as error:
        raise failure(reference, str(error.explanation or error), client) from error
    except DockerException as error:
        raise failure(reference, str(error), client) from error
    image = found(client, reference)
    if image is None:
        raise Unavailable(f"the image {reference} was pulled and is not there", hint="run the command again")
    return image


def failure(reference: str, said: str, client: docker.DockerClient) -> PeakproofError:
    """What an engine, a registry or a credential helper said, for people."""
    host, detail = registry(reference), [said.strip()]
    where = host or "Docker Hub"
    if _ELSEWHERE.search(said):
        with mapped("asking Docker for its platform"):
            return _of_another_platform(reference, None, platform_of(client.version()))
    if _DENIED.search(said):
        return Unavailable(
            f"the image {reference} cannot be pulled: {where} wants a login for it, or has no such image",
            hint=f"`{f'docker login {host}'.strip()}`, then run the same command again; or correct the name",
            detail=detail,
        )
    if _UNREACHED.search(said):
        return Unavailable(
            f"the image {reference} cannot be pulled: {where} does not answer as a registry",
            hint=f"try `docker pull {reference}`; where there is no network, `docker load` brings an image",
            detail=detail,
        )
    if _NOWHERE.search(said):
        what = f"there is no image {reference}"
        return InputError(what, hint=f"correct its name or tag: {where} says it has none such")
    if _HELPER.search(said):
        return Unavailable(
            f"the image {reference} cannot be pulled: the login for {where} cannot be read",
            hint="see `credsStore` and `credHelpers` in Docker's config.json (~/.docker, or DOCKER_CONFIG)",
            detail=detail,
        )
    return meaning(said, doing=f"pulling the image {reference}")


def _of_another_platform(reference: str, there: str | None, here: str) -> InputError:
    removes = f"; `docker image rm {reference}` removes the one that is here" if there else ""
    of = there or "other platforms"
    return InputError(
        f"the image {reference} is of {of}, and this Docker Engine runs {here}",
        hint=f"name a tag or a digest of {here}{removes}",
    )


@dataclass(kw_only=True)
class _Bytes:
    done: int = 0
    of: int = 0


@dataclass
class _Layers:
    """How far a pull is: megabytes of the layers that it knows of."""

    reference: str
    layers: dict[str, _Bytes] = field(default_factory=dict)
    told: int = -1

    def takes(self, event: Mapping[str, object]) -> bool:
        """Whether the event is news worth telling: another megabyte."""
        detail, layer = event.get("progressDetail"), str(event.get("id"))
        if event.get("status") == "Downloading" and isinstance(detail, Mapping) and detail.get("total"):
            self.layers[layer] = _Bytes(done=int(detail["current"]), of=int(detail["total"]))
        if event.get("status") in ("Download complete", "Pull complete") and layer in self.layers:
            self.layers[layer].done = self.layers[layer].of
        before, self.told = self.told, self._done()
        return self.told != before

    def news(self) -> ImageProgress:
        total = sum(layer.of for layer in self.layers.values()) // _MEGABYTE
        done = self._done()
        return ImageProgress(
            name=self.reference,
            state=State.PULLING,
            step=min(done, total) + 1,
            steps=total + 1,
            doing=f"{done} MB of {total} MB" if total else "asking its registry",
        )

    def _done(self) -> int:
        return sum(layer.done for layer in self.layers.values()) // _MEGABYTE
