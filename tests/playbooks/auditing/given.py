"""Evidence of a host for tests, section by section."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from playbooks.auditing.areas import AREAS
from playbooks.auditing.evidence import Evidence
from playbooks.auditing.judging import Answer, answers
from playbooks.deriving.firewall import Opening

DATA = Path(__file__).parent / "data"
NOW = 1_795_949_089
RELEASE = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n'


def evidence(
    *, container: str = "none", opened: Sequence[Opening] | None = (), host: str = "box-1", **sections: object
) -> Evidence:
    """A machine of today that told these sections, and nothing else."""
    machine = {"release": RELEASE, "kernel": "6.12.1", "container": container, "now": NOW}
    told = {"machine": machine, **sections}
    return Evidence(host=host, sections={name: {"value": each} for name, each in told.items()}, opened=opened)


def files(texts: dict[str, str] | None = None, stats: dict[str, object] | None = None) -> dict[str, object]:
    """The section of configuration files and of who owns what."""
    return {"texts": texts or {}, "stats": stats or {}}


def answer(given: Evidence, check: str) -> Answer:
    """What one check says."""
    area = check.partition(".")[0]
    (found,) = (each for each in answers({area: AREAS[area]}, given) if each.check == check)
    return found


def said(given: Evidence, check: str) -> list[str]:
    """What a check found, accepted or not."""
    return [finding.what for finding in answer(given, check).findings]


def text(name: str) -> str:
    """A file of what a host printed."""
    return (DATA / name).read_text()


def document(name: str) -> object:
    """The same, as JSON."""
    return json.loads(text(name))
