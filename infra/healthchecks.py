"""Readiness probes as Docker health checks: the question of the containers engine, asked by Docker."""

from __future__ import annotations

import pulumi_docker as docker

from environments import probes
from environments.nodes import Probe

# Docker asks for as long as the node lives, so less often than an engine that only waits for a start.
INTERVAL = 2.0
TIMEOUT = 3.0
RETRIES = 3


def healthcheck(probe: Probe, deadline: float, *, foreign: bool) -> docker.ContainerHealthcheckArgs:
    """Failures in the first `deadline` seconds do not count; after that three in a row are unhealthy."""
    return docker.ContainerHealthcheckArgs(
        tests=["CMD", *probes.once(probe, TIMEOUT, foreign=foreign)],
        interval=duration(INTERVAL),
        timeout=duration(TIMEOUT),
        retries=RETRIES,
        start_period=duration(deadline),
    )


def duration(seconds: float) -> str:
    """Seconds as Go writes them, such as 1m30s: Docker reads them back so, and any other form is a change."""
    milliseconds = round(seconds * 1000)
    if milliseconds < 1000:
        return f"{milliseconds}ms" if milliseconds else "0s"
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    written = f"{rest / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + written
