"""Publishes: masks into a scratch database, has it audited, and packs it. Runs where production is.

Nothing leaves when the audit does not pass, and what leaves is signed and encrypted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import anonymizer
from anonymizer.audit.gathering import gather
from anonymizer.audit.record import Audit, AuditedTable
from anonymizer.copying.how import Progress
from anonymizer.datasets.manifest import Manifest, Part
from anonymizer.datasets.packing import pack, sha256
from anonymizer.engines import contents, engine
from anonymizer.policies.policy import Policy
from anonymizer.policies.schema import Table
from anonymizer.postgres.wire import content, csv_rows
from anonymizer.pseudonyms.keys import Key
from foundation.errors import Refused

if TYPE_CHECKING:
    import pyrage

Told = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Vouching:
    """Who signs, and who may open."""

    signer: Ed25519PrivateKey
    recipients: Sequence[pyrage.x25519.Recipient]


def publish(
    source: str,
    scratch: str,
    policy: Policy,
    key: Key,
    vouching: Vouching,
    out: Path,
    *,
    progress: Progress,
    told: Told,
) -> Audit:
    """Writes the dataset `out` from the source; returns its audit.

    `scratch` is a migrated database whose rows are replaced. Raises as `anonymizer.anonymize`; Refused: the
    audit did not pass, and nothing was written.
    """
    anonymizer.anonymize(source, scratch, policy, key, progress=progress, replace=True)
    audit = gather(source, scratch, policy, key, told=told)
    if not audit.passes:
        hint = "change the policy, or look at the copy in the scratch database"
        raise Refused("the audit did not pass: nothing was published", detail=audit.seen.faults, hint=hint)
    with tempfile.TemporaryDirectory(prefix=".peakproof-publish-", dir=out.parent) as folder:
        parts = _parts(scratch, audit, Path(folder), told)
        told("sealing")
        manifest = Manifest(made=audit.made, engine=engine(scratch), parts=parts, audit=audit.to_dict())
        pack(manifest, Path(folder), out, vouching.signer, vouching.recipients)
    return audit


def _parts(scratch: str, audit: Audit, folder: Path, told: Told) -> tuple[Part, ...]:
    with contents(scratch, "scratch") as there:
        parts = []
        for number, audited in enumerate(audit.tables):
            told(f"writing {audited.name}")
            table, file = there.schema.tables[audited.name], f"{number:04d}.csv.zst"
            with pa.output_stream(str(folder / file), compression="zstd") as stream:
                for batch in there.batches(table):
                    stream.write(content(csv_rows(batch.columns)))
            parts.append(_part(table, audited, file, folder))
        return tuple(parts)


def _part(table: Table, audited: AuditedTable, file: str, folder: Path) -> Part:
    return Part(
        table=table.name,
        file=file,
        columns=tuple(table.stored),
        rows=audited.rows,
        digest=audited.digest,
        sha256=sha256(folder / file),
    )
