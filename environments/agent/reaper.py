"""Removes what `env` made and nobody holds a valid lease on; undoes faults whose helper died; then leaves.

Only objects labelled peakproof.owner=env are ever looked at. It has no network, only the Docker socket.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from docker_socket import MISSING, call, done, listed, remove_container

PAUSE = 2.0
OURS = "peakproof.owner=env"
RERUN = "rerun"
UNDOES = ("start", "unpause", RERUN)  # verbs of the engine, `POST /containers/TARGET/VERB`, and RERUN
BEYOND = "peakproof.beyond"  # of faults that hit what is not the instance's: a host, a node of a staging
UNDO_SECONDS = 90  # that an undo may take, such as a host's boot
MARK = "/agent/struck"  # of environments/agent/fault.py


def expired(leases: Iterable[dict[str, Any]], instances: Iterable[str], now: float) -> set[str]:
    """Instances of which no lease is in force: the newest that was given, or that of a command. Pure."""
    given: dict[str, tuple[str, float]] = {}
    working: dict[str, float] = {}
    for lease in leases:
        labels = lease["Labels"]
        instance, until = labels["peakproof.instance"], float(labels["peakproof.until"])
        if "peakproof.who" in labels:
            working[instance] = max(working.get(instance, 0.0), until)
        else:
            given[instance] = max(given.get(instance, ("", 0.0)), (lease["Name"], until))
    known = {*instances, *given, *working}
    return {name for name in known if max(given.get(name, ("", 0.0))[1], working.get(name, 0.0)) <= now}


def sweep(now: float, say: Callable[[str], None]) -> bool:
    """One round; `say` is told what could not be done. Whether anything of ours is left.

    What keeps one instance or one fault does not keep the others.
    """
    found = {what: listed(what, [OURS]) for what in ("containers/json", "networks", "volumes")}
    everything = [
        item for items in found.values() for item in items if "peakproof.instance" in item["Labels"]
    ]
    instances = {item["Labels"]["peakproof.instance"] for item in everything if not is_lock(item, now)}
    leases = [item for item in found["volumes"] if item["Labels"].get("peakproof.kind") == "lease"]
    gone = expired(leases, instances, now)
    for instance in sorted(gone):
        with attempt(f"remove {instance}", say):
            remove(instance)
            instances.discard(instance)
    undo_orphans(found["containers/json"], gone, say)
    return bool(instances)


@contextmanager
def attempt(what: str, say: Callable[[str], None]) -> Iterator[None]:
    """What is in the way is said; the next in turn has its turn."""
    try:
        yield
    except (OSError, KeyError, ValueError) as error:
        say(f"cannot {what} yet: {error}")


def is_lock(item: dict[str, Any], now: float) -> bool:
    """A lock that was just taken has no lease yet."""
    labels = item["Labels"]
    return labels["peakproof.kind"] == "lock" and float(labels["peakproof.until"]) > now


def remove(instance: str) -> None:
    """Everything of one instance: containers, then networks, then volumes, the leases among them last."""
    labels = [OURS, f"peakproof.instance={instance}"]
    containers = listed("containers/json", labels)
    for helper in containers:
        if BEYOND in helper["Labels"]:
            restore(helper)
    for container in containers:
        remove_container(container["Id"])
    for network in listed("networks", labels):
        remove_network(network)
    volumes = listed("volumes", labels)
    for volume in sorted(volumes, key=lambda item: item["Labels"].get("peakproof.kind") == "lease"):
        remove_volume(volume["Name"])
    print(f"removed {instance}: its lease is over", flush=True)


def remove_network(network: dict[str, Any]) -> None:
    """Raises OSError that names the containers in the way."""
    path = f"/networks/{network['Id']}"
    try:
        call("DELETE", path, fine=MISSING)
    except OSError as error:
        guests = ((call("GET", path) or {}).get("Containers") or {}).values()
        raise in_use(f"network {network['Name']}", [guest["Name"] for guest in guests], error) from error


def remove_volume(name: str) -> None:
    """Raises OSError that names the containers in the way."""
    try:
        call("DELETE", f"/volumes/{quote(name)}", fine=MISSING, force=1)
    except OSError as error:
        users = [user["Names"][0].lstrip("/") for user in listed("containers/json", [], volume=[name])]
        raise in_use(f"volume {name}", users, error) from error


def in_use(what: str, names: list[str], error: OSError) -> OSError:
    return OSError(f"{what} is used by {', '.join(sorted(names))}") if names else error


def undo_orphans(containers: Iterable[dict[str, Any]], gone: set[str], say: Callable[[str], None]) -> None:
    """A fault whose helper ended with anything but status 0 was not undone: do what its label says."""
    for helper in containers:
        labels = helper["Labels"]
        is_fault = labels.get("peakproof.kind") == "fault" and labels["peakproof.instance"] not in gone
        if is_fault and helper["State"] in ("exited", "dead") and "(0)" not in helper["Status"]:
            with attempt(f"undo {labels['peakproof.undo']}", say):
                undo(helper)


def undo(helper: dict[str, Any]) -> None:
    """Does what its label says: "rerun", or a verb of the engine and its target. Then the helper goes.

    Raises ValueError for a verb that is newer than this program: the helper stays as evidence.
    """
    verb, _, target = helper["Labels"]["peakproof.undo"].partition(":")
    if verb not in UNDOES:
        raise ValueError("unknown verb")
    if verb == RERUN:
        run_again(helper["Id"])
    elif verb != "start" or stopped_since(target, helper["Id"]):
        call("POST", f"/containers/{quote(target)}/{verb}")
    print(f"undid a fault whose helper died: {helper['Labels']['peakproof.undo']}", flush=True)
    remove_container(helper["Id"])


def restore(helper: dict[str, Any]) -> None:
    """What a fault did to something that stays is undone before the helper, which knows how, goes."""
    if helper["State"] == "running":
        patience = UNDO_SECONDS + 10.0
        done("POST", f"/containers/{helper['Id']}/stop", patience=patience, t=UNDO_SECONDS)
    elif helper["State"] in ("exited", "dead") and "(0)" not in helper["Status"]:
        undo(helper)


def run_again(helper: str) -> None:
    """It finds its mark, undoes, and ends. Not where it had not struck yet: it would strike now."""
    if not (struck(helper) and has_its_network(helper)):
        return
    call("POST", f"/containers/{helper}/start")
    status = (call("POST", f"/containers/{helper}/wait") or {}).get("StatusCode", 0)
    if status != 0:
        raise OSError(f"its helper ended with status {status}; see `docker logs {helper[:12]}`")


def struck(helper: str) -> bool:
    """Whether a helper had begun to do anything: it leaves a mark before."""
    return bool(done("HEAD", f"/containers/{helper}/archive", path=MARK))


def has_its_network(helper: str) -> bool:
    """Whether what a helper shares the network of runs: the network goes with it, and the fault too."""
    mode = str(call("GET", f"/containers/{helper}/json")["HostConfig"]["NetworkMode"])
    kind, _, shared = mode.partition(":")
    if kind != "container":
        return True
    target = call("GET", f"/containers/{quote(shared)}/json")
    return bool(target and target["State"]["Running"])


def stopped_since(target: str, helper: str) -> bool:
    """Whether the target went down after its fault's helper began: what was down before stays down."""
    struck, began = (call("GET", f"/containers/{quote(name)}/json") for name in (target, helper))
    if struck is None or began is None:
        return False
    return exactly(struck["State"]["FinishedAt"]) >= exactly(began["State"]["StartedAt"])


def exactly(moment: str) -> tuple[str, str]:
    """An engine's time, with as many digits as it likes, so that two of them compare. Pure."""
    whole, _, fraction = moment.rstrip("Z").partition(".")
    return whole, fraction.ljust(9, "0")


def main() -> None:
    told: list[str] = []
    while True:
        troubles: list[str] = []
        anything = True
        with attempt("look around", troubles.append):
            anything = sweep(time.time(), troubles.append)
        for trouble in troubles:
            if trouble not in told:  # once, not at every round
                print(trouble, file=sys.stderr, flush=True)
        told = troubles
        if not anything:
            remove_container(socket.gethostname())
            return
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
