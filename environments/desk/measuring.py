"""How much memory an environment's nodes take: from control groups here, from the engine elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from docker.errors import NotFound
from docker.models.containers import Container

from environments.containers.usage import group_of
from environments.docker_errors import mapped

_AT_ONCE = 8


def memory(containers: Iterable[Container]) -> int | None:
    """Bytes that all of them hold now, without what the kernel can drop at once; what is down holds none.

    None where an engine does not tell it of one that runs.
    """
    running = [each for each in containers if each.status in ("running", "paused")]
    if not running:
        return 0
    with mapped("asking for the nodes' memory"), ThreadPoolExecutor(_AT_ONCE) as pool:
        held = [each for each in pool.map(_held, running) if each is not None]
    return sum(held) if len(held) == len(running) else None


def _held(container: Container) -> int | None:
    try:
        group = group_of(container)
        usage = group.read() if group else None
        if usage is not None:
            return usage.memory
        stats = container.stats(stream=False, one_shot=True)
    except NotFound:  # it went meanwhile
        return 0
    assert isinstance(stats, dict)
    return told(stats["memory_stats"])


def told(stats: Mapping[str, object]) -> int | None:
    """The same of an engine's figures, which name what can be dropped as control groups v1 or v2 do. Pure."""
    details = stats.get("stats")
    if not isinstance(details, dict) or "usage" not in stats:
        return None
    dropped = details.get("total_inactive_file", details.get("inactive_file", 0))
    return int(str(stats["usage"])) - int(str(dropped))
