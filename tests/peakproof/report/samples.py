"""Rehearsals as they end in practice, as values: one that passed, two that failed, two that prove nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from foundation.verdict import Finding, Weight, judge
from peakproof import conservation
from peakproof.conservation import BadOrder, Conservation, Fate
from peakproof.results import (
    Data,
    DelayFigures,
    FaultRecord,
    GaugeFigures,
    Inside,
    Load,
    Percentiles,
    Ran,
    Results,
    Second,
    StageTime,
    StatementShare,
)
from peakproof.telemetry.saturation import Resource

FAULT_AT = 30
RECOVERY = 4.0
SCRIPT = "<script>alert('from the platform')</script>"
P99 = "place-order p99 < 500ms outside faults+10s"


def passed() -> Results:
    """60 orders a second for 60 s, one node killed, nothing lost."""
    return Results(
        season="laptop",
        run="laptop-20261122T194702Z-7f3a",
        started="2026-11-22T20:47:02+01:00",
        scope=(
            "Shown: order conservation, and fail-over of the API behind the balancer.",
            "This machine only (2 cores): orders per second and latencies; they say nothing of production's.",
            "Not shown: loss of the database or the broker; load beyond 60/s; more than one fault at a time.",
        ),
        verdict=judge([conservation.finding(kept()), *validity(), *objectives()]),
        load=load(),
        faults=(
            FaultRecord(
                name="kill", role="api.any", node="api-2", at=FAULT_AT, until=None, recovery=RECOVERY,
                how="killed",
            ),
        ),
        conservation=kept(),
        data=Data(
            source="sample", size=10_000, rows=268_412, masked_columns=31, verified=True, policy="policy.yaml"
        ),
        environment=environment(),
        stages=tuple(
            StageTime(stage=name, seconds=seconds)
            for name, seconds in {
                "images": 0.4, "environment": 11.2, "data": 6.8, "load": 60.3, "drain": 3.1,
                "conservation": 0.6, "environment down": 4.2,
            }.items()
        ),
        machine={
            "processor": "AMD EPYC 7B13", "cores": "2", "memory": "24 GiB", "kernel": "Linux 6.1.0-28-amd64",
            "docker": "20.10.24",
        },
        versions={"peakproof": "0.1.0", "python": "3.11.2", "locust": "2.43.1", "postgres": "17.6"},
        command="peakproof rehearse seasons/laptop.yaml",
        folder="/srv/shop",
        ended="2026-11-22T20:48:29+01:00",
        inside=inside(),
    )  # fmt: skip


def lost_orders() -> Results:
    """The platform lost, doubled and oversold orders, and says so in words that are not to be trusted."""
    broken = replace(
        kept(),
        fates={"conserved": 3523, "doubled": 11, "lost": 58, "oversold": 3, "phantom": 1},
        bad=tuple(bad_orders()),
    )
    findings = [conservation.finding(broken), *validity(), *objectives()]
    return replace(passed(), conservation=broken, verdict=judge(findings))


def too_slow() -> Results:
    """Everything is there, but too late, and it never recovered."""
    missed = objectives(p99="812 ms", holds=False)
    reason = "no 5 s in which all is well before the load ended"
    missed[2] = replace(missed[2], holds=False, observed="not recovered", reason=reason)
    fault = replace(passed().faults[0], until=45.0, recovery=None)
    return replace(
        passed(),
        verdict=judge([conservation.finding(kept()), *validity(), *missed]),
        faults=(
            fault,
            replace(fault, name="pause", how="paused", role="worker", node="worker-1", at=33.0, until=None),
        ),
        load=load(slowdown=6.0),
    )


def late_generator() -> Results:
    """The generator could not keep up: the figures are not the platform's."""
    late = replace(
        validity()[2],
        holds=False,
        observed="23 of 60 seconds late, worst p99 1.84 s",
        reason="the generator could not keep up: its own delay would count as the platform's",
    )
    kept_up, sent, _, *rest = validity()
    verdict = judge([conservation.finding(kept()), kept_up, sent, late, *rest, *objectives()])
    return replace(passed(), verdict=verdict)


def interrupted() -> Results:
    """Somebody pressed Ctrl-C while the environment came up."""
    finding = Finding(
        name="rehearsal completed", weight=Weight.VALIDITY, holds=False, expected="every stage",
        observed="ended in stage environment", reason="interrupted while the environment came up",
    )  # fmt: skip
    return replace(
        passed(),
        verdict=judge([finding]),
        load=None, inside=None, faults=(), conservation=None, data=None, environment=None,
        stages=(StageTime(stage="images", seconds=0.4),),
        scope=("Not shown: anything. The rehearsal ended before load was sent.",),
    )  # fmt: skip


ALL = (passed, lost_orders, too_slow, late_generator, interrupted)


def load(slowdown: float = 1.0) -> Load:
    """The load of the laptop season, the same at every call."""
    return Load(
        journey="place-order",
        also={"browse": 5.0},
        profile="constant",
        peak=60.0,
        duration=60.0,
        seed=7,
        schedule="sha256:5d1b6a0f93c2",
        seconds=tuple(_seconds(slowdown)),
        percentiles=(
            _percentiles("browse", 18_034, 6.1 * slowdown),
            _percentiles("place-order", 3595, 21.4 * slowdown),
            _percentiles("place-order/price", 3607, 5.2 * slowdown),
            _percentiles("place-order/order", 3611, 12.9 * slowdown),
            _percentiles("place-order/status", 7954, 4.8 * slowdown),
        ),
        dispatch_p99=0.84,
    )


def inside() -> Inside:
    """The database's processor was used up after 41 s; one order had not reached the ERP."""
    cpu = Resource(
        name="the database's CPU", mean=0.71, highest=0.98, saturated_at=41.0,
        evidence="up to 98% of 2 cores; of 1.93 the platform's 1.81: database 1.02, api 0.51",
    )  # fmt: skip
    disk = Resource(
        name="disk", mean=0.06, highest=0.12, saturated_at=None, evidence="busy 12% of a second at most"
    )
    dice = random.Random(5)
    return Inside(
        first=cpu,
        rate=62.0,
        resources=(disk, cpu),
        statements=(StatementShare(statement="SELECT outcome, id FROM accept_order($1, $2)", share=0.53),),
        delays=(
            DelayFigures(
                name="accepted->erp", count=3588, never=1, p50=80.1, p95=391.0, p99=641.0, longest=None,
                seconds=tuple(dice.uniform(90, 700) for _ in range(60)),
            ),
        ),
        gauges=(GaugeFigures(name="outbox lag", longest=0.71, seconds=_minute(dice)),),
        services={name: _minute(dice) for name in ("api", "database", "worker")},
        machine={"CPU": "mean 71%, highest 98%", "run queue": "mean 3.1, highest 9.0"},
        samples=60,
        cost=0.003,
    )  # fmt: skip


def _minute(dice: random.Random) -> tuple[float, ...]:
    return tuple(dice.uniform(0.1, 0.7) for _ in range(60))


def kept() -> Conservation:
    """Every order accounted for."""
    return Conservation(
        intended=3595,
        outcomes={"acknowledged": 3588, "in-doubt": 3, "refused": 4},
        fates={"conserved": 3595},
        states={"confirmed": 3582, "failed": 8},
        in_doubt_found=2,
        bad=(),
    )


def bad_orders() -> Sequence[BadOrder]:
    fates = [Fate.LOST] * 58 + [Fate.DOUBLED] * 11 + [Fate.OVERSOLD] * 3 + [Fate.PHANTOM]
    return [_bad_order(index, fate) for index, fate in enumerate(fates)]


def validity() -> list[Finding]:
    seen = (
        ("generators ended well", "1", "1 of 1"),
        ("every arrival sent or turned away", "21,629", "21,629 sent, 0 turned away"),
        (
            "arrivals on time", "dispatch delay p99 at most 25 ms in 99 % of seconds",
            "0 of 60 seconds late, worst p99 2.31 ms",
        ),
        ("ledger and logs complete", "complete", "complete"),
        ("wall clock steady", "within 100 ms", "0.12 ms"),
    )  # fmt: skip
    return [
        Finding(name=name, weight=Weight.VALIDITY, holds=True, expected=expected, observed=observed)
        for name, expected, observed in seen
    ]


def objectives(p99: str = "88.3 ms", *, holds: bool = True) -> list[Finding]:
    seen = (
        (P99, p99, holds, "of 2,996; within faults+10s: 1.14 s"),
        ("errors < 0.1%", "0.083% (3 of 3,595)", True, "4 refused by the platform (no errors)"),
        ("recovery < 30s", "4.0 s", True, ""),
    )
    return [
        Finding(name=text, weight=Weight.OBJECTIVE, holds=good, expected=text, observed=value, reason=reason)
        for text, value, good, reason in seen
    ]


def environment() -> Ran:
    images = {
        "api-1": "orderhub/app", "api-2": "orderhub/app", "balancer-1": "peakproof/haproxy",
        "broker-1": "peakproof/rabbitmq", "database-1": "peakproof/postgres", "door": "peakproof/haproxy",
        "erp-1": "orderhub/app", "relay-1": "orderhub/app", "worker-1": "orderhub/app",
    }  # fmt: skip
    nodes = {
        node: f"{image}@sha256:{random.Random(image).randbytes(16).hex()}" for node, image in images.items()
    }
    return Ran(
        name="laptop-7f3a", definition="laptop", site="laptop", digest="sha256:9c41e7d20b8f", nodes=nodes,
        images={node: f"{image}:5d1b6a0f93c2" for node, image in images.items()},
    )  # fmt: skip


def _seconds(slowdown: float) -> Sequence[Second]:
    dice = random.Random(7)
    return [_second(at, dice, slowdown) for at in range(60)]


def _second(at: int, dice: random.Random, slowdown: float) -> Second:
    wanted = round(dice.gauss(60, 7))
    shock = {0: 14.0, 1: 9.0, 2: 3.5, 3: 1.6}.get(at - FAULT_AT, 1.0)
    p50 = dice.uniform(18, 24) * (1 + (shock - 1) / 8) * (slowdown if at >= FAULT_AT else 1.0)
    silent = at in (FAULT_AT + 1,) and slowdown > 1  # not one journey of that second ended
    p95, p99 = p50 * dice.uniform(1.9, 2.4) * shock**0.5, p50 * dice.uniform(2.8, 4.2) * shock**0.9
    attempt_errors = {0: 21, 1: 12, 2: 2}.get(at - FAULT_AT, 0)
    return Second(
        at=at,
        wanted=wanted,
        reached=wanted,
        orders=wanted - {0: 9, 1: 4}.get(at - FAULT_AT, 0),
        errors={0: 2, 1: 1}.get(at - FAULT_AT, 0),
        attempt_errors=attempt_errors,
        p50=None if silent else round(p50, 2),
        p95=None if silent else round(p95, 2),
        p99=None if silent else round(p99, 2),
    )


def _percentiles(series: str, count: int, p50: float) -> Percentiles:
    return Percentiles(
        series=series, count=count, p50=p50, p95=p50 * 2.3, p99=p50 * 4.1, p999=p50 * 31, longest=p50 * 88
    )


def _bad_order(index: int, fate: Fate) -> BadOrder:
    why = {
        Fate.LOST: "acknowledged to the client, but the platform does not have it",
        Fate.DOUBLED: "2 orders and 2 effects for one key",
        Fate.OVERSOLD: f"accepted beyond the customer's credit limit {SCRIPT}",
        Fate.PHANTOM: "the platform has an order that this run never sent",
    }[fate]
    copies = {Fate.LOST: 0, Fate.DOUBLED: 2}.get(fate, 1)
    phantom = fate is Fate.PHANTOM
    return BadOrder(
        key=f"laptop-20261122T194702Z-7f3a-{1800 + index * 7}",
        fate=fate,
        why=why,
        intended_at=0 if phantom else 1_795_376_852_104_000_000 + index * 116_000_000,
        outcome="never intended" if phantom else "acknowledged",
        attempts=0 if phantom else 1 + index % 3,
        copies=copies,
        effects=copies,
        state="" if fate is Fate.LOST else "confirmed",
    )
