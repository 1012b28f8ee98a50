"""The figures of load tests: the generator's speed, accuracy, memory, the peers, what statistics can tell.

`python -m benchmarks.load [--quick] [--only PART] [--json]`; --quick takes a part of the seeds, the time.
Peers (k6, vegeta) are looked for on PATH, in ~/go/bin and in the folder that PEERS names; nginx is Debian's.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from benchmarks.figures import Figure, show
from benchmarks.loading import accuracy, memory, nginx, season, speed
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
QUICKLY = 4  # a quarter of the seeds
# Seconds of load in each run of a part: quickly, and else.
TIMES = {
    "arrivals": (5, 30),
    "highest": (2, 5),
    "loops": (3, 10),
    "sessions": (5, 20),
    "wires": (5, 20),
    "accuracy": (12, 60),
    "memory": (30, 600),
}
PARTS = ("capacity", "comparing", *TIMES, "season")
Measure = Callable[[nginx.Server, float], dict[str, Figure]]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a part of the seeds and of the time, no season")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part of it; may be repeated")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    figures: dict[str, Figure] = {}
    for part in options.only or PARTS:
        figures |= measured(part, quick=options.quick)
    show(figures, as_json=options.json)


def measured(part: str, *, quick: bool) -> dict[str, Figure]:
    """The figures of a part."""
    if part == "capacity":
        return capacities(SEARCHES // QUICKLY if quick else SEARCHES)
    if part == "comparing":
        return comparisons(COMPARISONS // QUICKLY if quick else COMPARISONS)
    if part == "season":
        return season.skipped("left out by --quick") if quick else season.dispatch()
    return served(part, TIMES[part][0 if quick else 1])


def served(part: str, seconds: float) -> dict[str, Figure]:
    """A part that needs the web server; without it nothing of the part is known."""
    program = nginx.found()
    if program is None:
        return {part: Figure(value=None, unit="", goal=0, reason="needs nginx: apt install nginx-light")}
    with nginx.serving(program) as server:
        return SERVED[part](server, seconds)


SERVED: Mapping[str, Measure] = {
    "arrivals": lambda server, seconds: speed.arrivals(server.url, seconds),
    "highest": lambda server, seconds: speed.highest(server.url, seconds),
    "loops": lambda server, seconds: speed.loops(server.url, seconds),
    "sessions": lambda server, seconds: speed.sessions(server.url, seconds),
    "wires": lambda server, seconds: speed.wires(server.url, seconds),
    "accuracy": accuracy.figures,
    "memory": lambda server, seconds: memory.figures(server.url, seconds),
}


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


def _change(base: Service, new: Service, seed: int) -> Change:
    """The verdict on five runs a side, none of which any other seed has."""
    before, after = _runs(base, 2 * seed), _runs(new, 2 * seed + 1)
    return overall(compare(before, after, [99.0], spreads={}, seed=seed))


def _runs(service: Service, seed: int) -> list[Run]:
    return runs(service, RUNS, seed)


if __name__ == "__main__":
    main()
