"""Listening ports against the flows: whatever others could reach, and no flow names, is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from playbooks.auditing.areas import firewall
from playbooks.auditing.evidence import Evidence, Missing
from playbooks.auditing.judging import Area, Finding, Judged, Seen, Severity, looked
from playbooks.deriving.firewall import Opening


@dataclass(frozen=True, kw_only=True, order=True)
class Listening:
    """A socket that waits for others."""

    protocol: str
    port: int
    address: str
    process: str = ""

    @property
    def own(self) -> bool:
        """Whether only the host itself can reach it."""
        return self.address not in ("*", "") and ip_address(self.address).is_loopback

    def __str__(self) -> str:
        return f"{self.protocol}/{self.port} at {self.address}" + (
            f" ({self.process})" if self.process else ""
        )


def parse(text: str) -> list[Listening]:
    """Lines of `ss -Hltunp`, which shows UDP's sockets too."""
    return sorted({_listening(line.split()) for line in text.splitlines() if line.strip()})


def _listening(fields: Sequence[str]) -> Listening:
    address, _, port = fields[4].rpartition(":")
    process = re.search(r'users:\(\("([^"]+)"', fields[-1])
    return Listening(
        protocol=fields[0], port=int(port), address=address.partition("%")[0].strip("[]"),
        process=process[1] if process else "",
    )  # fmt: skip


def judge(evidence: Evidence) -> Judged:
    found = [each for each in parse(evidence.section("listening", str)) if not each.own]
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


def _named(evidence: Evidence, found: Iterable[Listening]) -> Seen:
    opened = openings(evidence)
    reasons = {each: reason(opened, each.protocol, each.port) for each in found}
    dropped = firewall.drops(evidence)
    return Seen(
        findings=[_unnamed(each, dropped=dropped) for each, why in reasons.items() if not why],
        facts=[f"{each}: {why}" for each, why in reasons.items() if why],
    )


def _unnamed(each: Listening, *, dropped: bool) -> Finding:
    beyond = "; the firewall drops what is sent there" if dropped else ""
    return Finding(
        what=f"{each} listens, and no flow names it{beyond}",
        severity=Severity.MEDIUM if dropped else Severity.HIGH,
        fix="stop the service, let it listen on 127.0.0.1, or give the flow to the site",
    )


def _served(evidence: Evidence, found: Iterable[Listening]) -> Seen:
    listening = {(each.protocol, each.port) for each in found}
    return Seen(findings=list(_unserved(openings(evidence), listening)))


def _unserved(opened: Iterable[Opening], listening: set[tuple[str, int]]) -> Iterator[Finding]:
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
