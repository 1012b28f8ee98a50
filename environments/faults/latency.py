"""latency: each round trip to the target and from it takes longer: by netem, else by a queue of our own.

Where the kernel has no netem, iptables puts the packets into a queue, and environments/agent/delay.py lets
each go when its time has come. If that program dies, packets pass at once.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from environments.faults.capabilities import NETEM, NFQUEUE
from environments.faults.direction import on_each_interface
from environments.faults.fault import IN_THE_NETWORK, Fault, Script
from environments.faults.kind import Aspect, FaultKind, FaultOptions, Scene
from foundation.units import Duration, in_words

LONGEST = 60.0
QUEUE = 61  # any number that nothing else in a node's network uses
PACKETS = 100_000
"""Packets that may wait; netem's own default of 1000 would drop at 10,000 packets a second and 100 ms."""


def _bearable(seconds: float) -> float:
    if not 0.001 <= seconds <= LONGEST:
        raise ValueError("between 1ms and a minute (1m)")
    return seconds


class LatencyOptions(FaultOptions):
    """`{at: 30s, latency: database.leader, by: 100ms, for: 20s}`."""

    target: str = Field(alias="latency")
    by: Annotated[Duration, AfterValidator(_bearable)] = Field(
        description="how much longer each round trip takes"
    )


def describe(options: LatencyOptions, scene: Scene) -> Fault:
    in_kernel = NETEM in scene.can
    return Fault(
        name="latency",
        container=scene.container,
        post=IN_THE_NETWORK,
        apply=Script(bash=by_netem(options.by) if in_kernel else by_queue(options.by)),
        undo=Script(bash=UNDO_NETEM if in_kernel else UNDO_QUEUE),
        seconds=options.lasting,
    )


def by_netem(seconds: float) -> str:
    return on_each_interface(
        f'tc qdisc replace dev "$device" root netem delay {round(seconds * 1e6)}us limit {PACKETS}'
    )


UNDO_NETEM = on_each_interface('tc qdisc del dev "$device" root 2>/dev/null || true')


def by_queue(seconds: float) -> str:
    """Bash: the program goes into the background once it listens; then packets are sent its way."""
    return f"python3 /agent/delay.py {QUEUE} {seconds:g} {PACKETS}\niptables -t mangle -I {RULE}\n"


# What comes in waits, not what goes out: a sender holds back while its own packets are on their way.
RULE = f"INPUT ! -i lo -j NFQUEUE --queue-num {QUEUE} --queue-bypass"
UNDO_QUEUE = f"while iptables -t mangle -D {RULE} 2>/dev/null; do :; done\n"


KIND = FaultKind(
    options=LatencyOptions,
    summary="each round trip to it, and from it to others, takes so much longer",
    done=lambda options: f"slowed by {in_words(options.by)}",
    post=IN_THE_NETWORK,
    holds=frozenset({Aspect.PACE}),
    describe=describe,
    ways=(frozenset({NETEM}), frozenset({NFQUEUE})),
)
