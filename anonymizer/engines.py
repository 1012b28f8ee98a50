"""Which engine a DSN is for, and what every engine can do. Connects to nothing by itself.

Repeats nothing of a DSN, which may hold a password. What an engine brings along is imported when it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from foundation.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

    from anonymizer.copying.how import Progress, Reading
    from anonymizer.discovery.reading import Sampled
    from anonymizer.masks.previewing import Preview
    from anonymizer.policies.plan import Plan
    from anonymizer.policies.policy import Policy
    from anonymizer.policies.schema import Schema, Table
    from anonymizer.proof.sheets import Telling
    from anonymizer.proof.verification import Verification
    from anonymizer.pseudonyms.keys import Key
    from anonymizer.subset.request import Request
    from anonymizer.subset.selecting import Share, Told
    from foundation.receipts import Receipt

Engine = Literal["postgresql", "mariadb"]
_MARIADB = ("mysql://", "mariadb://")


class Runner(Protocol):
    """What `anonymizer` offers, on one engine; see there."""

    def anonymize(
        self, source: str, target: str, policy: Policy, key: Key, *, progress: Progress, replace_rows: bool,
        how: Reading | None, wanted: Request | None, told: Told,
    ) -> Receipt: ...  # fmt: skip

    def check(self, source: str, policy: Policy, target: str | None) -> Plan: ...

    def shares(self, source: str, policy: Policy, wanted: Request, key: Key) -> list[Share]: ...

    def preview(self, source: str, policy: Policy, key: Key, *, rows: int) -> list[Preview]: ...

    def compare(
        self, source: str, target: str, policy: Policy, key: Key | None, *, progress: Progress
    ) -> tuple[Plan, Verification]: ...


class Contents(Protocol):
    """A finished database in one snapshot."""

    @property
    def schema(self) -> Schema: ...

    def receipt(self) -> Receipt | None: ...

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        """The table's stored columns, every value as the engine writes it, NULL where nothing stands."""
        ...


class Filling(Protocol):
    """A migrated database that nobody else writes into."""

    @property
    def schema(self) -> Schema: ...

    def make_room(self, tables: Sequence[Table], receipt: Receipt, *, replace_rows: bool) -> None:
        """Refuses tables with rows, or removes them; marks the database incomplete."""
        ...

    def fill(self, tables: Sequence[tuple[Table, Sequence[str], Path]], progress: Progress) -> None:
        """Writes files of compressed CSV, each with its table and columns: all of them or none."""
        ...

    def finish(self, receipt: Receipt) -> None: ...


def engine(dsn: str) -> Engine:
    """The engine that a DSN is for."""
    return "mariadb" if dsn.startswith(_MARIADB) else "postgresql"


def is_mariadb(source: str, target: str | None = None) -> bool:
    """Whether both are on MariaDB or MySQL. Raises InputError where only one is."""
    engines = {engine(dsn) for dsn in (source, target) if dsn is not None}
    if len(engines) > 1:
        hint = "copy to the engine that the data came from"
        raise InputError("source and target are databases of different engines", hint=hint)
    return engines == {"mariadb"}


def runner(source: str, target: str | None = None, *, copies: bool = False) -> Runner:
    """What runs there; where it `copies`, workers begin to start. Raises InputError: two engines."""
    if is_mariadb(source, target):
        from anonymizer.mariadb import run as mariadb

        return mariadb
    if copies:
        from anonymizer.postgres import workers

        workers.preload()
    from anonymizer.postgres import run as postgres

    return postgres


def sampled(dsn: str) -> AbstractContextManager[Sampled]:
    """The database as discovery reads it. Raises InputError, Unavailable."""
    if is_mariadb(dsn):
        from anonymizer.mariadb import sampling as mariadb

        return mariadb.sampled(dsn)
    from anonymizer.postgres import sampling as postgres

    return postgres.sampled(dsn)


def side(dsn: str, role: Literal["source", "target"]) -> AbstractContextManager[tuple[Telling, Schema]]:
    """The database as one side of a check, in one snapshot. Raises InputError, Unavailable."""
    if is_mariadb(dsn):
        from anonymizer.mariadb import side as mariadb

        return mariadb.opened(dsn, role)
    from anonymizer.proof import side as postgres

    return postgres.opened(dsn, role)


def contents(dsn: str, role: str) -> AbstractContextManager[Contents]:
    """All that a finished database holds. Raises InputError, Unavailable."""
    if is_mariadb(dsn):
        from anonymizer.mariadb import contents as mariadb

        return mariadb.opened(dsn, role)
    from anonymizer.postgres import contents as postgres

    return postgres.opened(dsn, role)


def filling(dsn: str) -> AbstractContextManager[Filling]:
    """The target, for us alone. Raises InputError, Refused (somebody writes there), Unavailable."""
    if is_mariadb(dsn):
        from anonymizer.mariadb import filling as mariadb

        return mariadb.filling(dsn)
    from anonymizer.postgres import filling as postgres

    return postgres.filling(dsn)


def load_sample(dsn: str, files: Mapping[str, Path]) -> dict[str, int]:
    """Fills migrated and empty tables with files of CSV (table -> file); returns the rows by table.

    Raises InputError (tables that do not fit), Refused (a table holds rows), Unavailable.
    """
    if is_mariadb(dsn):
        from anonymizer.mariadb import samples as mariadb

        return mariadb.load(dsn, files)
    from anonymizer.postgres import samples as postgres

    return postgres.load(dsn, files)


def receipt(dsn: str) -> Receipt | None:
    """What was proved of a database; None where it has no receipt. Raises InputError, Unavailable."""
    if is_mariadb(dsn):
        from anonymizer.mariadb import receipts as mariadb
        from anonymizer.mariadb.connections import session as opened

        with opened(dsn, "target") as there:
            return mariadb.read(there)
    from anonymizer.postgres.connections import session
    from foundation import receipts

    with session(dsn, "target") as connection:
        return receipts.read(connection)
