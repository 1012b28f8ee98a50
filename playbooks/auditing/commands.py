"""What `hosts audit` does, for the command line: collects, judges, writes, shows."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from environments import loading
from environments.site import Site
from foundation.console import people
from playbooks import standing
from playbooks.auditing import reaching, writing
from playbooks.auditing.audit import Audit, judged
from playbooks.auditing.evidence import Evidence
from playbooks.auditing.judging import Severity
from playbooks.auditing.opened import opened
from playbooks.auditing.page import sentence
from playbooks.deriving import firewall

_COLOURS = {Severity.HIGH: "bold red", Severity.MEDIUM: "yellow", Severity.LOW: "dim"}
_SHOWN = 40  # lines of findings on a terminal; the report has all


def audit(site_name: str, report: Path | None) -> Audit:
    """Looks at every host of a site. Raises InputError: no such site, or it will not do."""
    site = loading.site_of(site_name, beside=Path.cwd())
    standing.require_reachable(site, "looked at from here")
    firewall.require_possible(site)
    console = people()
    collected = _collect(site, console)
    openings = opened(site, collected.sections)
    evidence = [
        Evidence(host=host, sections=sections, opened=openings[host])
        for host, sections in collected.sections.items()
    ]
    made = judged(
        site.site, evidence, collected.unreachable,
        made=datetime.now(UTC).isoformat(timespec="seconds"), version=version("peakproof"),
    )  # fmt: skip
    if report is not None:
        writing.write(made, evidence, report)
    _show(console, made, report)
    return made


def _collect(site: Site, console: Console) -> reaching.Collected:
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(f"looking at {len(site.hosts)} hosts", total=len(site.hosts))
        return reaching.collect(site, lambda _: progress.advance(task))


def _show(console: Console, audit: Audit, report: Path | None) -> None:
    for host, why in audit.unreachable.items():
        console.print(f"[bold red]not reached:[/] {escape(host)}: {escape(why)}")
    for (_, finding), hosts in list(audit.shared.items())[:_SHOWN]:
        word = f"[{_COLOURS[finding.severity]}]{finding.severity:<7}[/]"
        console.print(f"{word} {escape(', '.join(hosts))}: {escape(finding.what)}")
    if len(audit.shared) > _SHOWN:
        console.print(f"… and {len(audit.shared) - _SHOWN} more")
    for missing in sorted({f"{answer.host}: {answer.missing}" for answer in audit.unlooked}):
        console.print(f"[bold]not looked at:[/] {escape(missing)}")
    console.print(sentence(audit))
    where = f"[bold]report:[/] {escape(str(report / writing.PAGE))}" if report else ""
    console.print(
        where or "[bold]next:[/] --report FOLDER writes the page, the JSON and every host's packages"
    )
