"""kill: the target gets SIGKILL; it is started again after `for`, or when the load has drained."""

from __future__ import annotations

from environments.faults.fault import Fault


def fault(target: str, seconds: float | None) -> Fault:
    """`target` is a container's name; without `seconds` it stays down until the fault is ended."""
    return Fault(
        name="kill",
        target=target,
        command=("python3", "-u", "/agent/kill.py", target, f"{seconds or 0:g}"),
        undo=f"start:{target}",
    )
