"""The person's state folder: what outlives a command and is no cache. One place, whichever room keeps it."""

from __future__ import annotations

import os
from pathlib import Path

from foundation.errors import Unavailable


def folder() -> Path:
    """$XDG_STATE_HOME/peakproof, else ~/.local/state/peakproof."""
    home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(home).expanduser() / "peakproof"


def made(path: Path) -> Path:
    """The folder below it, for its owner's eyes only. Raises Unavailable: it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            f"the state folder cannot be made: {error.strerror}",
            where=str(path),
            hint="make room or name another folder in XDG_STATE_HOME",
        ) from error
    return path
