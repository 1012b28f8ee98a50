"""What `peakproof load compare` and `load spread` do, from folders to an exit code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich import box
from rich.markup import escape
from rich.table import Table

from foundation.console import people, print_json
from foundation.errors import ExitCode, InputError
from loadtests.comparing import reading, spread
from loadtests.comparing.lines import lines
from loadtests.comparing.verdicts import Change, Comparison, overall
from loadtests.comparing.verdicts import compare as compared

EXIT: Mapping[Change, ExitCode] = {
    Change.SAME: ExitCode.OK,
    Change.FASTER: ExitCode.OK,
    Change.SLOWER: ExitCode.FAIL,
    Change.UNDECIDED: ExitCode.INVALID,
}
_COLOURS = {Change.SLOWER: "bold red", Change.UNDECIDED: "bold yellow"}


def compare(
    base: Sequence[Path],
    new: Sequence[Path],
    quantiles: Sequence[float],
    seed: int,
    *,
    as_json: bool,
    other_target: bool = False,
) -> ExitCode:
    """Compares runs, shows each series and returns the exit code: 0 faster or same, 1 slower, 3 undecided."""
    sides = reading.read([base, new], quantiles, other_target=other_target)
    before, after = sides.runs
    found = compared(before, after, quantiles, spreads=spread.load(spread.path()), seed=seed)
    change = overall(found)
    console = people()
    console.print(f"{len(before)} runs against {len(after)}")
    for line in lines(found):
        console.print(escape(line), soft_wrap=True)
    for reason in [*sides.remarks, *_reasons(found)]:
        console.print(escape(reason))
    console.print(f"[{_COLOURS.get(change, 'bold green')}]{change}[/]")
    if as_json:
        print_json(
            {
                "change": change,
                "base": [run.name for run in before],
                "new": [run.name for run in after],
                "remarks": list(sides.remarks),
                "comparisons": [asdict(comparison) for comparison in found],
            }
        )
    return EXIT[change]


def store_spread(paths: Sequence[Path], quantiles: Sequence[float], *, as_json: bool) -> ExitCode:
    """Stores for this machine how much runs of the same version differ."""
    (runs,) = reading.read([paths], quantiles).runs
    found = spread.spreads_of(runs, quantiles)
    spread.store(found, spread.path())
    table = Table("series", "percentile", "runs differ by", box=box.SIMPLE)
    for (series, quantile), each in found.items():
        table.add_row(escape(series), f"p{quantile:g}", f"{each.deviation:.1%}")
    console = people()
    console.print(table, f"stored in {spread.path()}")
    if as_json:
        print_json([{"series": s, "quantile": q, **asdict(each)} for (s, q), each in found.items()])
    return ExitCode.OK


def quantile(text: str) -> float:
    """The number in "p99". Raises InputError."""
    number = text.removeprefix("p")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if number == text or not 0 < value < 100:
        raise InputError(f"expected a percentile such as p99, got {text!r}", where="--percentile")
    return value


def _reasons(comparisons: Sequence[Comparison]) -> list[str]:
    """Why series are undecided, those with the same reason together."""
    series: defaultdict[str, list[str]] = defaultdict(list)
    for each in comparisons:
        if each.reason:
            series[each.reason].append(f"{each.series} p{each.quantile:g}")
    return [f"{', '.join(names)}: {reason}" for reason, names in series.items()]
