"""Writes the report's files: audit.json, index.html, sbom/HOST.cdx.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from foundation.errors import InputError
from playbooks.auditing import controls
from playbooks.auditing.areas import packages
from playbooks.auditing.audit import Audit
from playbooks.auditing.evidence import Evidence, Missing
from playbooks.auditing.page import html

FILE, PAGE, SBOM = "audit.json", "index.html", "sbom"


def write(audit: Audit, evidence: Sequence[Evidence], folder: Path) -> None:
    """Writes them into `folder`, which is made. Raises InputError: cannot be written."""
    try:
        (folder / SBOM).mkdir(parents=True, exist_ok=True)
        _json(folder / FILE, audit.to_dict())
        (folder / PAGE).write_text(html(audit, controls.load()), encoding="utf-8")
        for host, document in bills(evidence, audit.made).items():
            _json(folder / SBOM / f"{host}.cdx.json", document)
    except OSError as error:
        where = str(error.filename or folder)
        raise InputError(
            f"cannot be written: {error.strerror}", where=where, hint="name another folder"
        ) from error


def bills(evidence: Sequence[Evidence], made: str) -> dict[str, Mapping[str, object]]:
    """Host -> its bill of materials, where its packages are known."""
    found: dict[str, Mapping[str, object]] = {}
    for each in evidence:
        try:
            found[each.host] = packages.cyclonedx(each, made=made)
        except Missing:
            continue
    return found


def _json(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
