"""Records as the source's come: noted as values that a draw could deal out."""

from __future__ import annotations

from anonymizer.proof.partitions import Records
from anonymizer.proof.scanning import DEALT


def as_dealt(records: Records) -> Records:
    """The same, so noted."""
    return Records(prints=records.prints, tags=records.tags | DEALT)
