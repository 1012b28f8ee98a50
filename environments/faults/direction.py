"""Which way a fault of a network lets nothing, or little, through; and scripts on a node's interfaces."""

from __future__ import annotations

from enum import StrEnum


class Direction(StrEnum):
    """Seen from the target: `in` is what comes to it, `out` is what it sends."""

    BOTH = "both"
    IN = "in"
    OUT = "out"

    @property
    def comes_in(self) -> bool:
        return self is not Direction.OUT

    @property
    def goes_out(self) -> bool:
        return self is not Direction.IN


def on_each_interface(commands: str) -> str:
    """Bash: `commands` for each interface of the network but its loopback; its name is $device."""
    names = "ip -o link show up | sed -n 's/^[0-9]*: \\([^:@]*\\)[:@].*/\\1/p'"
    return (
        f'for device in $({names}); do case "$device" in lo|peakproof*) continue;; esac\n{commands}\ndone\n'
    )
