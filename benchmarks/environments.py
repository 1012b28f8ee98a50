"""The figures of environments: how long the laptop's and one of foreign images take, and imports.

`python -m benchmarks.environments [--quick] [--json]`; --quick takes one round each. Images must be built.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import composing, foreign
from benchmarks.figures import Figure, show

ROOT = Path(__file__).resolve().parent.parent
PEAKPROOF = [sys.executable, "-m", "peakproof.cli", "env"]
INSTANCE = "benchmark"
GOALS = {"env up laptop": 12.0, "env up laptop, nothing to change": 5.0, "env down laptop": 5.0}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round each")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    rounds = 1 if options.quick else 3
    show(
        {**composing.figures(rounds), **environment(rounds), **foreign.figures(rounds)}, as_json=options.json
    )


def environment(rounds: int) -> dict[str, Figure]:
    """Medians of `rounds`, images built; each command as a person types it, Python's start included."""
    took: dict[str, list[float]] = {name: [] for name in GOALS}
    for _ in range(rounds):
        took["env up laptop"].append(_seconds("up", "laptop", "--name", INSTANCE))
        took["env up laptop, nothing to change"].append(_seconds("up", "laptop", "--name", INSTANCE))
        took["env down laptop"].append(_seconds("down", INSTANCE))
    return {
        name: Figure(value=statistics.median(took[name]), unit="s", goal=goal) for name, goal in GOALS.items()
    }


def _seconds(*arguments: str) -> float:
    """The whole command's time. Raises CalledProcessError where it fails."""
    began = time.monotonic()
    subprocess.run([*PEAKPROOF, *arguments], cwd=ROOT, check=True, capture_output=True)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
