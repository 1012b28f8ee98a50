"""In what state a node is, in one word for people: a crash is told from work that is done."""

from __future__ import annotations

from docker.models.containers import Container

from environments.nodes import Lifecycle, Node

MISSING = "missing"
_WELL = {Lifecycle.ALWAYS: "running", Lifecycle.ONCE: "done"}


def state(node: Node, container: Container | None) -> str:
    """running, done, paused, crashed (137), failed (3), missing, or what Docker calls it."""
    if container is None:
        return MISSING
    return described(node.lifecycle, container.status, container.attrs["State"])


def described(lifecycle: Lifecycle, status: str, details: dict[str, object]) -> str:
    """The same of what Docker says of a container. Pure."""
    if status not in ("exited", "dead"):
        return status
    code = "out of memory" if details.get("OOMKilled") else details.get("ExitCode")
    if lifecycle is Lifecycle.ONCE:
        return "done" if code == 0 else f"failed ({code})"
    return f"crashed ({code})" if code else "ended"


def well(node: Node, container: Container | None) -> bool:
    """Whether a node is as it should be: it runs, or has done its work."""
    return state(node, container) == _WELL[node.lifecycle]
