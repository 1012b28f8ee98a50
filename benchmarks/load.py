"""The figures of load tests: what the search for capacity and the comparison of runs can tell, and the peers.

`python -m benchmarks.load [--quick] [--json]`; --quick takes a quarter of the seeds.
"""

from __future__ import annotations

import argparse

from benchmarks.figures import Figure, show
from loadtests.capacity.search import Plan, search
from loadtests.capacity.simulation import Queue
from loadtests.comparing.runs import Run
from loadtests.comparing.simulation import Service, runs
from loadtests.comparing.verdicts import Change, compare, overall

SEARCHES = 20
COMPARISONS = 40
RUNS = 5
SLOWER = 1.15
SIMULATED = "simulated"
UNMEASURED = {
    "arrivals/s, Poisson, 2 processes, p99 dispatch at most 10 ms": ("1/s", 8_000, "at least"),
    "highest clean rate to k6's, evenly spaced": ("x", 1.3, "at least"),
    "rate with all clocks to FastHttpUser's closed loop": ("x", 0.8, "at least"),
    "dispatch p99 of orderhub's journeys at 300 requests/s": ("ms", 5, "at most"),
    "p99 and p99.9 against an oracle, stalling server": ("%", 1, "at most"),
    "growth of memory over 10 minutes at 2,000/s": ("%", 5, "at most"),
}
WHY = "needs nginx, k6 and Vegeta, or minutes of two free cores: not measured by this program yet"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quarter of the seeds")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    part = 4 if options.quick else 1
    figures = {**capacities(SEARCHES // part), **comparisons(COMPARISONS // part), **unmeasured()}
    show(figures, as_json=options.json)


def capacities(seeds: int) -> dict[str, Figure]:
    """In how many seeds the capacity of an M/M/1 queue is found within 5 %."""
    queues = [Queue(service=500, limit=0.1, seed=seed) for seed in range(seeds)]
    found = [search(queue, Plan(start=20, trials=60, seed=queue.seed)) for queue in queues]
    off = [abs(each.rate / queue.capacity - 1) for each, queue in zip(found, queues, strict=True)]
    trials = sum(len(each.observations) for each in found) / seeds
    return {
        "capacity found within 5 %": Figure(
            value=sum(each <= 0.05 for each in off),
            unit=f"of {seeds}",
            goal=seeds * 19 / 20,
            sense="at least",
            reason=f"{SIMULATED}; worst {max(off):.1%}, {trials:.0f} trials each",
        )
    }


def comparisons(seeds: int) -> dict[str, Figure]:
    """False alarms among equals, and how often a p99 that is 15 % higher is found; five runs a side."""
    equal, slower = Service(), Service(p99=Service().p99 * SLOWER)
    alarms = [_change(equal, equal, seed) in (Change.SLOWER, Change.FASTER) for seed in range(seeds)]
    hits = [_change(equal, slower, seed) is Change.SLOWER for seed in range(seeds)]
    return {
        "false alarms of A/A comparisons": Figure(
            value=sum(alarms), unit=f"of {seeds}", goal=seeds * 2 / 40, reason=SIMULATED
        ),
        "p99 slower by 15 % found": Figure(
            value=sum(hits), unit=f"of {seeds}", goal=seeds * 36 / 40, sense="at least", reason=SIMULATED
        ),
    }


def unmeasured() -> dict[str, Figure]:
    """What this program does not measure, and why."""
    return {
        name: Figure(
            value=None,
            unit=unit,
            goal=goal,
            sense="at most" if sense == "at most" else "at least",
            reason=WHY,
        )
        for name, (unit, goal, sense) in UNMEASURED.items()
    }


def _change(base: Service, new: Service, seed: int) -> Change:
    """The verdict on five runs a side, none of which any other seed has."""
    before, after = _runs(base, 2 * seed), _runs(new, 2 * seed + 1)
    return overall(compare(before, after, [99.0], spreads={}, seed=seed))


def _runs(service: Service, seed: int) -> list[Run]:
    return runs(service, RUNS, seed)


if __name__ == "__main__":
    main()
