"""What a load was made of, as digests: runs of other journeys or feeds are told apart. Standard library."""

from __future__ import annotations

import hashlib
from pathlib import Path

from loadtests.planning.job import Job

_LETTERS = 16  # of a digest: enough to tell files apart


def digests(job: Job) -> dict[str, str]:
    """The digest of the file with the journeys, and of all feeds together by name where there are any."""
    found = {"journeys": _digest([Path(job.journeys)])}
    if job.feeds:
        found["feeds"] = _digest(sorted(Path(job.feeds).iterdir()))
    return found


def _digest(paths: list[Path]) -> str:
    """Of names and contents; a file that cannot be read any more counts by its name."""
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes() if path.is_file() else b""
        total.update(f"{path.name} {len(content)}\n".encode() + content)
    return total.hexdigest()[:_LETTERS]
