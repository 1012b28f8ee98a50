"""Runs from the folders that load tests left, refused where comparing them would prove nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import InputError, RunInvalid
from foundation.slo import Metric, Objective
from loadtests.comparing import sameness
from loadtests.comparing.runs import Run, run_of
from loadtests.judging import measurements, validity
from loadtests.judging.measurements import Measurements
from loadtests.planning import job
from loadtests.recording.latency_log import Clock

_RUN = f"worker-*/{job.FILE}"


@dataclass(frozen=True, kw_only=True)
class Sides:
    """The runs of each side, and what is worth telling of their loads."""

    runs: list[list[Run]]
    remarks: tuple[str, ...]


def read(sides: Sequence[Sequence[Path]], quantiles: Sequence[float], *, other_target: bool = False) -> Sides:
    """Each path is a run or a folder of runs; `other_target` is what is compared, and allowed to differ.

    Raises InputError: no runs, a run named twice, other loads. Raises RunInvalid: a run that proves nothing.
    """
    found = [[(path, measurements.read(path)) for path in _folders(side)] for side in sides]
    everything = [each for side in found for each in side]
    _refuse_repeated([path for path, _ in everything])
    first = everything[0]
    for path, measured in everything:
        _refuse_other_load(first, (path, measured), other_target=other_target)
        _refuse_invalid(path, measured, quantiles)
    remarks = [f"{path}: {what}" for path, other in everything for what in sameness.remarks(first[1], other)]
    targets = sorted({measured.job.target for _, measured in everything})
    if len(targets) > 1:
        remarks.append(f"runs on {len(targets)} targets: {', '.join(targets)}")
    runs = [[run_of(str(path), measured) for path, measured in side] for side in found]
    return Sides(runs=runs, remarks=tuple(remarks))


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


def _refuse_other_load(
    first: tuple[Path, Measurements], other: tuple[Path, Measurements], *, other_target: bool
) -> None:
    (path, one), (where, two) = first, other
    before, after = one.job, two.job
    if other_target or (_rehearsed(path) and _rehearsed(where)):
        before, after = sameness.on_the_same_target(before), sameness.on_the_same_target(after)
    differing = list(sameness.differences(before, after))
    if differing:
        alone = len(differing) == 1 and differing[0].startswith("target")
        raise InputError(
            f"another load than {path}: its {', its '.join(differing)}",
            where=str(where),
            hint="if the targets are what is compared, say so: --other-target" if alone else None,
        )


def _rehearsed(path: Path) -> bool:
    """Whether a run is the load of a rehearsal: its target is an address of an environment that is gone."""
    return path.name == "load" and (path.parent / "results.json").is_file()


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
