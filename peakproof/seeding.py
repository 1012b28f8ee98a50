"""Fills the environment: a sample that plays production, copied under the platform's policy, and checked.

The unmasked sample stands in a database of its own, in networks of its own, for as long as the copy takes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

import psycopg

import anonymizer
from anonymizer import keys, sample
from environments.containers.files import FileSpec
from environments.environment import Environment
from foundation import receipts
from foundation.errors import InputError
from foundation.secrets import Secret
from peakproof.results import Data
from peakproof.season import Season

Progress = Callable[[str, int, int], None]


def check(season: Season) -> None:
    """Raises InputError when the platform's policy or sample generator is wrong. Connects to nothing."""
    platform = season.platform
    assert platform.written.sample is not None
    assert platform.written.policy is not None
    anonymizer.load_policy(platform.file(platform.written.policy))
    sample.check(platform.file(platform.written.sample))


def seed(season: Season, source: Environment, target: Environment, database: str, progress: Progress) -> Data:
    """Makes the sample in `source`, anonymises it into `target`, and requires its receipt there."""
    platform, data = season.platform, season.written.data
    assert platform.written.sample is not None
    assert platform.written.policy is not None
    sample.load_sample(
        platform.file(platform.written.sample),
        size=data.size,
        seed=season.written.load.seed,
        dsn=source.dsn(database).reveal(),
    )
    policy = anonymizer.load_policy(platform.file(platform.written.policy))
    anonymizer.anonymize(
        source.dsn(database).reveal(),
        target.dsn(database).reveal(),
        policy,
        keys.ephemeral(),
        progress=progress,
    )
    with psycopg.connect(target.dsn(database).reveal()) as connection:
        receipt = receipts.require(connection)
    return Data(
        source=data.source,
        size=data.size,
        rows=sum(receipt.tables.values()),
        masked_columns=sum(rule.masks for table in policy.tables.values() for rule in table.columns.values()),
        verified=bool(receipt.verified),
        policy=f"{receipt.policy} ({receipt.policy_hash[:12]})",
    )


def feeds(season: Season, dsn: Secret, folder: str) -> Iterator[FileSpec]:
    """The journeys' data as CSV files below `folder`, read from the seeded database."""
    with psycopg.connect(dsn.reveal()) as connection:
        connection.read_only = True
        for name, query in season.platform.written.feeds.items():
            at = season.platform.document.where(("feeds", name))
            try:
                cursor = connection.execute(query.encode())
            except psycopg.Error as error:
                raise InputError(f"the feed {name!r} fails: {error}", where=at) from error
            if cursor.rowcount == 0:
                raise InputError(f"the feed {name!r} has no rows", where=at, hint="journeys need data")
            yield f"{folder}/{name}.csv", _csv(cursor), 0o644


def _csv(cursor: psycopg.Cursor[tuple[object, ...]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in cursor.description or ()])
    writer.writerows(cursor)
    return text.getvalue().encode()
