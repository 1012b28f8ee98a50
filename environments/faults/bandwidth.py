"""bandwidth: the target's network carries no more than so much, both ways or one way (token buckets)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from environments.faults.capabilities import IFB, TBF
from environments.faults.direction import Direction, on_each_interface
from environments.faults.fault import IN_THE_NETWORK, Fault, Script
from environments.faults.kind import Aspect, FaultKind, FaultOptions, Scene
from foundation.units import BitRate

LEAST, MOST = 8_000, 10_000_000_000  # bit/s
WAITS = "400ms"
"""Packets that would have to wait longer are dropped, as by a router whose queue is full."""
BURST = 16 * 1024  # bytes that may go at once: more than a packet; at high rates those of 5 ms
BURST_SECONDS = 0.005


REDIRECTED = "action mirred egress redirect dev"


def _sane(bits: int) -> int:
    if not LEAST <= bits <= MOST:
        raise ValueError("between 8kbit and 10gbit")
    return bits


class BandwidthOptions(FaultOptions):
    """`{at: 30s, bandwidth: api-1, to: 1mbit, for: 20s}`."""

    target: str = Field(alias="bandwidth")
    to: Annotated[BitRate, AfterValidator(_sane)] = Field(description="bits a second, such as 1mbit")
    direction: Direction = Direction.BOTH


def describe(options: BandwidthOptions, scene: Scene) -> Fault:
    return Fault(
        name="bandwidth",
        container=scene.container,
        post=IN_THE_NETWORK,
        apply=Script(bash=on_each_interface(limited(options.to, options.direction))),
        undo=Script(bash=on_each_interface(UNDO)),
        seconds=options.lasting,
    )


def limited(bits: int, direction: Direction) -> str:
    """Bash: what goes out waits at the interface; what comes in goes through another one, and waits there."""
    burst = max(BURST, round(bits / 8 * BURST_SECONDS))
    bucket = f"tbf rate {bits}bit burst {burst}b latency {WAITS}"
    going = f'tc qdisc replace dev "$device" root {bucket}'
    coming = f"""\
ip link add "peakproof-$device" type ifb
ip link set "peakproof-$device" up
tc qdisc add dev "peakproof-$device" root {bucket}
tc qdisc add dev "$device" handle ffff: ingress
tc filter add dev "$device" parent ffff: protocol all u32 match u32 0 0 {REDIRECTED} "peakproof-$device"\n"""
    return "\n".join([going] * direction.goes_out + [coming] * direction.comes_in)


UNDO = """\
tc qdisc del dev "$device" root 2>/dev/null || true
tc qdisc del dev "$device" ingress 2>/dev/null || true
ip link del "peakproof-$device" 2>/dev/null || true"""


def _in_words(bits: int) -> str:
    for unit, size in (("Gbit/s", 1e9), ("Mbit/s", 1e6), ("kbit/s", 1e3)):
        if bits >= size:
            return f"{bits / size:g} {unit}"
    return f"{bits} bit/s"


def done(options: BandwidthOptions) -> str:
    way = {Direction.BOTH: "", Direction.IN: " coming in", Direction.OUT: " going out"}[options.direction]
    return f"limited to {_in_words(options.to)}{way}"


KIND = FaultKind(
    options=BandwidthOptions,
    summary="its network carries no more than so many bits a second, both ways or one way",
    done=done,
    post=IN_THE_NETWORK,
    holds=frozenset({Aspect.PACE}),
    describe=describe,
    ways=(frozenset({TBF, IFB}),),
)
