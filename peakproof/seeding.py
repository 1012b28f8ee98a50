"""Fills the environment: with a published dataset, or with a sample that plays production, masked.

The unmasked sample stands in a database of its own, in networks of its own, for as long as the copy takes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import anonymizer
from anonymizer import sample
from anonymizer.pseudonyms import keys
from environments.containers.files import FileSpec
from environments.environment import Environment
from foundation import receipts
from foundation.errors import InputError
from foundation.receipts import Receipt
from foundation.secrets import Secret
from peakproof import databases
from peakproof.databases import Answer, Query
from peakproof.results import Data
from peakproof.season import Season

Progress = Callable[[str, int, int], None]


def check(season: Season) -> None:
    """Raises InputError when what fills the environment is wrong. Connects to nothing."""
    if season.written.data.source == "dataset":
        return anonymizer.check_dataset(*_files(season))
    platform = season.platform
    assert platform.written.sample is not None
    assert platform.written.policy is not None
    anonymizer.load_policy(platform.file(platform.written.policy))
    return sample.check(platform.file(platform.written.sample))


def load(season: Season, target: Environment, database: str, progress: Progress) -> Data:
    """Loads the plan's dataset into `target`, and requires its receipt there."""
    dsn = target.dsn(database).reveal()
    manifest = anonymizer.load_dataset(*_files(season), dsn, progress=progress)
    return Data(
        source=Path(str(season.written.data.file)).name,
        size=sum(part.rows for part in manifest.parts),
        rows=sum(part.rows for part in manifest.parts),
        masked_columns=manifest.masked_columns,
        verified=bool(_required(dsn).verified),
        policy=_policy(manifest.receipt),
    )


def standing(target: Environment, database: str) -> Data | None:
    """The masked data that a stack has already; None where it was never filled.

    Raises Refused where what stands there was not filled to the end, or not verified.
    """
    found = anonymizer.receipt(target.dsn(database).reveal())
    if found is None:
        return None
    receipt = receipts.accepted(found)
    rows = sum(receipt.tables.values())
    return Data(
        source="what stood there",
        size=rows,
        rows=rows,
        masked_columns=None,
        verified=bool(receipt.verified),
        policy=_policy(receipt),
    )


def _files(season: Season) -> tuple[Path, Path, Path]:
    """The dataset, the identity that opens it, the key of whom is trusted."""
    data, beside = season.written.data, season.document.path.parent
    return beside / str(data.file), beside / str(data.identity), beside / str(data.signer)


def _required(dsn: str) -> Receipt:
    return receipts.accepted(anonymizer.receipt(dsn))


def _policy(receipt: Receipt) -> str:
    return f"{receipt.policy} ({receipt.policy_hash[:12]})"


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
    receipt = _required(target.dsn(database).reveal())
    return Data(
        source=data.source,
        size=data.size,
        rows=sum(receipt.tables.values()),
        masked_columns=sum(rule.masks for table in policy.tables.values() for rule in table.columns.values()),
        verified=bool(receipt.verified),
        policy=_policy(receipt),
    )


def feeds(season: Season, dsn: Secret, folder: str) -> Iterator[FileSpec]:
    """The journeys' data as CSV files below `folder`, read from the seeded database."""
    platform = season.platform
    for name, text in platform.written.feeds.items():
        query = Query.of_key(platform, "feeds", name, text, f"the feed {name!r}")
        answer = databases.of(dsn).ask(query)
        if not answer.rows:
            raise InputError(f"{query.what} has no rows", where=query.where, hint="journeys need data")
        yield f"{folder}/{name}.csv", _csv(answer), 0o644


def _csv(answer: Answer) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(answer.columns)
    writer.writerows(answer.rows)
    return text.getvalue().encode()
