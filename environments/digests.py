"""Digests of meaning: equal meaning gives an equal digest, in whichever order it was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

# Order carries meaning in a command line, nowhere else.
_ORDERED = frozenset({"command", "entrypoint"})


def digest_of(meaning: Mapping[str, object]) -> str:
    """12 hex digits of SHA-256 over canonical JSON: keys sorted, lists of objects sorted."""
    text = json.dumps(_canonical(meaning), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _canonical(value: object, key: str = "") -> object:
    if isinstance(value, Mapping):
        return {name: _canonical(inner, name) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        inner = [_canonical(item) for item in value]
        return inner if key in _ORDERED else _sorted(inner)
    return value


def _sorted(values: Iterable[object]) -> list[object]:
    return sorted(values, key=lambda value: json.dumps(value, sort_keys=True))
