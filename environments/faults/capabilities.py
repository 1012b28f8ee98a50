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
LOOP = "loop"


@dataclass(frozen=True, kw_only=True)
class Capability:
    """`lacking` is told where `probe` fails. `devices`: it is tried with the machine's block devices."""

    probe: str
    lacking: str
    devices: bool = False


CAPABILITIES: Mapping[str, Capability] = {
    FREEZER: Capability(
        probe="test -e /sys/fs/cgroup/cgroup.freeze || grep -q ^freezer /proc/cgroups",
        lacking="there is no cgroup freezer",
    ),
    NFTABLES: Capability(
        probe="nft 'table inet probe { chain c { type filter hook input priority -300; accept; }; }'",
        lacking="the kernel has no nftables (CONFIG_NF_TABLES_INET)",
    ),
    NETEM: Capability(
        probe="tc qdisc add dev lo root netem delay 1ms && tc qdisc del dev lo root",
        lacking="the kernel has no netem (CONFIG_NET_SCH_NETEM)",
    ),
    NFQUEUE: Capability(
        # By iptables, which works on nftables too: more kernels have its target than nftables' own.
        probe="iptables -t mangle -I OUTPUT -j NFQUEUE --queue-num 1 --queue-bypass && "
        "test -e /proc/net/netfilter/nfnetlink_queue",
        lacking="the kernel has no packet queues (CONFIG_NETFILTER_NETLINK_QUEUE, "
        "CONFIG_NETFILTER_XT_TARGET_NFQUEUE)",
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
    LOOP: Capability(
        probe="losetup --find && grep -qw ext4 /proc/filesystems",
        lacking="there are no loop devices (CONFIG_BLK_DEV_LOOP), or no ext4",
        devices=True,
    ),
}


def script(*, devices: bool = False) -> str:
    """Bash that tries those of one sort and prints a line for each: name, tab, how it failed or nothing."""
    return "".join(
        f"""\
if said=$( ({capability.probe}) 2>&1 >/dev/null ); then said=; else said=${{said:-no}}; fi
printf '%s\\t%s\\n' {name} "${{said##*$'\\n'}}"
"""
        for name, capability in CAPABILITIES.items()
        if capability.devices == devices
    )


def lacking(printed: str) -> dict[str, str]:
    """Capability -> how it failed, of what the script printed; what it did not come to could not be tried."""
    found = dict(line.split("\t", 1) for line in printed.splitlines() if "\t" in line)
    tried = {name: found.get(name, "it could not be tried") for name in CAPABILITIES}
    return {name: why for name, why in tried.items() if why}
