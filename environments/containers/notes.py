"""Who brought an environment up, why and when: kept beside its manifest."""

from __future__ import annotations

import getpass
import os
import socket
import time
from dataclasses import dataclass, replace

import docker

from environments import labels
from environments.containers import records
from environments.docker_errors import mapped

KIND = "note"


@dataclass(frozen=True, kw_only=True)
class Note:
    """`who`: a person and their machine; `why`: in their words, or empty; `since`: seconds of the epoch."""

    who: str
    why: str
    since: float


def mine(why: str) -> Note:
    """The note of whoever runs this command now."""
    try:
        person = getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in many a container
        person = str(os.getuid())
    return Note(who=f"{person}@{socket.gethostname()}", why=" ".join(why.split()), since=time.time())


def kept(before: Note | None, now: Note) -> Note:
    """Who and when of the note that stands, if one does; a new reason replaces its own. Pure."""
    return now if before is None else replace(before, why=now.why or before.why)


def write(client: docker.DockerClient, instance: str, note: Note) -> None:
    """Notes it, unless that is what stands there."""
    with mapped(f"noting who brought {instance} up"):
        before = read(client, instance)
        written = kept(before, note)
        if written != before:
            since = f"{written.since:.3f}"
            records.write(client, instance, KIND, who=written.who, why=written.why, since=since)


def read(client: docker.DockerClient, instance: str) -> Note | None:
    """The note of an environment; None for one of an older version."""
    tags = records.read(client, instance, KIND)
    if tags is None:
        return None
    return Note(who=tags[labels.WHO], why=tags[labels.WHY], since=float(tags[labels.SINCE]))
