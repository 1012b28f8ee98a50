"""Every environment of a Docker host: what it is, whose and why, how long it stays, what it takes."""

from __future__ import annotations

import time

import docker
from rich.table import Table

from environments.containers import finding, leases, manifests, notes, states
from environments.containers.finding import Found
from environments.containers.notes import Note
from environments.desk import measuring
from environments.instance import AnotherVersion
from foundation.console import people
from foundation.units import in_words, size_in_words

Row = dict[str, object]


def rows(client: docker.DockerClient) -> list[Row]:
    """A row an environment, by name."""
    found = (_row_of(client, name) for name in sorted(manifests.names(client)))
    return [row for row in found if row is not None]


def _row_of(client: docker.DockerClient, name: str) -> Row | None:
    noted = _noted(notes.read(client, name))
    try:
        found = finding.find(client, name)
    except AnotherVersion:
        return {**_unreadable(name), **_lasting(client, name), **noted, "memory": None}
    return None if found is None else {**_standing(found), **_lasting(client, name), **noted}


def _standing(found: Found) -> Row:
    nodes = found.instance.nodes
    return {
        "name": found.instance.name,
        "definition": found.instance.topology.definition,
        "nodes": len(nodes),
        "running": sum(states.well(node, found.containers.get(node.name)) for node in nodes),
        "memory": measuring.memory(found.containers.values()),
    }


def _unreadable(name: str) -> Row:
    return {"name": name, "definition": None, "nodes": None, "running": None, "made_by": "another version"}


def _lasting(client: docker.DockerClient, name: str) -> Row:
    lease = leases.newest(client, name)
    return {"seconds_left": round(max(0.0, lease.until - time.time()) if lease else 0.0)}


def _noted(note: Note | None) -> Row:
    if note is None:
        return {"who": None, "why": None, "age_seconds": None}
    return {"who": note.who, "why": note.why or None, "age_seconds": round(time.time() - note.since)}


def show(rows: list[Row]) -> None:
    """A table of environments, for people."""
    if not rows:
        people().print("no environment is up; `peakproof env up laptop` brings one up")
        return
    table = Table(
        "environment", "definition", "running", "stays for", "age", "memory", "who", "why", box=None
    )
    for row in rows:
        running = f"{row['running']} of {row['nodes']}" if row["nodes"] else "made by another version"
        table.add_row(
            str(row["name"]), str(row["definition"] or "?"), running, staying(row["seconds_left"]),
            _age(row["age_seconds"]), _taken(row["memory"]), str(row["who"] or "?"), str(row["why"] or ""),
        )  # fmt: skip
    people().print(table)


def staying(seconds: object) -> str:
    """How long an environment stays, for people."""
    return in_words(float(str(seconds))) if seconds else "no longer: the reaper removes it"


def _age(seconds: object) -> str:
    return "?" if seconds is None else in_words(float(str(seconds)))


def _taken(memory: object) -> str:
    return "?" if memory is None else size_in_words(int(str(memory)))
