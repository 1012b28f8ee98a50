"""Who has a role at this moment: its candidates are asked, inside their containers, all at once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from docker.errors import APIError
from docker.models.containers import Container

from environments import probes
from environments.containers.node import ended
from environments.docker_errors import mapped
from environments.nodes import Probe
from environments.topology import Role

GONE = 404
PATIENCE = 3.0
"""Seconds after which a candidate that says nothing is taken not to have the role."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`node` has the role, or nobody; asked `at`, ns since the epoch. Not `probed`: any would have done."""

    role: str
    node: str | None
    at: int
    probed: bool = True


def ask(role: Role, containers: Mapping[str, Container]) -> Answer:
    """Which of the role's candidates holds it. Of a role that any may have, the first."""
    at = time.time_ns()
    if role.holds is None:
        return Answer(role=role.name, node=role.candidates[0], at=at, probed=False)
    probe = role.holds
    asked = [name for name in role.candidates if name in containers]
    with mapped(f"asking who is {role.name}"), ThreadPoolExecutor(max(1, len(asked))) as pool:
        holds = list(pool.map(lambda name: _holds(containers[name], probe), asked))
    found = [name for name, held in zip(asked, holds, strict=True) if held]
    return Answer(role=role.name, node=found[0] if found else None, at=at)


def _holds(container: Container, probe: Probe) -> bool:
    command = ["timeout", f"{PATIENCE:g}", "bash", "-c", probes.question(probe)]
    try:
        status = container.exec_run(command)[0]
    except APIError as error:
        if error.status_code != GONE and not ended(error):  # or frozen
            raise
        return False
    return bool(status == 0)
