"""Runs from the folders that load tests left, refused where comparing them would prove nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from foundation.errors import InputError, RunInvalid
from foundation.slo import Metric, Objective
from loadtests import job, measurements, validity
from loadtests.comparing.runs import Run, run_of
from loadtests.latency_log import Clock
from loadtests.measurements import Measurements

_RUN = f"worker-*/{job.FILE}"


def read(sides: Sequence[Sequence[Path]], quantiles: Sequence[float]) -> list[list[Run]]:
    """The runs of each side, each path a run or a folder of runs.

    Raises InputError: no runs, a run named twice, other loads. Raises RunInvalid: a run that proves nothing.
    """
    found = [[(path, measurements.read(path)) for path in _folders(side)] for side in sides]
    everything = [each for side in found for each in side]
    _refuse_repeated([path for path, _ in everything])
    for path, measured in everything:
        _refuse_other_load(everything[0], (path, measured))
        _refuse_invalid(path, measured, quantiles)
    return [[run_of(str(path), measured) for path, measured in side] for side in found]


def _folders(paths: Iterable[Path]) -> list[Path]:
    return [folder for path in paths for folder in _runs_in(path)]


def _runs_in(path: Path) -> list[Path]:
    """A run itself, a rehearsal's report with its load, or a folder of such."""
    candidates = [path, path / "load"]
    alone = [folder for folder in candidates if any(folder.glob(_RUN))]
    if alone:
        return alone[:1]
    within = sorted(child for child in path.iterdir() if child.is_dir()) if path.is_dir() else []
    found = [f for child in within for f in (child, child / "load") if any(f.glob(_RUN))]
    if not found:
        raise InputError("no runs here", where=str(path), hint="name what load run --out wrote")
    return found


def _refuse_repeated(paths: Sequence[Path]) -> None:
    resolved = [path.resolve() for path in paths]
    twice = next((path for path in paths if resolved.count(path.resolve()) > 1), None)
    if twice is not None:
        raise InputError("the run is named twice: a run is no evidence about itself", where=str(twice))


def _refuse_other_load(first: tuple[Path, Measurements], other: tuple[Path, Measurements]) -> None:
    (path, one), (where, two) = first, other
    for name in ("streams", "rate", "profile", "points", "spacing"):
        if getattr(one.job, name) != getattr(two.job, name):
            raise InputError(f"another load than {path}: its {name} differs", where=str(where))


def _refuse_invalid(path: Path, measured: Measurements, quantiles: Sequence[float]) -> None:
    broken = [f for f in validity.findings(measured, _limits(measured, quantiles)) if not f.holds]
    if broken:
        raise RunInvalid(
            "an INVALID run is not compared",
            where=str(path),
            detail=[f"{finding.name}: {finding.observed} {finding.reason}".rstrip() for finding in broken],
        )


def _limits(measured: Measurements, quantiles: Sequence[float]) -> list[Objective]:
    """What the generator's own delay is held against: the percentiles that are compared."""
    main = measured.histogram(measured.job.main, Clock.RESPONSE)
    return [
        Objective(
            metric=Metric.LATENCY,
            series=measured.job.main,
            quantile=quantile,
            comparison="<",
            limit=main.percentile(quantile) / 1e9,
        )
        for quantile in quantiles
    ]
