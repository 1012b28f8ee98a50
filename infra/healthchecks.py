"""Readiness probes as Docker health checks: the question of the containers engine, asked by Docker."""

from __future__ import annotations

import pulumi_docker as docker

from environments.probes import question
from environments.topology import CommandProbe, Probe

# Docker asks for as long as the node lives, so less often than an engine that only waits for a start.
INTERVAL = "2s"
TIMEOUT = "3s"
RETRIES = 3


def healthcheck(probe: Probe, deadline: float) -> docker.ContainerHealthcheckArgs:
    """Failures in the first `deadline` seconds do not count; after that three in a row are unhealthy."""
    return docker.ContainerHealthcheckArgs(
        tests=["CMD", *_command(probe)],
        interval=INTERVAL,
        timeout=TIMEOUT,
        retries=RETRIES,
        start_period=f"{deadline:g}s",
    )


def _command(probe: Probe) -> tuple[str, ...]:
    # Docker's own shell form is /bin/sh, which has no /dev/tcp.
    return probe.command if isinstance(probe, CommandProbe) else ("bash", "-c", question(probe))
