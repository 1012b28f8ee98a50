"""Removes what `env` made and nobody holds a valid lease on; undoes faults whose helper died; then leaves.

Only objects labelled peakproof.owner=env are ever looked at. It has no network, only the Docker socket.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from docker_socket import call, listed, remove_container

PAUSE = 2.0
OURS = "peakproof.owner=env"
UNDOES = ("start",)  # what an undo may say: verbs of the engine, `POST /containers/TARGET/VERB`


def expired(leases: Iterable[dict[str, Any]], instances: Iterable[str], now: float) -> set[str]:
    """Instances whose newest lease has lapsed, or that have none. Pure."""
    until: dict[str, tuple[str, float]] = {}
    for lease in leases:
        instance = lease["Labels"]["peakproof.instance"]
        candidate = (lease["Name"], float(lease["Labels"]["peakproof.until"]))
        until[instance] = max(until.get(instance, ("", 0.0)), candidate)
    return {name for name in {*instances, *until} if until.get(name, ("", 0.0))[1] <= now}


def sweep(now: float) -> bool:
    """One round. Whether anything of ours is left."""
    found = {what: listed(what, [OURS]) for what in ("containers/json", "networks", "volumes")}
    everything = [
        item for items in found.values() for item in items if "peakproof.instance" in item["Labels"]
    ]
    instances = {item["Labels"]["peakproof.instance"] for item in everything if not is_lock(item, now)}
    leases = [item for item in found["volumes"] if item["Labels"].get("peakproof.kind") == "lease"]
    gone = expired(leases, instances, now)
    for instance in sorted(gone):
        remove(instance)
    undo_orphans(found["containers/json"], gone)
    return bool(instances - gone)


def is_lock(item: dict[str, Any], now: float) -> bool:
    """A lock in force needs no lease: it is taken just before the lease, and ends by itself."""
    labels = item["Labels"]
    return labels["peakproof.kind"] == "lock" and float(labels["peakproof.until"]) > now


def remove(instance: str) -> None:
    """Everything of one instance: containers, then networks, then volumes, the leases among them last."""
    labels = [OURS, f"peakproof.instance={instance}"]
    for container in listed("containers/json", labels):
        remove_container(container["Id"])
    for network in listed("networks", labels):
        call("DELETE", f"/networks/{network['Id']}")
    volumes = listed("volumes", labels)
    for volume in sorted(volumes, key=lambda item: item["Labels"].get("peakproof.kind") == "lease"):
        call("DELETE", f"/volumes/{quote(volume['Name'])}", force=1)
    print(f"removed {instance}: its lease is over", flush=True)


def undo_orphans(containers: Iterable[dict[str, Any]], gone: set[str]) -> None:
    """A fault whose helper ended with anything but status 0 was not undone: do what its label says."""
    for helper in containers:
        labels = helper["Labels"]
        is_fault = labels.get("peakproof.kind") == "fault" and labels["peakproof.instance"] not in gone
        if is_fault and helper["State"] in ("exited", "dead") and "(0)" not in helper["Status"]:
            verb, _, target = labels["peakproof.undo"].partition(":")
            if verb not in UNDOES:  # the helper stays as evidence: its command was newer than this program
                print(f"cannot undo {labels['peakproof.undo']}: unknown verb", file=sys.stderr, flush=True)
                continue
            call("POST", f"/containers/{quote(target)}/{verb}")
            remove_container(helper["Id"])
            print(f"undid a fault whose helper died: {labels['peakproof.undo']}", flush=True)


def main() -> None:
    while True:
        try:
            anything = sweep(time.time())
        except (OSError, KeyError, ValueError) as error:
            print(f"will try again: {error}", file=sys.stderr, flush=True)
            anything = True
        if not anything:
            remove_container(socket.gethostname())
            return
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
