"""How fast the generator is, beside the peers that are on this machine: same server, same run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.figures import Figure
from benchmarks.loading import peers, rates
from benchmarks.loading.peers import Reached

GOALS = (8_000.0, 10_000.0)
TRIED = tuple(float(rate) for rate in range(4_000, 20_000, 1_000))
USERS = 32
ROUNDS = 10
_ROUNDS = f"the best of {ROUNDS} rounds each"


def arrivals(url: str, seconds: float) -> dict[str, Figure]:
    """Poisson arrivals of one-step orders at two rates, by the p99 of their dispatch delay."""
    return {f"dispatch p99 at {rate:,.0f} arrivals/s": _at(url, rate, seconds) for rate in GOALS}


def _at(url: str, rate: float, seconds: float) -> Figure:
    sent = rates.send(url, rate, seconds)
    told = (
        f"{sent.turned_away:,} turned away, {sent.errors:,} errors, response p99 {sent.response_p99:.1f} ms"
    )
    if sent.turned_away or sent.errors or sent.problems:
        return Figure(value=None, unit="ms", goal=rates.ON_TIME, reason=f"not all was sent: {told}")
    return Figure(value=sent.dispatch_p99, unit="ms", goal=rates.ON_TIME, reason=told)


def highest(url: str, seconds: float) -> dict[str, Figure]:
    """The highest rate of evenly spaced orders that is clean, against k6's and Vegeta's."""
    ours = rates.highest(lambda rate: rates.send(url, rate, seconds, spacing="even").clean, TRIED)
    reached = {
        name: rates.highest(_clean(peer, program, url, seconds), TRIED)
        for name, peer in {"k6": peers.k6, "Vegeta": peers.vegeta}.items()
        if (program := peers.found(name.lower())) is not None
    }
    missing = [name for name in ("k6", "Vegeta") if name not in reached]
    reason = f"ours {ours:,.0f}/s" + "".join(f"; {name} is not on this machine" for name in missing)
    k6 = reached.get("k6")
    return {
        "highest clean rate to k6's, evenly spaced": Figure(
            value=ours / k6 if k6 else None, unit="x", goal=1.3, sense="at least", reason=reason,
            peer={f"{name}, 1/s": rate for name, rate in reached.items()},
        )
    }  # fmt: skip


def _clean(
    peer: Callable[[str, str, float, float], Reached], program: str, url: str, seconds: float
) -> Callable[[float], bool]:
    return lambda rate: peer(program, url, rate, seconds).clean(rate)


def sessions(url: str, seconds: float) -> dict[str, Figure]:
    """What cookies, a token and JSON cost a journey."""
    best = _best(
        ("session", "bare"), lambda kind, time: peers.closed(kind, url, USERS, time).a_processor, seconds
    )
    return {
        "rate with cookies and JSON to that without": Figure(
            value=best["session"] / best["bare"], unit="x", goal=0.9, sense="at least",
            reason=f"{best['session']:,.0f} to {best['bare']:,.0f} a second of processor, {_ROUNDS}",
        )
    }  # fmt: skip


def wires(url: str, seconds: float) -> dict[str, Figure]:
    """Our HTTP/1.1 connection beside geventhttpclient's client, both with the moment of the first byte."""
    kinds = ("ours", "geventhttpclient")
    best = _best(kinds, lambda kind, time: peers.wire(kind, url, USERS, time), seconds)
    ours, theirs = (best[kind] for kind in kinds)
    return {
        "rate of our connection to geventhttpclient's": Figure(
            value=ours / theirs, unit="x", goal=1.0, sense="at least",
            reason=f"ours {ours:,.0f} a second of processor, {USERS} users, {_ROUNDS}",
            peer={"geventhttpclient, 1/s of processor": theirs},
        )
    }  # fmt: skip


def _best(kinds: Sequence[str], measure: Callable[[str, float], float], seconds: float) -> dict[str, float]:
    """The best round of each, by turns: what else runs on the machine only ever slows one."""
    rounds = [{kind: measure(kind, seconds / ROUNDS) for kind in kinds} for _ in range(ROUNDS)]
    return {kind: max(each[kind] for each in rounds) for kind in kinds}


def loops(url: str, seconds: float) -> dict[str, Figure]:
    """One process in a closed loop: a journey with all clocks on, against Locust's bare FastHttpUser."""
    plain = peers.closed("plain", url, USERS, seconds).rate
    ours = peers.closed("clocks", url, USERS, seconds).rate
    return {
        "rate with all clocks to FastHttpUser's closed loop": Figure(
            value=ours / plain, unit="x", goal=0.8, sense="at least", reason=f"ours {ours:,.0f}/s",
            peer={"FastHttpUser, 1/s": plain},
        )
    }  # fmt: skip
