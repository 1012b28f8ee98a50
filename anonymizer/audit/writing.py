"""Writes the report's two files; the page and the document say the same."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anonymizer.audit.page import html
from anonymizer.audit.record import Audit
from anonymizer.audit.signing import signature, signed
from foundation.errors import InputError

FILE = "audit.json"
PAGE = "index.html"


def write(audit: Audit, folder: Path, key: Ed25519PrivateKey | None) -> dict[str, object]:
    """Writes audit.json and index.html into `folder`; returns the document.

    Without a key the document says `"signature": null`: unsigned. Raises InputError: cannot be written.
    """
    plain = {**audit.to_dict(), "signature": None}
    document = plain if key is None else signed(plain, key)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(
            json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        (folder / PAGE).write_text(html(audit, signature(document)), encoding="utf-8")
    except OSError as error:
        where = str(error.filename or folder)
        raise InputError(
            f"cannot be written: {error.strerror}", where=where, hint="name another folder"
        ) from error
    return document
