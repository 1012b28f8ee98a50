"""What a run over files did, as it stands beside the output for whoever reads it. Judges nothing.

Holds names, counts and digests, never a value.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from foundation.files import disk_errors, whole


@dataclass(frozen=True, kw_only=True)
class MaskedFile:
    """One file that was written. `digest` covers its masked rows, where it was asked for; `sha256` its bytes.

    A stream has no name, and its bytes are gone: both are None.
    """

    table: str
    rows: int
    digest: str | None
    name: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, kw_only=True)
class MaskedFiles:
    """What a run over files did. `verified` is None where nothing was checked; times are ISO 8601 in UTC.

    `key` is a one-way fingerprint of the key; `findings` say what a failed check found, `noted` what it
    saw that fails nothing and may be a mistake.
    """

    policy: str
    policy_hash: str
    key: str
    started: str
    finished: str
    files: tuple[MaskedFile, ...]
    verified: bool | None = None
    findings: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def receipt_of(output: Path) -> Path:
    """Where the receipt of a file or folder stands: beside it."""
    return output.with_name(f"{output.name}.receipt.json")


def forget(output: Path) -> None:
    """Removes the receipt of what is about to be replaced: it says nothing of what comes."""
    with disk_errors(receipt_of(output)):
        receipt_of(output).unlink(missing_ok=True)


def store(output: Path, done: MaskedFiles) -> None:
    """Writes the receipt. Raises InputError where it cannot be written."""
    with whole(receipt_of(output)) as stream:
        stream.write(json.dumps(done.to_dict(), indent=2).encode() + b"\n")


def sha256(path: Path) -> str:
    """Of a file's bytes, as `sha256sum` says it."""
    with disk_errors(path), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
