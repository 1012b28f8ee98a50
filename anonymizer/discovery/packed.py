"""Values in base64 or hexadecimal as the texts that they are, and what looks like a hash. Quotes no value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from anonymizer.proof.decoding import spoken

_PACKED = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}|(?:\\x)?(?:[0-9A-Fa-f]{2}){5,}")
# MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512 in hexadecimal; SHA-1, SHA-256 and SHA-512 in base64.
_DIGEST = re.compile(
    r"(?:\\x|0x|[a-z0-9-]{3,8}:)?(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{56}|[0-9A-Fa-f]{64}"
    r"|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128})|[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}=="
)


def texts(values: Sequence[str]) -> list[str]:
    """What the different values say that are packed as a whole."""
    whole = sorted({re.sub(r"\s+", "", value) for value in values if value.strip()})
    return [found[0] for value in whole if _PACKED.fullmatch(value) and (found := _said(value))]


def _said(value: str) -> list[str]:
    return [text for text, rough in spoken(value, 1) if not rough]


def share_of_digests(values: Sequence[str]) -> float:
    """The share of the different values that have the form of a digest and say nothing else."""
    different = {value.strip() for value in values} - {""}
    found = sum(bool(_DIGEST.fullmatch(value)) and not _said(value) for value in different)
    return found / len(different) if different else 0.0
