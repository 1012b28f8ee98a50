"""What a search found: for machines as a document, for people as a page with the knee. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from statistics import fmean

from markupsafe import Markup

from foundation import charts, page
from foundation.charts import Band, Chart, Limit, Scale, Series
from foundation.slo import Metric, Objective
from loadtests.capacity.search import Capacity, Status
from loadtests.capacity.trials import Observation, Outcome

COLUMNS = 60  # of the picture; trials in the same one are averaged
TICKS = 5


def in_words(found: Capacity) -> str:
    """ "131/s (90 %: 127/s to 135/s)", or what is known instead."""
    if found.low is None or found.high is None:
        known = f"at least {found.rate:.3g}/s" if found.status is Status.AT_LEAST else "not found"
        return f"{known}: {found.reason}"
    text = f"{found.rate:.4g}/s (90 %: {found.low:.4g}/s to {found.high:.4g}/s)"
    return f"{text}, wide: {found.reason}" if found.status is Status.WIDE else text


def document(found: Capacity, promised: Sequence[Objective]) -> dict[str, object]:
    """Rates per second, times in seconds; trials in the order they were run."""
    return {
        "capacity": {
            "status": found.status,
            "rate": found.rate,
            "low": found.low,
            "high": found.high,
            "reason": found.reason,
            "saturated": found.saturated,
        },
        "objectives": [str(objective) for objective in promised],
        "trials": [asdict(each) for each in found.observations],
    }


def html(title: str, found: Capacity, promised: Sequence[Objective], *more: page.Section) -> str:
    """The page: capacity, the knee, every trial, and what else belongs to it."""
    sections = [
        page.Section(anchor="knee", title="The knee", body=charts.figure(knee(found, promised))),
        page.Section(anchor="trials", title="Trials", body=trials(found.observations)),
        *more,
    ]
    return page.html(title, sections, header=[f"capacity {in_words(found)}", *(str(o) for o in promised)])


def knee(found: Capacity, promised: Sequence[Objective]) -> Chart:
    """p99 of the main journey against the rate, trials that held and others, and the interval."""
    extent = max(each.rate for each in found.observations) * 1.05
    limits = [o.limit for o in promised if o.metric is Metric.LATENCY and o.quantile == 99]
    bounded = found.low is not None and found.high is not None
    band = [Band(start=found.low or 0, end=found.high or 0, label=f"capacity {found.rate:.3g}/s")]
    kinds = (("held", "main", Outcome.HELD), ("broke", "bad", Outcome.BROKE))
    return Chart(
        anchor="knee-chart",
        title="p99 against the rate of arrivals",
        unit="s",
        description=f"Capacity {in_words(found)}; {len(found.observations)} trials.",
        extent=extent,
        interval=extent / COLUMNS,
        series=[
            Series(name=name, tone=tone, values=_columns(found.observations, outcome, extent))
            for name, tone, outcome in kinds
        ],
        bands=band if bounded else [],
        limits=[Limit(value=limit, label="objective") for limit in limits],
        scale=Scale.LOG,
        ticks=_ticks(extent),
    )


def _columns(seen: Sequence[Observation], outcome: Outcome, extent: float) -> list[float | None]:
    columns: list[list[float]] = [[] for _ in range(COLUMNS)]
    for each in seen:
        if each.outcome is outcome and each.p99 is not None:
            columns[min(int(each.rate / extent * COLUMNS), COLUMNS - 1)].append(each.p99)
    return [fmean(column) if column else None for column in columns]


def _ticks(extent: float) -> list[tuple[float, str]]:
    power = 10.0 ** math.floor(math.log10(extent / TICKS))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power * TICKS >= extent)
    return [(index * step, f"{index * step:g}/s") for index in range(math.floor(extent / step) + 1)]


def trials(seen: Sequence[Observation]) -> Markup:
    """Every trial in a row, with what was used up first where somebody looked inside."""
    looked = any(each.saturated for each in seen)
    columns = [
        page.Column(title="rate", numeric=True),
        page.Column(title="outcome"),
        page.Column(title="p99", numeric=True),
        page.Column(title="done", numeric=True),
        page.Column(title="why"),
        *([page.Column(title="used up first")] if looked else []),
    ]
    rows = [
        page.Row(
            cells=[
                f"{each.rate:.4g}/s",
                each.outcome.value,
                "-" if each.p99 is None else f"{each.p99 * 1e3:.1f} ms",
                "-" if each.throughput is None else f"{each.throughput:.4g}/s",
                "; ".join(each.reasons),
                *([each.saturated] if looked else []),
            ],
            bad=each.outcome is not Outcome.HELD,
        )
        for each in seen
    ]
    return page.table(columns, [page.Group(rows=rows)], caption="Trials in the order they were run")
