"""Listening ports against the flows: whatever others could reach, and no flow names, is a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from playbooks.auditing.areas import firewall
from playbooks.auditing.evidence import Evidence, Missing
from playbooks.auditing.judging import Area, Finding, Judged, Seen, Severity, looked
from playbooks.deriving.firewall import Opening
from playbooks.listening import Listener, Protocol, listeners


def judge(evidence: Evidence) -> Judged:
    told = sorted(set(listeners(evidence.section("listening", str))))
    found = [each for each in told if not each.own]
    return {
        "named": looked(lambda: _named(evidence, found)),
        "served": looked(lambda: _served(evidence, found)),
    }


def openings(evidence: Evidence) -> Sequence[Opening]:
    """What the flows open. Raises Missing."""
    if evidence.opened is None:
        raise Missing("which ports the flows open on this host is not known")
    return evidence.opened


def reason(opened: Iterable[Opening], protocol: str, port: int) -> str:
    """Why a port is open; empty where it is not."""
    return next((each.why for each in opened if each.protocol == protocol and port in ports(each)), "")


def ports(opening: Opening) -> range:
    """The ports that an opening is for; none where its protocol has none."""
    first, _, last = opening.port.partition("-")
    return range(int(first), int(last or first) + 1) if first else range(0)


def _named(evidence: Evidence, found: Iterable[Listener]) -> Seen:
    opened = openings(evidence)
    reasons = {each: reason(opened, each.protocol, each.port) for each in found}
    dropped = firewall.drops(evidence)
    return Seen(
        findings=[_unnamed(each, dropped=dropped) for each, why in reasons.items() if not why],
        facts=[f"{each}: {why}" for each, why in reasons.items() if why],
    )


def _unnamed(each: Listener, *, dropped: bool) -> Finding:
    beyond = "; the firewall drops what is sent there" if dropped else ""
    return Finding(
        what=f"{each} listens, and no flow names it{beyond}",
        severity=Severity.MEDIUM if dropped else Severity.HIGH,
        fix="stop the service, let it listen on 127.0.0.1, or give the flow to the site",
    )


def _served(evidence: Evidence, found: Iterable[Listener]) -> Seen:
    listening = {(each.protocol, each.port) for each in found}
    return Seen(findings=list(_unserved(openings(evidence), listening)))


def _unserved(opened: Iterable[Opening], listening: set[tuple[Protocol, int]]) -> Iterator[Finding]:
    for each in opened:
        if each.port and not any((each.protocol, port) in listening for port in ports(each)):
            yield Finding(
                what=f"{each.protocol}/{each.port} is open ({each.why}), and nothing listens there",
                severity=Severity.LOW,
                fix="start what should be there; `peakproof hosts configure` closes what no flow needs",
            )


AREA = Area(
    title="Listening ports",
    checks={
        "named": "Does a flow name every port that others could reach?",
        "served": "Does something listen at every port that is open?",
    },
    judge=judge,
)
