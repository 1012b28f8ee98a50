"""The figures of the dress rehearsal: how quickly it is set up and run, and what the laptop season shows.

`python -m benchmarks.rehearsal [--quick] [--json]`; --quick leaves out `make test`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.figures import Figure, show

ROOT = Path(__file__).resolve().parent.parent
PEAKPROOF = [sys.executable, "-m", "peakproof.cli"]
INSTANCE = "benchmark"
BARE = "needs a machine without Docker, images and .venv: time it there"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without `make test`")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    figures = {**season(), **repeated(), **suite(quick=options.quick), **bare()}
    show(figures, as_json=options.json)


def season() -> dict[str, Figure]:
    """The laptop season: what was lost, and the order latency outside the fault's 10 s and within them."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*PEAKPROOF, "rehearse", "seasons/laptop.yaml", "--out", folder]
        subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        results = json.loads((Path(folder) / "results.json").read_text())
        outside, within = _order_p99(Path(folder) / "load", results)
    compared = results["conservation"] or {"fates": {}}
    bad = sum(count for fate, count in compared["fates"].items() if fate != "conserved")
    verdict = results["verdict"]
    broken = "; ".join(each["name"] for each in verdict["findings"] if not each["holds"])
    return {
        "orders not conserved": Figure(
            value=float(bad), unit="orders", goal=0, reason=f"{verdict['status']} {broken}".strip()
        ),
        "orders intended": Figure(
            value=float(compared.get("intended", 0)), unit="orders", goal=3_300, sense="at least",
            reason="60/s for 60 s, Poisson: 3,600 less five standard deviations",
        ),
        "order p99 outside the fault's 10 s": Figure(value=outside, unit="ms", goal=500),
        "order p99 within the fault's 10 s": Figure(
            value=within, unit="ms", goal=500, reason="shown, no objective"
        ),
    }  # fmt: skip


def repeated() -> dict[str, Figure]:
    """`make rehearsal` on a machine that is set up, of which 60 s are load."""
    return {"make rehearsal, again": Figure(value=_seconds(["make", "rehearsal"]), unit="s", goal=150)}


def suite(*, quick: bool) -> dict[str, Figure]:
    """`make test` with images built."""
    if quick:
        return {"make test": Figure(value=None, unit="s", goal=600, reason="left out by --quick")}
    return {"make test": Figure(value=_seconds(["make", "test"]), unit="s", goal=600)}


def bare() -> dict[str, Figure]:
    """What only a bare machine can show."""
    return {
        "make rehearsal, bare machine": Figure(value=None, unit="s", goal=600, reason=BARE),
        ".ci/run from nothing": Figure(value=None, unit="s", goal=1500, reason=BARE),
    }


def _order_p99(measurements: Path, results: dict[str, object]) -> Iterator[float]:
    """p99 of the order step in ms, outside the ten seconds after each fault and within them."""
    from loadtests.judging import measurements as load
    from loadtests.judging.measurements import Window

    measured = load.read(measurements)
    faults = results["faults"]
    assert isinstance(faults, list)
    windows = [Window(start=fault["at"], end=fault["at"] + 10) for fault in faults]
    for seconds in (measured.outside(windows), measured.inside(windows)):
        yield measured.histogram("place-order/order", seconds=seconds).percentile(99) / 1e6


def _seconds(command: Sequence[str]) -> float:
    began = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
