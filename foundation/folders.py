"""The person's folders, one for all rooms: state outlives a command, a cache may be gone before the next."""

from __future__ import annotations

import os
from pathlib import Path

from foundation.errors import Unavailable


def state() -> Path:
    """$XDG_STATE_HOME/peakproof, else ~/.local/state/peakproof."""
    return _below("XDG_STATE_HOME", "~/.local/state")


def cache() -> Path:
    """$XDG_CACHE_HOME/peakproof, else ~/.cache/peakproof."""
    return _below("XDG_CACHE_HOME", "~/.cache")


def _below(variable: str, usual: str) -> Path:
    return Path(os.environ.get(variable) or usual).expanduser() / "peakproof"


def made(path: Path) -> Path:
    """A folder of the state, for its owner's eyes only. Raises Unavailable: it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            f"the state folder cannot be made: {error.strerror}",
            where=str(path),
            hint="make room or name another folder in XDG_STATE_HOME",
        ) from error
    return path
