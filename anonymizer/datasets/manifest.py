"""The list of what a dataset holds, with the audit that vouches for it; one signature covers both. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from anonymizer.audit import signing
from anonymizer.engines import Engine
from anonymizer.transforms import WORDS
from foundation.errors import InputError, Refused
from foundation.receipts import Receipt, from_dict

DOCUMENT = "peakproof dataset"
FORMAT = 1
FILE = "manifest.json"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One table's rows: a file of CSV as the engine writes its values, compressed by zstandard.

    `sha256` is of the file, `digest` of the rows (as in the audit), `columns` stand in the file's order.
    """

    table: str
    file: str
    columns: tuple[str, ...]
    rows: int
    digest: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a dataset holds, parents before children, and its audit's document."""

    made: str
    engine: Engine
    parts: tuple[Part, ...]
    audit: Mapping[str, object]

    @property
    def masked_columns(self) -> int:
        """Columns, and places in documents, that a transform has changed."""
        tables = self.audit["tables"]
        assert isinstance(tables, list)  # the audit's format says so, and its signer vouches for it
        return sum(column["transform"] not in WORDS for table in tables for column in table["columns"])

    @property
    def receipt(self) -> Receipt:
        """The receipt of the copy that was published."""
        found = self.audit["receipt"]
        assert isinstance(found, Mapping)  # the audit's format says so, and its signer vouches for it
        return from_dict(found)

    def to_dict(self) -> dict[str, object]:
        parts = [asdict(part) for part in self.parts]
        facts = {"document": DOCUMENT, "format": FORMAT, "made": self.made, "engine": self.engine}
        return {**facts, "parts": parts, "audit": dict(self.audit)}


def trusted(document: object, signer: Ed25519PublicKey, where: str) -> Manifest:
    """The manifest that `signer` vouches for.

    Raises InputError: no manifest, or another format; Refused: signed by nobody or somebody else, changed
    since, or of a copy whose audit did not pass.
    """
    if not isinstance(document, dict) or document.get("document") != DOCUMENT:
        raise InputError("is no dataset", where=where, hint="name a file of `peakproof anonymize publish`")
    if not signing.holds(document, signer):
        hint = "ask who published it for their public key; do not load it until it fits"
        raise Refused("is not signed by that key, or was changed since", where=where, hint=hint)
    if document.get("format") != FORMAT:
        what = f"has format {document.get('format')}, not {FORMAT}"
        raise InputError(what, where=where, hint="load it with the version that published it")
    audit = document["audit"]
    if audit.get("passes") is not True:
        raise Refused("its audit did not pass", where=where, hint="publish it again")
    parts = tuple(Part(**{**part, "columns": tuple(part["columns"])}) for part in document["parts"])
    engine: Engine = "mariadb" if document.get("engine") == "mariadb" else "postgresql"
    return Manifest(made=str(document["made"]), engine=engine, parts=parts, audit=audit)
