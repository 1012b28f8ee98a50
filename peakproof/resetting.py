"""Takes back what a run left in the platform's database, with the SQL of its own folder, between trials."""

from __future__ import annotations

from pathlib import Path

from foundation.secrets import Secret
from peakproof import databases
from peakproof.databases import Query


def reset(dsn: Secret, script: Path, run: str) -> None:
    """Runs the platform's reset for a run's keys. Raises InputError, Unavailable."""
    databases.of(dsn).change(Query.of_file(script, "the platform's reset"), {"run": run})
