"""`load run --once`: one arrival of each journey, every request and answer shown. Judges no objective."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from foundation.console import people, print_json
from foundation.errors import ExitCode
from loadtests.judging import measurements
from loadtests.judging.measurements import Measurements
from loadtests.local import generate
from loadtests.planning.arrivals import Scenario, Stream
from loadtests.planning.job import Job, Retry
from loadtests.recording import checks
from loadtests.recording.progress import Event, Exchanged, Note

_ENDS = ("completed", "refused", "shed", "errors", "turned_away")
_WORDS = {"completed": "ended well", "errors": "failed", "turned_away": "turned away"}
_WELL = ("completed", "refused")


def job(asked: Job) -> Job:
    """The same journeys once each, a second apart so that exchanges do not mix; nothing repeated."""
    return replace(
        asked,
        rate=1.0,
        duration=float(len(asked.streams)),
        profile="constant",
        points=(),
        spacing="even",
        streams=tuple(
            Stream(journey=stream.journey, scenario=Scenario(rate=1.0, start=float(second), duration=1.0))
            for second, stream in enumerate(asked.streams)
        ),
        retry=Retry(attempts=1),
        self_test=None,
        processes=1,
        shown=True,
    )


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a journey's one arrival ended: `completed`, `refused`, or else."""

    journey: str
    how: str

    @property
    def well(self) -> bool:
        return self.how in _WELL


@dataclass
class _Shown:
    """Shows exchanges as they come, and keeps them."""

    console: Console
    exchanges: list[Exchanged] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        if isinstance(event, Note):
            self.console.print(escape(event.text), soft_wrap=True)
        if isinstance(event, Exchanged):
            self.exchanges.append(event)
            title = f"{event.journey}/{event.step}, {event.milliseconds:.1f} ms"
            self.console.print(f"\n[bold]{escape(title)}[/]", soft_wrap=True)
            self.console.print(escape(_marked("> ", event.asked)), soft_wrap=True, highlight=False)
            self.console.print(escape(_marked("< ", event.answered)), soft_wrap=True, highlight=False)


def run(asked: Job, *, keep: bool, as_json: bool) -> ExitCode:
    """Sends it and shows it; FAIL where an arrival did not end well. `keep`: what it leaves stays."""
    shown = _Shown(people())
    with tempfile.TemporaryDirectory() as scratch:
        once = job(asked if keep else replace(asked, output=str(Path(scratch) / asked.run)))
        generate(once, shown.hear)
        measured = measurements.read(Path(once.output))
    ended = ends(measured)
    _tell(shown.console, measured, ended)
    if as_json:
        print_json(document(shown.exchanges, measured, ended))
    return ExitCode.OK if all(each.well for each in ended) else ExitCode.FAIL


def ends(measured: Measurements) -> list[Ended]:
    """How each journey ended. Pure."""
    totals = {stream.journey: asdict(measured.totals(stream.journey)) for stream in measured.job.streams}
    return [
        Ended(journey=name, how=next((end for end in _ENDS if total[end]), "not sent"))
        for name, total in totals.items()
    ]


def document(exchanges: list[Exchanged], measured: Measurements, ended: list[Ended]) -> dict[str, object]:
    """All of it for machines. Pure."""
    return {
        "ended": {each.journey: each.how for each in ended},
        "exchanges": [asdict(each) for each in exchanges],
        "checks": checks.document(measured.checks),
        "failures": [{"kind": f.kind, "traceback": f.traceback} for f in measured.failures],
    }


def _tell(console: Console, measured: Measurements, ended: list[Ended]) -> None:
    console.print()
    for failure in measured.failures:
        console.print(f"[red]{escape(failure.kind)}[/]", soft_wrap=True)
        if not failure.kind.startswith(f"{failure.journey}/"):  # a step's own words say all
            console.print(escape(failure.traceback.rstrip()), soft_wrap=True, highlight=False)
    for each in ended:
        colour = "green" if each.well else "red"
        how = _WORDS.get(each.how, each.how)
        console.print(f"[{colour}]{escape(each.journey)}[/] {how}", soft_wrap=True)


def _marked(mark: str, text: str) -> str:
    return "\n".join(f"{mark}{line}".rstrip() for line in text.splitlines())
