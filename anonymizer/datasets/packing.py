"""Packs parts and their signed manifest into one sealed file, and takes one apart again.

A packed dataset is a tar archive under age encryption. What is taken apart is checked against the manifest
before anybody reads a row.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from anonymizer.audit import signing
from anonymizer.datasets import sealing
from anonymizer.datasets.manifest import FILE, Manifest, trusted
from foundation.errors import InputError, Refused
from foundation.files import whole

if TYPE_CHECKING:
    import pyrage

_CHUNK = 1 << 20
_MOST_MANIFEST = 64 << 20  # bytes; ten thousand tables of a thousand columns


def pack(
    manifest: Manifest,
    folder: Path,
    out: Path,
    signer: Ed25519PrivateKey,
    recipients: Sequence[pyrage.x25519.Recipient],
) -> None:
    """Writes the dataset `out`, whole or not at all; `folder` holds the files that the manifest names."""
    document = json.dumps(signing.signed(manifest.to_dict(), signer), ensure_ascii=False).encode()
    with whole(out) as sealed, tempfile.TemporaryFile(dir=folder) as plain:
        with tarfile.open(fileobj=plain, mode="w") as archive:
            head = tarfile.TarInfo(FILE)
            head.size = len(document)
            archive.addfile(head, io.BytesIO(document))
            for part in manifest.parts:
                archive.add(folder / part.file, arcname=part.file)
        plain.seek(0)
        sealing.seal(plain, sealed, recipients)


@contextmanager
def unpacked(
    dataset: Path, opener: pyrage.x25519.Identity, signer: Ed25519PublicKey
) -> Iterator[tuple[Manifest, Path]]:
    """The manifest, and a folder with its files, each as the manifest says; both go away at the end.

    Raises InputError: cannot be read or opened, no dataset; Refused: the signature does not hold, or a file
    is not the one that was signed.
    """
    with tempfile.TemporaryDirectory(prefix="peakproof-dataset-") as folder:
        place = Path(folder)
        with tempfile.TemporaryFile(dir=place) as plain:
            try:
                with dataset.open("rb") as sealed:
                    sealing.unseal(sealed, plain, opener, str(dataset))
            except OSError as error:
                raise InputError(f"cannot be read: {error.strerror}", where=str(dataset)) from error
            plain.seek(0)
            with _archive(plain, str(dataset)) as archive:
                manifest = trusted(_manifest(archive, str(dataset)), signer, str(dataset))
                for part in manifest.parts:
                    _extract(archive, part.file, part.sha256, place, str(dataset))
        yield manifest, place


def sha256(file: Path) -> str:
    """The file's digest, in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _archive(plain: IO[bytes], where: str) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(fileobj=plain, mode="r:") as archive:
            yield archive
    except tarfile.TarError as error:
        raise InputError("is no dataset", where=where, hint="copy it again") from error


def _manifest(archive: tarfile.TarFile, where: str) -> object:
    member = archive.next()
    content = archive.extractfile(member) if member and member.isreg() and member.name == FILE else None
    if member is None or content is None or member.size > _MOST_MANIFEST:
        raise InputError("is no dataset: it does not begin with its manifest", where=where)
    try:
        return json.loads(content.read())
    except ValueError as error:
        raise InputError("is no dataset: its manifest is not JSON", where=where) from error


def _extract(archive: tarfile.TarFile, name: str, digest: str, folder: Path, where: str) -> None:
    """One file, under the name that the signed manifest gives it; what else there is, is not touched."""
    try:
        content = archive.extractfile(name)
    except KeyError:
        content = None
    seen = hashlib.sha256()
    if content is not None:
        with (folder / name).open("wb") as out:
            while chunk := content.read(_CHUNK):
                seen.update(chunk)
                out.write(chunk)
    if seen.hexdigest() != digest:
        raise Refused(f"{name} is not the file that was signed", where=where, hint="copy the dataset again")
