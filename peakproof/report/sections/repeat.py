"""How to repeat the run: the command, the seed, the versions, the machine, and how long each stage took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from foundation import page
from foundation.page import Column, Group, Row, Section
from peakproof.report import words
from peakproof.results import Load, Results, StageTime

STAGES = (Column(title="Stage"), Column(title="Time", numeric=True))


def section(results: Results) -> Section:
    return Section(anchor="repeat", title="How to repeat it", body=page.joined(_parts(results)))


def _parts(results: Results) -> Iterator[Markup]:
    if results.command:
        yield page.fragment("command.html", command=results.command)
    else:
        yield page.note("The command line was not recorded.")
    yield page.facts(
        {"Run": page.code(results.run), **_when(results), **_where(results), **_load(results.load)}
    )
    yield page.heading("Stages")
    yield _stages(results.stages)
    yield from _known("Machine", results.machine)
    yield from _known("Versions", results.versions)


def _when(results: Results) -> Mapping[str, str]:
    times = {"Started": results.started, "Ended": results.ended}
    return {name: words.moment(iso) for name, iso in times.items() if iso}


def _where(results: Results) -> Mapping[str, str | Markup]:
    return {"In the folder": page.code(results.folder)} if results.folder else {}


def _load(load: Load | None) -> Mapping[str, str | Markup]:
    if load is None:
        return {"Load": "none was measured"}
    also = [f"{name} {ratio:g} times as often" for name, ratio in load.also.items()]
    return {
        "Journeys": ", ".join([load.journey, *also]),
        "Profile": f"{load.profile}, peak {words.rate(load.peak)}, {words.seconds(load.duration)}",
        "Seed": str(load.seed),
        "Digest of the schedule": page.code(load.schedule),
    }


def _stages(stages: tuple[StageTime, ...]) -> Markup:
    if not stages:
        return page.note("No stage was completed.", warning=True)
    rows = [_stage(stage) for stage in stages]
    total = Row(cells=("altogether", words.seconds(sum(stage.seconds for stage in stages))))
    return page.table(STAGES, [Group(rows=[*rows, total])], caption="How long each stage took")


def _stage(stage: StageTime) -> Row:
    name = stage.stage if stage.whole else f"{stage.stage}, not to its end"
    return Row(cells=(name, words.seconds(stage.seconds)), bad=not stage.whole)


def _known(title: str, values: Mapping[str, str]) -> Iterator[Markup]:
    yield page.heading(title)
    yield page.facts(values) if values else page.note("Not recorded.")
