"""The audit as a page for people: one HTML file. Pure: an audit in, text out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup, escape

from foundation import page
from foundation.page import Column, Group, Row, Section
from foundation.verdict import Status as Word
from playbooks.auditing import boxed, controls
from playbooks.auditing.areas import AREAS, checks
from playbooks.auditing.audit import Audit
from playbooks.auditing.controls import Covered, Standard, State
from playbooks.auditing.judging import Answer, Severity, Status

_FINDINGS = tuple(Column(title=title) for title in ("Severity", "Host", "What", "What to do", "Evidence for"))
_SHORT = {"iso27001": "ISO 27001", "pci": "PCI DSS", "rodo": "RODO"}
_CONTROLS = tuple(Column(title=title) for title in ("Control", "Asks for", "State", "Why"))
_ANSWERS = tuple(Column(title=title) for title in ("Question", "Host", "Answer", "Seen"))
_HOSTS = tuple(Column(title=title) for title in ("Host", "Release", "Kernel", "Is"))
_ACCEPTED = tuple(Column(title=title) for title in ("Host", "What", "Why it stays"))


def html(audit: Audit, standards: Mapping[str, Standard]) -> str:
    """The whole page."""
    sections = [
        _headline(audit),
        _hosts(audit),
        _findings(audit, standards),
        *(_standard(audit, name, standard) for name, standard in standards.items()),
        _answers(audit),
        _accepted(audit),
        _untestable(audit),
    ]
    return page.html(
        f"Audit of the hosts of {audit.site}",
        [section for section in sections if section is not None],
        header=("Peakproof host audit", audit.site, audit.made),
        footer=(
            f"peakproof {audit.version}",
            "audit.json beside this page says the same to machines; sbom/ has the packages (CycloneDX)",
        ),
    )


def _headline(audit: Audit) -> Section:
    word = Word.PASS
    if audit.unreachable or audit.unlooked:
        word = Word.INVALID
    if audit.count(Severity.HIGH):
        word = Word.FAIL
    body = page.fragment("verdict.html", status=word, sentence=sentence(audit), bound=_bound(audit))
    return Section(anchor="verdict", title="", body=body)


def sentence(audit: Audit) -> str:
    """What was found, in a line."""
    counts = ", ".join(f"{audit.count(severity)} {severity}" for severity in Severity)
    hosts = f"{len(audit.hosts)} {'host' if len(audit.hosts) == 1 else 'hosts'}"
    gone = f"; not reached: {', '.join(audit.unreachable)}" if audit.unreachable else ""
    return f"{hosts} of {audit.site} looked at{gone}. Findings: {counts}."


def _bound(audit: Audit) -> str:
    covered = [each for each in audit.covered if each.state is not State.NOT_COVERED]
    unlooked = len(audit.unlooked)
    missing = f"{unlooked} questions were not looked at, which is no pass. " if unlooked else ""
    return (
        f"{missing}{len(covered)} of {len(audit.covered)} controls listed have technical evidence on hosts; "
        "the others are named as not covered. This is evidence for an auditor, not a certificate."
    )


def _hosts(audit: Audit) -> Section:
    rows = [
        Row(
            cells=(
                host.name,
                host.release,
                host.kernel,
                "a container (in a box)" if host.boxed else "a machine",
            )
        )
        for host in audit.hosts
    ]
    parts = [page.table(_HOSTS, [Group(rows=rows)], caption="Hosts that were looked at")]
    parts += [
        page.note(_text(f"{host} was not reached: {why}"), warning=True)
        for host, why in audit.unreachable.items()
    ]
    return Section(anchor="hosts", title="Hosts", body=page.joined(parts))


def _findings(audit: Audit, standards: Mapping[str, Standard]) -> Section:
    if not audit.findings:
        return Section(anchor="findings", title="Findings", body=page.note("None."))
    groups = [
        Group(
            title=f"{severity.capitalize()} ({audit.count(severity)})",
            rows=list(_of(audit, severity, standards)),
        )
        for severity in Severity
        if audit.count(severity)
    ]
    return Section(
        anchor="findings", title="Findings", body=page.table(_FINDINGS, groups, caption="Findings")
    )


def _of(audit: Audit, severity: Severity, standards: Mapping[str, Standard]) -> Iterator[Row]:
    """Findings that several hosts share are told once."""
    for (check, finding), where in audit.shared.items():
        if finding.severity is not severity:
            continue
        source = f" ({finding.source})" if finding.source not in ("", "lynis") else ""
        what, evidenced = _text(f"{finding.what}{source}"), _evidenced(check, standards)
        cells = (_severity(severity), ", ".join(where), what, _text(finding.fix), evidenced)
        yield Row(cells=cells, bad=severity is Severity.HIGH)


def _evidenced(check: str, standards: Mapping[str, Standard]) -> str:
    """The controls that a check is evidence for, such as "ISO 27001 A.8.5, A.8.24; RODO 32(1)(a)"."""
    named: dict[str, list[str]] = {}
    for control in controls.of(check, standards, tuple(checks())):
        standard, _, number = control.partition(" ")
        named.setdefault(_SHORT[standard], []).append(number)
    return "; ".join(f"{standard} {', '.join(numbers)}" for standard, numbers in named.items())


def _text(words: str) -> Markup:
    """A sentence in which what is to be typed stands between backquotes."""
    parts = re.split("`([^`]*)`", words)
    return Markup("").join(page.code(part) if odd % 2 else escape(part) for odd, part in enumerate(parts))


def _severity(severity: Severity) -> str | Markup:
    return page.mark(severity, holds=False) if severity is Severity.HIGH else severity.value


def _standard(audit: Audit, name: str, standard: Standard) -> Section:
    mine = [each for each in audit.covered if each.standard == name]
    shown = [each for each in mine if each.state is not State.NOT_COVERED]
    left = [each for each in mine if each.state is State.NOT_COVERED]
    groups = [
        Group(title="With evidence on hosts", rows=[_control(each) for each in shown]),
        Group(title="Not covered", rows=[_control(each) for each in left]),
    ]
    return Section(
        anchor=name,
        title=standard.title,
        body=page.table(_CONTROLS, groups, caption=f"Controls of {standard.title}"),
    )


def _control(each: Covered) -> Row:
    cells = (each.number, each.title, _state(each), _text(_why(each)))
    return Row(cells=cells, bad=each.state is State.FINDINGS)


def _state(each: Covered) -> str | Markup:
    counted = f"{each.findings} {'finding' if each.findings == 1 else 'findings'}"
    if each.state is State.FINDINGS:
        return page.mark(counted, holds=False)
    if each.state in (State.EVIDENCED, State.REMARKS):
        return page.mark(each.state, holds=True)
    return each.state.value


def _why(each: Covered) -> str:
    looked = [check for check in each.checks if check not in each.missing]
    parts = (
        f"by {', '.join(looked)}" if looked else "",
        f"not looked at: {', '.join(each.missing)}",
        each.remark,
    )
    return "; ".join(part for part in parts if part and part != "not looked at: ")


def _answers(audit: Audit) -> Section:
    asked = checks()
    groups = [
        Group(title=area.title, rows=[_row(answer, asked) for answer in _of_area(audit, name)])
        for name, area in AREAS.items()
    ]
    body = page.table(_ANSWERS, groups, caption="Every question")
    return Section(anchor="answers", title="Every question", body=body)


def _of_area(audit: Audit, name: str) -> list[Answer]:
    return [answer for answer in audit.answers if answer.check.startswith(f"{name}.")]


def _row(answer: Answer, asked: Mapping[str, str]) -> Row:
    looked = answer.status in (Status.HOLDS, Status.FOUND)
    words = "holds" if answer.status is Status.HOLDS else f"{len(answer.open)} findings"
    status = page.mark(words, holds=not answer.open) if looked else answer.status.value
    return Row(
        cells=(asked[answer.check], answer.host, status, answer.missing or "; ".join(answer.facts)),
        bad=bool(answer.open),
    )


def _accepted(audit: Audit) -> Section | None:
    rows = [
        Row(cells=(answer.host, finding.what, finding.accepted))
        for answer in audit.answers
        for finding in answer.findings
        if finding.accepted
    ]
    return _if_any("accepted", "Found and accepted", rows)


def _if_any(anchor: str, title: str, rows: Sequence[Row]) -> Section | None:
    if not rows:
        return None
    return Section(anchor=anchor, title=title, body=page.table(_ACCEPTED, [Group(rows=rows)], caption=title))


def _untestable(audit: Audit) -> Section | None:
    if not any(host.boxed for host in audit.hosts):
        return None
    values = dict(boxed.CANNOT_PASS)
    parts = [page.note("Tests of lynis whose subject a container does not have."), page.facts(values)]
    return Section(anchor="box", title="What cannot pass in a box", body=page.joined(parts))
