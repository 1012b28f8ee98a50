"""Puts a fault in force: a helper container beside the target, which undoes it when it is told to end."""

from __future__ import annotations

import contextlib
import json
import math
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import docker
import requests
import urllib3
from docker.errors import APIError, DockerException, NotFound
from docker.models.containers import Container

from environments import labels
from environments.containers.files import archive
from environments.containers.reaper import SOCKET, agent_files
from environments.containers.removing import unless_gone
from environments.docker_errors import mapped
from environments.faults.fault import Fault, Moment, Post
from foundation.errors import Refused

UNDO_SECONDS = 30
DOCUMENT = "/agent/fault.json"


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What faults are put in force with: image ids by folder name, and what this machine is capable of."""

    images: Mapping[str, str]
    can: frozenset[str] = frozenset()


class FaultHelper:
    """A fault's helper. `apply` puts the fault in force, `end` undoes it, `moments` says when what was done.

    Made before it is needed: starting a container that exists takes a fraction of making one. It is listened
    to while it works: the reaper removes a helper that died, and what it did is then known here alone.
    """

    def __init__(self, fault: Fault, target: Container, helper: Container) -> None:
        self.fault = fault
        self._target = target
        self._helper = helper
        self._moments: list[Moment] = []
        self._silent_since = 0
        self._listener = threading.Thread(target=self._listen, name=f"{fault.name} helper", daemon=True)

    def apply(self) -> None:
        """Puts the fault in force. Missed: a target that does not run and whose network is to be shared."""
        with mapped(f"injecting {self.fault.name} into {self.fault.container}"):
            try:
                self._helper.start()
            except APIError:
                self._target.reload()
                if self._target.status in ("running", "paused"):
                    raise
                self._moments.append(Moment(at=time.time_ns(), did="missed", why="it was not running"))
                return
        self._listener.start()

    def end(self) -> None:
        """Undoes the fault now and returns when it is undone; ending twice, or what never began, is fine.

        So is a helper that is gone: it died, and the reaper undid the fault.
        """
        patience = UNDO_SECONDS + math.ceil(self.fault.slow)
        with mapped(f"undoing {self.fault.name} of {self.fault.container}"), contextlib.suppress(NotFound):
            self._helper.stop(timeout=patience)
        if self._listener.ident is not None:
            self._listener.join(patience)

    def discard(self) -> None:
        """Removes the helper; after `end`. One that died stays: from it the reaper knows what to undo."""
        if self.died_at is not None:
            return
        with mapped(f"removing the helper of {self.fault.name}"), unless_gone():
            self._helper.remove(force=True, v=True)

    def moments(self) -> list[Moment]:
        """What was done so far; all of it after `end`."""
        return list(self._moments)

    @property
    def died_at(self) -> int | None:
        """When the helper ended without having undone what it did, ns since the epoch; after `end`."""
        undone = any(moment.did in ("undone", "missed") for moment in self._moments)
        return None if undone or not self._silent_since else self._silent_since

    def _listen(self) -> None:
        # What breaks the stream ends what is heard: that no end was heard is told by `died_at`.
        with contextlib.suppress(DockerException, requests.RequestException, urllib3.exceptions.HTTPError):
            for line in _lines(self._helper.logs(stream=True, follow=True, stderr=False)):
                self._moments.append(Moment(**json.loads(line)))
        self._silent_since = time.time_ns()


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole


def helper_for(
    client: docker.DockerClient, fault: Fault, *, instance: str, image: str, owner: str = labels.ENV
) -> FaultHelper:
    """The fault's helper, not yet started. Raises Refused when the target is no node of this environment.

    `owner`: `infra` of a staging whose name was typed.
    """
    with mapped(f"preparing {fault.name}"):
        target = client.containers.get(fault.container)
    if not _may_be_hurt(target, instance, owner):
        raise Refused(
            f"{fault.container} is not a node of the test environment {instance!r}",
            hint="faults go only to nodes that `env` brought up, and never to the door",
        )
    return beside(client, fault, target, instance=instance, image=image, beyond=owner != labels.ENV)


def beside(
    client: docker.DockerClient, fault: Fault, target: Container, *, instance: str, image: str, beyond: bool
) -> FaultHelper:
    """The same for a target that may be hurt, as the caller knows. `beyond`: it is not the instance's."""
    told = {"undo": fault.label, **({"beyond": "yes"} if beyond else {})}
    with mapped(f"preparing {fault.name}"):
        helper = client.containers.create(
            image,
            command=["python3", "-u", "/agent/fault.py", DOCUMENT],
            labels=labels.of(instance, "fault", **told),
            user="0",
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            init=True,
            mem_limit="64m",
            **_stand(fault.post, target),
        )
        files = [*agent_files(), (DOCUMENT, fault.to_json().encode(), 0o644)]
        helper.put_archive("/", archive(files, owner=0))
    return FaultHelper(fault, target, helper)


def _stand(post: Post, target: Container) -> dict[str, Any]:  # Any: docker-py's own keyword arguments
    """No more rights than its fault needs."""
    return {
        "network_mode": f"container:{target.id}" if post.network else "none",
        "cap_add": list(post.capabilities),
        "volumes": {SOCKET: {"bind": SOCKET, "mode": "rw"}} if post.socket else {},
        "volumes_from": [target.id] if post.volumes else [],
    }


def _may_be_hurt(target: Container, instance: str, owner: str) -> bool:
    wanted = {labels.OWNER: owner, labels.INSTANCE: instance, labels.KIND: "node"}
    is_door = target.labels.get(labels.NODE, "").startswith("door-")
    return not is_door and all(target.labels.get(key) == value for key, value in wanted.items())
