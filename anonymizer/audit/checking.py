"""Checks a report: is its signature good, and is a database still the copy that it describes?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from anonymizer.audit import signing
from anonymizer.audit.record import DOCUMENT, FORMAT
from foundation.errors import InputError

_HINT = "name the audit.json that `peakproof anonymize audit report` wrote"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found. `signed`: None when nothing was signed; `changed`: tables that are not as reported.

    `changed` is None when no database was looked at.
    """

    audit_passes: bool
    signed: bool | None
    trusted: bool | None
    changed: tuple[str, ...] | None

    @property
    def passes(self) -> bool:
        """Nothing that was looked at is wrong, and what was asked for could be shown."""
        return (
            self.audit_passes and self.signed is not False and self.trusted is not False and not self.changed
        )

    @property
    def lines(self) -> Sequence[str]:
        """What was found, in words."""
        return [_of_audit(self), _of_signature(self), *_of_database(self)]

    def to_dict(self) -> dict[str, object]:
        return {"passes": self.passes, **asdict(self)}


def check(file: Path, public_key: Path | None, target: str | None) -> Checked:
    """Looks at the report in `file`, at its signature, and at the target's rows if one is given.

    Without `public_key` the signature is checked against the key that the report itself names: it then shows
    that nothing was changed by accident, not who signed. Raises InputError, Unavailable.
    """
    document = read(file)
    key = None if public_key is None else signing.public_key(public_key)
    stands = signing.signature(document)
    own = None if stands is None else signing.named(stands)
    return Checked(
        audit_passes=document.get("passes") is True,
        signed=None if stands is None else own is not None and signing.holds(document, own),
        trusted=None if key is None else signing.holds(document, key),
        changed=None if target is None else _changed(document, target),
    )


def read(file: Path) -> Mapping[str, object]:
    """The report's document. Raises InputError: no such file, or something else."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(file), hint=_HINT) from error
    except ValueError as error:
        raise InputError("is not JSON", where=str(file), hint=_HINT) from error
    if not isinstance(document, dict) or document.get("document") != DOCUMENT:
        raise InputError("is no audit report", where=str(file), hint=_HINT)
    if document.get("format") != FORMAT:
        hint = "check it with the version that wrote it"
        raise InputError(f"has format {document.get('format')}, not {FORMAT}", where=str(file), hint=hint)
    return document


def _changed(document: Mapping[str, object], target: str) -> tuple[str, ...]:
    from anonymizer.audit import gathering

    tables = document["tables"]
    assert isinstance(tables, list)  # FORMAT says so
    reported = {table["name"]: (table["rows"], table["digest"]) for table in tables}
    now = gathering.digests(target, reported)
    return tuple(name for name, found in reported.items() if now.get(name) != found)


def _of_audit(found: Checked) -> str:
    return "the audit passed" if found.audit_passes else "the audit itself did not pass"


def _of_signature(found: Checked) -> str:
    if found.signed is None:
        return "unsigned" if found.trusted is None else "unsigned: the public key has nothing to check"
    if not found.signed:
        return "the signature is broken: the report was changed after it was signed"
    if found.trusted is None:
        return "the signature holds; --public-key would say whose it is"
    return "signed by that key" if found.trusted else "signed, but not by that key"


def _of_database(found: Checked) -> Sequence[str]:
    if found.changed is None:
        return []
    if not found.changed:
        return ["the database is the copy of this report"]
    return [f"not as reported: {name}" for name in found.changed]
