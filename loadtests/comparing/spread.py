"""How much runs of the same version differ on this machine: stored once, used where a side is one run only.

One JSON file in the person's state folder (XDG_STATE_HOME); never guessed, never taken from other machines.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from foundation import folders
from foundation.errors import InputError
from loadtests.comparing.runs import Run

FORMAT = 1
LEAST_RUNS = 3


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The standard deviation of the logarithm of a percentile between runs, and how many runs told it."""

    deviation: float
    runs: int


Spreads = Mapping[tuple[str, float], Spread]


def spreads_of(runs: Sequence[Run], quantiles: Sequence[float]) -> dict[tuple[str, float], Spread]:
    """The spread of each series and percentile. Raises InputError below three runs."""
    if len(runs) < LEAST_RUNS:
        raise InputError(f"a spread needs at least {LEAST_RUNS} runs of the same version, got {len(runs)}")
    series = sorted(set.intersection(*({name for name in run.blocks if run.total(name)} for run in runs)))
    return {(name, quantile): _spread(runs, name, quantile) for name in series for quantile in quantiles}


def _spread(runs: Sequence[Run], series: str, quantile: float) -> Spread:
    logs = [math.log(max(run.percentile(series, quantile), 1.0)) for run in runs]
    return Spread(deviation=statistics.stdev(logs), runs=len(runs))


def path() -> Path:
    """Where this machine's spreads are."""
    return folders.state() / "spread.json"


def store(spreads: Spreads, file: Path) -> None:
    """Adds spreads to those that are known; newer ones replace older ones of the same name."""
    known = {**load(file), **spreads}
    file.parent.mkdir(parents=True, exist_ok=True)
    entries = [
        {"series": series, "quantile": quantile, **asdict(found)}
        for (series, quantile), found in sorted(known.items())
    ]
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps({"format": FORMAT, "spreads": entries}, indent=2) + "\n")
    draft.replace(file)


def load(file: Path) -> dict[tuple[str, float], Spread]:
    """What is stored; nothing where nothing is. Raises InputError: not a file of ours."""
    if not file.exists():
        return {}
    try:
        found = json.loads(file.read_text())
        entries = {FORMAT: found["spreads"]}[found["format"]]
        return {
            (entry["series"], entry["quantile"]): Spread(deviation=entry["deviation"], runs=entry["runs"])
            for entry in entries
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"not a readable spread: {error}", where=str(file), hint="remove it and store it again"
        ) from error
