"""partition, latency and bandwidth: what their helpers run, and what is wrong with a line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from environments.faults import bandwidth, latency, partition
from environments.faults.capabilities import NETEM, NFQUEUE
from environments.faults.direction import Direction
from environments.faults.fault import Script
from environments.topology import Topology
from tests.environments.faults.cases import TOPOLOGY, described, options


def applied(written: dict[str, object], can: frozenset[str] = frozenset()) -> str:
    deed = described(written, can).apply
    assert isinstance(deed, Script)
    return deed.bash


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ({}, ['iifname != "lo" counter drop', 'oifname != "lo" counter drop']),
        (
            {"from": ["database"], "direction": "in"},
            ['iifname != "lo" ip saddr { 10.0.0.3, 10.0.1.3 } counter drop'],
        ),
        ({"from": "api", "direction": "out"}, ['oifname != "lo" ip daddr { 10.0.0.2 } counter drop']),
        (
            {"from": ["api-2", "database-1"]},
            [
                'iifname != "lo" ip saddr { 10.0.0.2, 10.0.0.3, 10.0.1.3 } counter drop',
                'oifname != "lo" ip daddr { 10.0.0.2, 10.0.0.3, 10.0.1.3 } counter drop',
            ],
        ),
    ],
)
def test_a_partition_drops_by_the_addresses_of_the_others(
    written: dict[str, object], rules: list[str]
) -> None:
    lines = [line for line in applied({"partition": "api-1", **written}).splitlines() if "drop" in line]
    assert len(lines) == len(rules)
    assert all(rule in line for rule, line in zip(rules, lines, strict=True))


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (["databas"], "no service or node 'databas' in the environment"),
        (["api-1"], "api-1 is the target itself"),
        (["island"], "island shares no network with api-1: nothing to cut"),
        (["database", "databas"], "no service or node 'databas'"),
        (["api"], ""),
        (["database"], ""),
        (None, ""),
    ],
)
def test_who_cannot_be_parted_from_is_told(away: list[str] | None, said: str) -> None:
    island = replace(TOPOLOGY.nodes[0], name="island-1", service="island")
    island = replace(island, attachments=replace(island.attachments, networks=("elsewhere",)))
    topology: Topology = replace(TOPOLOGY, nodes=(*TOPOLOGY.nodes, island))
    written = options({"partition": "api-1"} | ({"from": away} if away else {}))
    assert isinstance(written, partition.PartitionOptions)
    found = list(partition.problems(written, topology, (topology.node("api-1"),)))
    assert [what for _, what, _ in found if what.startswith(said)] == [what for _, what, _ in found]
    assert len(found) == bool(said)
    assert all(where == ("from",) for where, _, _ in found)


def test_latency_is_the_kernel_s_where_it_has_netem_and_a_queue_of_ours_elsewhere() -> None:
    written: dict[str, object] = {"latency": "api-1", "by": "100ms"}
    assert "netem delay 100000us" in applied(written, frozenset({NETEM, NFQUEUE}))
    queued = applied(written, frozenset({NFQUEUE}))
    assert "netem" not in queued
    assert f"delay.py {latency.QUEUE} 0.1 " in queued
    assert latency.KIND.lacks(frozenset()) <= {NETEM, NFQUEUE}


@pytest.mark.parametrize(
    ("bits", "burst"), [(8_000, 16 * 1024), (1_000_000, 16 * 1024), (10_000_000_000, 6_250_000)]
)
def test_a_bucket_holds_a_packet_and_what_goes_in_five_milliseconds(bits: int, burst: int) -> None:
    assert f"tbf rate {bits}bit burst {burst}b" in bandwidth.limited(bits, Direction.OUT)


@pytest.mark.parametrize(
    ("direction", "going", "coming"), [("both", True, True), ("in", False, True), ("out", True, False)]
)
def test_a_limit_holds_the_ways_that_are_named(direction: str, going: bool, coming: bool) -> None:
    said = applied({"bandwidth": "api-1", "to": "1mbit", "direction": direction})
    assert ('replace dev "$device" root' in said) == going
    assert ("mirred" in said) == coming


@pytest.mark.parametrize(
    ("written", "how"),
    [
        ({"partition": "api-1"}, "cut off from everything"),
        ({"partition": "api-1", "from": ["api-2", "database"]}, "cut off from api-2 and database"),
        ({"partition": "api-1", "from": "database", "direction": "in"}, "deaf to database"),
        ({"partition": "api-1", "from": "database", "direction": "out"}, "mute to database"),
        ({"latency": "api-1", "by": "100ms"}, "slowed by 100 ms"),
        ({"bandwidth": "api-1", "to": "1.5mbit"}, "limited to 1.5 Mbit/s"),
        ({"bandwidth": "api-1", "to": "8kbit", "direction": "in"}, "limited to 8 kbit/s coming in"),
    ],
)
def test_what_befell_is_told_in_words(written: dict[str, object], how: str) -> None:
    from environments.faults import kind_of

    chosen = options(written)
    assert kind_of(chosen).done(chosen) == how


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"latency": "api-1"}, "Field required"),
        ({"latency": "api-1", "by": "2m"}, "between 1ms and a minute"),
        ({"latency": "api-1", "by": "0s"}, "between 1ms and a minute"),
        ({"bandwidth": "api-1", "to": "1kbit"}, "between 8kbit and 10gbit"),
        ({"bandwidth": "api-1", "to": "1Mbit"}, "its unit must be one of bit, kbit, mbit, gbit"),
        ({"partition": "api-1", "direction": "sideways"}, "'both', 'in' or 'out'"),
        ({"partition": "api-1", "from": []}, "at least 1 item"),
    ],
)
def test_a_value_out_of_bounds_is_refused(written: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        options(written)
