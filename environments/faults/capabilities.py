"""What of a machine faults need, and how it is found out: by a script each, in a network of its own.

The scripts run as root with NET_ADMIN in environments/images/faults; status 0 means that it is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FREEZER = "freezer"
NFTABLES = "nftables"
NETEM = "netem"
NFQUEUE = "nfqueue"
TBF = "tbf"
IFB = "ifb"


@dataclass(frozen=True, kw_only=True)
class Capability:
    """`lacking` is told where `probe` fails."""

    probe: str
    lacking: str


CAPABILITIES: Mapping[str, Capability] = {
    FREEZER: Capability(
        probe="test -e /sys/fs/cgroup/cgroup.freeze || grep -q ^freezer /proc/cgroups",
        lacking="there is no cgroup freezer",
    ),
    NFTABLES: Capability(
        probe="nft 'table inet probe { chain c { type filter hook input priority -300; accept; } }'",
        lacking="the kernel has no nftables (CONFIG_NF_TABLES_INET)",
    ),
    NETEM: Capability(
        probe="tc qdisc add dev lo root netem delay 1ms && tc qdisc del dev lo root",
        lacking="the kernel has no netem (CONFIG_NET_SCH_NETEM)",
    ),
    NFQUEUE: Capability(
        probe="nft 'table inet queues { chain c { type filter hook output priority -300; "
        "queue flags bypass to 1; } }' && test -e /proc/net/netfilter/nfnetlink_queue",
        lacking="the kernel has no packet queues (CONFIG_NETFILTER_NETLINK_QUEUE, CONFIG_NFT_QUEUE)",
    ),
    TBF: Capability(
        probe="tc qdisc add dev lo root tbf rate 1mbit burst 32k latency 50ms && tc qdisc del dev lo root",
        lacking="the kernel has no token bucket filter (CONFIG_NET_SCH_TBF)",
    ),
    IFB: Capability(
        probe="ip link add probe0 type ifb && tc qdisc add dev lo handle ffff: ingress && "
        "tc filter add dev lo parent ffff: protocol all u32 match u32 0 0 "
        "action mirred egress redirect dev probe0 && tc qdisc del dev lo ingress && ip link del probe0",
        lacking="the kernel cannot hold back what comes in (CONFIG_IFB, CONFIG_NET_SCH_INGRESS, "
        "CONFIG_NET_CLS_U32, CONFIG_NET_ACT_MIRRED)",
    ),
}
