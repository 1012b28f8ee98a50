"""A run from connections to receipt, as a row of stages. The source is only ever read, in one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from anonymizer.copying import targets
from anonymizer.copying.how import Progress, Reading
from anonymizer.copying.scratch import scratch
from anonymizer.masks.previewing import Preview
from anonymizer.masks.previewing import preview as masked_rows
from anonymizer.policies.plan import Plan, counted, make_plan
from anonymizer.policies.policy import Policy
from anonymizer.policies.schema import Schema, Table, read_schema
from anonymizer.postgres import filters, holding, workers
from anonymizer.postgres.connections import session
from anonymizer.postgres.copying import Copied, Copying, prepare, senders
from anonymizer.postgres.identity import refuse_same
from anonymizer.postgres.occupying import alone, clear, goes_on, make_room
from anonymizer.postgres.previewing import few
from anonymizer.postgres.privileges import refuse_no_receipt, refuse_unreadable, refuse_unwritable
from anonymizer.postgres.progress import end, note, noted
from anonymizer.postgres.readiness import refuse_unready
from anonymizer.postgres.reading import Reader
from anonymizer.postgres.reading import reader as batches_of
from anonymizer.postgres.refusals import translated
from anonymizer.postgres.snapshots import Exported, Watch, export, is_held, reading, release
from anonymizer.postgres.tasks import Setup
from anonymizer.pseudonyms.keys import Key
from anonymizer.subset.request import Request
from anonymizer.subset.selecting import Share, Told, nobody, subset
from foundation.errors import InputError
from foundation.receipts import Receipt, read, store

if TYPE_CHECKING:
    from anonymizer.proof.verification import Verification


def anonymize(
    source: str,
    target: str,
    policy: Policy,
    key: Key,
    *,
    progress: Progress,
    replace_rows: bool = False,
    how: Reading | None = None,
    wanted: Request | None = None,
    told: Told = nobody,
) -> Receipt:
    """Copies the masked source into the migrated target, checks it, and leaves the receipt there.

    Where only a part is `wanted`, `told` gets the share of every table before a row is copied.
    Raises InputError (policy, schema, login), Refused (target is the source, or not empty), Unavailable.
    """
    how = how or Reading()
    with session(target, "target") as writer, alone(writer):
        refuse_no_receipt(writer)
        held = _held(source, noted(writer), how)
        with reading(source, held) as reader, session(source, "source") as looker:
            refuse_same(reader, writer)
            progress("start: what is where", 0, 1)
            plan = _plan(reader, policy, _schema_of_target(writer))
            refuse_unwritable(writer, plan)
            refuse_unready(writer, plan.targets)
            progress("start: what is where", 1, 1)
            receipt = targets.begun(policy, plan, key)
            if wanted is not None:
                plan, parts = subset(source, reader, plan, wanted, key)
                told(parts)
                receipt = replace(receipt, subset=str(wanted), of={share.table: share.of for share in parts})
            if not goes_on(writer, receipt):
                with translated("target"), writer.transaction():
                    make_room(writer, plan.targets, receipt, replace_rows=replace_rows)
                    prepare(reader, writer, plan, how.pages)
            exported = held or export(reader)
            with translated("target"):
                note(writer, exported)
            count = workers.how_many()
            watch = Watch(source=looker, backend=exported.backend, limit=how.oldest, held=held is not None)
            with scratch() as folder:
                setup = Setup(
                    source=source, target=target, snapshot=exported.snapshot, mark=exported.mark, plan=plan,
                    key=key.for_worker(), senders=senders(reader, plan), rate=how.rate and how.rate / count,
                    folder=folder,
                )  # fmt: skip
                copied = _copied(writer, setup, count, progress, watch)
            progress("verification", 0, 1)
            from anonymizer.masks.mapped_keys import MappedKeys  # brings a compiler: not before it is used
            from anonymizer.proof.verification import verify

            with _sides(source, target, reader, _shown(progress, plan)) as (before, after):
                keys = MappedKeys.of(plan, key)
                seen = verify(before, after, writer, plan, read_schema(writer), keys=keys)
            whole = replace(targets.ended(receipt, copied.rows, seen), remarks=copied.remarks)
            with writer.transaction():
                store(writer, whole)
                end(writer)
            if held is not None:
                release(reader, held.backend)
            return whole


def _held(source: str, before: Exported | None, how: Reading) -> Exported | None:
    """The snapshot that a process of its own holds: the last run's, if it still does. None: nobody's."""
    if before is not None and is_held(source, before):
        return before
    return None if how.hold is None else holding.start(source, how.hold)


def check(source: str, policy: Policy, target: str | None = None) -> Plan:
    """What a run would do, or InputError with all that is in its way. Reads nothing of rows but counts.

    Without a target, one with the source's schema is assumed.
    """
    with reading(source) as reader:
        if target is None:
            return _plan(reader, policy, None)
        with session(target, "target") as other:
            refuse_same(reader, other)
            refuse_no_receipt(other)
            plan = _plan(reader, policy, _schema_of_target(other))
            refuse_unwritable(other, plan)
            refuse_unready(other, plan.targets)
            return plan


def shares(source: str, policy: Policy, wanted: Request, key: Key) -> list[Share]:
    """What part of every table a run under that key would copy. Reads keys, and nothing is written."""
    with reading(source) as reader:
        return subset(source, reader, _plan(reader, policy, None), wanted, key)[1]


def preview(source: str, policy: Policy, key: Key, *, rows: int) -> list[Preview]:
    """Masked values of a few rows of every table, as a run into the same schema would write them."""
    with reading(source) as reader:
        return masked_rows(partial(few, reader), _plan(reader, policy, None), key, rows=rows)


def _schema_of_target(target: psycopg.Connection) -> Schema:
    with translated("target"):
        return read_schema(target)


def _plan(reader: psycopg.Connection, policy: Policy, there: Schema | None) -> Plan:
    here = read_schema(reader)
    refuse_unreadable(reader, here, policy)
    plan = make_plan(policy, counted(policy, here, partial(_count, reader)), here if there is None else there)
    filters.refuse_wrong(reader, plan, policy)
    return plan


def compare(
    source: str, target: str, policy: Policy, key: Key | None = None, *, progress: Progress
) -> tuple[Plan, Verification]:
    """Compares a finished target with its source and searches it; writes the result into its receipt.

    Rows that the source has got since the copy count as missing. With the key, rows are matched whose keys
    are masked. Raises as `anonymize`; Refused: no receipt.
    """
    progress("verification", 0, 1)
    from anonymizer.masks.mapped_keys import MappedKeys
    from anonymizer.proof.verification import verify

    with reading(source) as reader, session(target, "target") as writer:
        refuse_same(reader, writer)
        there = read_schema(writer)
        plan = make_plan(policy, read_schema(reader), there)
        receipt = targets.finished(read(writer), key)
        keys = MappedKeys.of(plan, key) if key is not None else None
        part = receipt.subset is not None
        with _sides(source, target, reader, _shown(progress, plan)) as (before, after):
            seen = verify(before, after, writer, plan, there, of_a_part=part, keys=keys)
        store(writer, targets.judged(receipt, seen))
        return plan, seen


@contextmanager
def _sides(
    source: str, target: str, held: psycopg.Connection, told: Callable[[str, int], None]
) -> Iterator[tuple[Reader, Reader]]:
    """Readers of both databases, each in one snapshot: the source's is the one that is held."""
    with translated("source"):
        mine = export(held)
    with (
        session(target, "target") as there,
        batches_of(source, mine.snapshot) as before,
        batches_of(target, export(there).snapshot, role="target") as after,
    ):
        yield replace(before, told=told), replace(after, told=told)


def _shown(progress: Progress, plan: Plan) -> Callable[[str, int], None]:
    """Shows how far a check has read each table of each side."""
    expected = {copy.table.name: copy.table.rows for copy in plan.copies}

    def told(where: str, rows: int) -> None:
        progress(f"check: {where}", rows, expected.get(where.partition(", ")[2], rows))

    return told


def _count(reader: psycopg.Connection, table: Table) -> int:
    row = reader.execute(sql.SQL("SELECT count(*) FROM {}").format(table.identifier)).fetchone()
    return int(row[0]) if row else 0


def _copied(writer: psycopg.Connection, setup: Setup, count: int, progress: Progress, watch: Watch) -> Copied:
    """The rows. What the policy cannot do is undone; what is cut short is left, to go on with."""
    plan = setup.plan
    try:
        with translated("target"), workers.running(setup, count) as crew:
            copying = Copying(
                target=writer,
                source=watch.source,
                plan=plan,
                setup=setup,
                workers=crew,
                progress=progress,
                watch=watch,
            )
            return copying.run()
    except InputError:
        # A role that may not empty tables leaves the target incomplete; what it hears is still the cause.
        with suppress(InputError), translated("target"), writer.transaction():
            clear(writer, [copy.table for copy in plan.copies])
        raise
