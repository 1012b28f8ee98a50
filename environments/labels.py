"""The labels by which everything of ours is found again. `owner=infra` is never touched by `env`."""

from __future__ import annotations

OWNER = "peakproof.owner"
ENV = "env"
INSTANCE = "peakproof.instance"
KIND = "peakproof.kind"
NODE = "peakproof.node"
DIGEST = "peakproof.digest"
MANIFEST = "peakproof.manifest"
UNTIL = "peakproof.until"
WHO = "peakproof.who"
UNDO = "peakproof.undo"
BEYOND = "peakproof.beyond"
"""Of a fault's helper: what it hit is not the instance's, so it is undone before the helper goes."""
WHY = "peakproof.why"
SINCE = "peakproof.since"
HOLDS = "peakproof.holds"
SIZE = "peakproof.size"
VERSION = "peakproof.version"


def of(instance: str, kind: str, **more: str) -> dict[str, str]:
    """Labels of a thing of an instance; `kind`: node, network, volume, lease, lock, note, fault, …"""
    keys = {
        "node": NODE,
        "digest": DIGEST,
        "manifest": MANIFEST,
        "until": UNTIL,
        "who": WHO,
        "why": WHY,
        "since": SINCE,
        "undo": UNDO,
        "beyond": BEYOND,
        "holds": HOLDS,
        "size": SIZE,
    }
    return {OWNER: ENV, INSTANCE: instance, KIND: kind, **{keys[name]: text for name, text in more.items()}}


def ours(instance: str | None = None, kind: str | None = None) -> dict[str, str | list[str] | bool]:
    """A filter for Docker's list calls: only what `env` owns."""
    wanted = [f"{OWNER}={ENV}"]
    if instance is not None:
        wanted.append(f"{INSTANCE}={instance}")
    if kind is not None:
        wanted.append(f"{KIND}={kind}")
    return {"label": wanted}
