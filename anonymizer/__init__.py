"""Production data -> masked data, under a policy that names every column.

Usable alone on any PostgreSQL, MariaDB or MySQL database, and on files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.errors import InputError

if TYPE_CHECKING:
    from anonymizer.copying.how import Progress, Reading
    from anonymizer.datasets.manifest import Manifest
    from anonymizer.discovery.sampling import Discovery
    from anonymizer.masks.previewing import Preview
    from anonymizer.policies.people import Enforced, People
    from anonymizer.policies.plan import Plan
    from anonymizer.policies.policy import Policy
    from anonymizer.proof.exposure import Exposure
    from anonymizer.proof.verification import Verification
    from anonymizer.pseudonyms.keys import Key
    from anonymizer.subset.request import Request
    from anonymizer.subset.selecting import Share, Told
    from foundation.receipts import Receipt

__all__ = [
    "anonymize",
    "check",
    "check_dataset",
    "discover",
    "load_dataset",
    "load_policy",
    "load_sample",
    "measure_risk",
    "preview",
    "receipt",
    "shares",
    "verify",
]


def _silent(table: str, rows: int, expected: int) -> None:
    """Progress for nobody."""


def _untold(shares: Sequence[Share]) -> None:
    """Shares for nobody."""


def discover(source: str, *, deep: bool = False, progress: Progress = _silent) -> Discovery:
    """What every column of a database seems to hold, and the policy that follows. Reads 200 rows a table.

    `deep` reads every row, of which `progress` is told, and finds columns that repeat the values of others.

    Raises InputError (login, permission), Unavailable.
    """
    from anonymizer.discovery import sampling

    return sampling.discover(source, progress=progress, deep=deep)


def load_policy(path: Path, environment: str | None = None) -> Policy:
    """The policy in a YAML file, as it is in `environment`.

    Raises InputError with every problem, each with file:line.
    """
    from anonymizer.policies.policy import load_policy

    return load_policy(path, environment)


def anonymize(
    source: str,
    target: str,
    policy: Policy,
    key: Key,
    *,
    progress: Progress = _silent,
    replace: bool = False,
    how: Reading | None = None,
    wanted: Request | None = None,
    told: Told = _untold,
) -> Receipt:
    """Copies the source (a DSN), masked, into the migrated and empty target, and checks it.

    `replace` removes what the target's tables hold. Where only a part is `wanted`, `told` gets the share of
    every table before a row is copied. `how` limits what reading costs the source. A run that was cut short
    goes on. The receipt says whether the check passed; it also stands in the target. Raises InputError
    (policy, schema, login), Refused (the target is the source, or not empty), Unavailable.
    """
    from anonymizer.engines import runner

    return runner(source, target, copies=True).anonymize(
        source, target, policy, key, progress=progress, replace_rows=replace, how=how, wanted=wanted,
        told=told,
    )  # fmt: skip


def check(source: str, policy: Policy, target: str | None = None) -> Plan:
    """What a run would do. Raises InputError with all that is in its way; no value is read, nothing written.

    Without a target, one with the source's schema is assumed.
    """
    from anonymizer.engines import runner

    return runner(source, target).check(source, policy, target)


def shares(source: str, policy: Policy, wanted: Request, key: Key) -> list[Share]:
    """What part of every table a run under that key would copy. Reads keys only, and nothing is written."""
    from anonymizer.engines import runner

    return runner(source).shares(source, policy, wanted, key)


def preview(source: str, policy: Policy, key: Key, *, rows: int = 3) -> list[Preview]:
    """Masked values of a few rows of every table: only of masked columns, and nothing is written."""
    from anonymizer.engines import runner

    return runner(source).preview(source, policy, key, rows=rows)


def verify(
    source: str, target: str, policy: Policy, key: Key | None = None, *, progress: Progress = _silent
) -> Verification:
    """Compares a finished target with its source again; the result goes into the target's receipt.

    With the key, rows are matched whose keys are masked.
    """
    from anonymizer.engines import runner

    return runner(source, target).compare(source, target, policy, key, progress=progress)[1]


def receipt(dsn: str) -> Receipt | None:
    """What was proved of a database, from the database itself; None where it has no receipt.

    `foundation.receipts.accepted` refuses all but a complete and verified one.
    """
    from anonymizer import engines

    return engines.receipt(dsn)


def measure_risk(
    dsn: str, table: str, people: People, *, enforced: Enforced | None = None, source: str | None = None
) -> Exposure:
    """How many persons of a table share their quasi-identifiers; with a source, how many are found again.

    Raises InputError (no such table or column, login), Unavailable.
    """
    from anonymizer.proof import singling

    return singling.singling(dsn, table, people, enforced=enforced, source=source)


def load_sample(module: Path, size: int, seed: int, dsn: str, cache: Path | None = None) -> dict[str, int]:
    """Fills a migrated and empty database with a platform's sample data; returns the rows by table."""
    from anonymizer import sample

    return sample.load_sample(module, size, seed, dsn, cache)


def check_dataset(dataset: Path, identity: Path, signer: Path) -> None:
    """Raises InputError when a file cannot be read, or is no key of its kind. Connects nowhere."""
    from anonymizer.audit import signing
    from anonymizer.datasets import sealing

    sealing.identity(identity)
    signing.public_key(signer)
    if not dataset.is_file():
        raise InputError("no such dataset", where=str(dataset), hint="publish one, or name another file")


def load_dataset(
    dataset: Path,
    identity: Path,
    signer: Path,
    target: str,
    *,
    progress: Progress = _silent,
    replace: bool = False,
) -> Manifest:
    """Fills the migrated and empty target (a DSN) with a published dataset; its receipt stands there.

    Raises InputError, Refused (not signed by `signer`, or the target is not empty), Unavailable.
    """
    from anonymizer.audit import signing
    from anonymizer.datasets import loading, sealing

    opener, trusted = sealing.identity(identity), signing.public_key(signer)
    return loading.load(dataset, target, opener, trusted, progress=progress, replace_rows=replace)
