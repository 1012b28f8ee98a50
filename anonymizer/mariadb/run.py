"""A run on MariaDB or MySQL, from connections to receipt. The source is only ever read, in one snapshot."""

from __future__ import annotations

from functools import partial
from typing import NoReturn

from anonymizer.copying import targets
from anonymizer.copying.how import Progress, Reading
from anonymizer.copying.scratch import scratch
from anonymizer.mariadb import limits, occupying, receipts, statements
from anonymizer.mariadb import progress as marks
from anonymizer.mariadb.connections import Session, refuse_same, session
from anonymizer.mariadb.copying import Copying
from anonymizer.mariadb.loading import refuse_orphans, settle
from anonymizer.mariadb.reading import BLOCK, Pace, few
from anonymizer.mariadb.schema import Described, read_schema
from anonymizer.mariadb.snapshots import reading
from anonymizer.mariadb.verification import verify
from anonymizer.masks.mapped_keys import MappedKeys
from anonymizer.masks.previewing import Preview
from anonymizer.masks.previewing import preview as masked_rows
from anonymizer.policies.plan import Plan, TablePlan, counted, make_plan
from anonymizer.policies.policy import Policy
from anonymizer.policies.schema import Schema, Table
from anonymizer.proof.verification import Verification
from anonymizer.pseudonyms.keys import Key
from anonymizer.subset.request import Request
from anonymizer.subset.selecting import Told, nobody
from foundation.errors import InputError, Problem, Unavailable
from foundation.receipts import Receipt

_PAGE = 8192  # bytes, as `Reading` counts


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
    told: Told = nobody,  # noqa: ARG001 - there are no subsets to tell of
) -> Receipt:
    """Copies the masked source into the migrated target, checks it, and leaves the receipt there.

    Raises InputError (policy, schema, login), Refused (target is the source, or not empty), Unavailable.
    """
    limits.refuse(how, wanted)
    with reading(source) as reader, session(target, "target") as writer, occupying.alone(writer):
        refuse_same(reader, writer)
        there = read_schema(writer)
        plan = _plan(reader, policy, there)
        receipt = targets.begun(policy, plan, key)
        if not occupying.goes_on(writer, receipt):
            occupying.make_room(writer, plan.targets, receipt, replace_rows=replace_rows)
            marks.begin(writer)
        rows = _copied(reader, writer, plan, there.schema, key, progress, how or Reading())
        seen = verify(reader, writer, plan, there.schema, keys=MappedKeys.of(plan, key))
        whole = targets.ended(receipt, rows, seen)
        receipts.store(writer, whole)
        marks.end(writer)
        return whole


def check(source: str, policy: Policy, target: str | None = None) -> Plan:
    """What a run would do, or InputError with all that is in its way. Reads nothing of rows but counts."""
    with reading(source) as reader:
        if target is None:
            return _plan(reader, policy, None)
        with session(target, "target") as other:
            refuse_same(reader, other)
            return _plan(reader, policy, read_schema(other))


def shares(source: str, policy: Policy, wanted: Request, key: Key) -> NoReturn:  # noqa: ARG001 - not here
    """There are no subsets here: raises InputError."""
    raise limits.only_whole()


def preview(source: str, policy: Policy, key: Key, *, rows: int) -> list[Preview]:
    """Masked values of a few rows of every table, as a run into the same schema would write them."""
    with reading(source) as reader:
        return masked_rows(partial(few, reader), _plan(reader, policy, None), key, rows=rows)


def compare(
    source: str, target: str, policy: Policy, key: Key | None = None, *, progress: Progress
) -> tuple[Plan, Verification]:
    """Compares a finished target with its source again; writes the result into its receipt.

    Rows that the source has got since the copy count as missing. With the key, rows are matched whose keys
    are masked. Raises as `anonymize`; Refused: no receipt.
    """
    with reading(source) as reader, session(target, "target") as writer:
        refuse_same(reader, writer)
        there = read_schema(writer)
        plan = _plan(reader, policy, there)
        receipt = targets.finished(receipts.read(writer), key)
        keys = MappedKeys.of(plan, key) if key is not None else None
        progress("verification", 0, 1)
        seen = verify(reader, writer, plan, there.schema, keys=keys)
        receipts.store(writer, targets.judged(receipt, seen))
        return plan, seen


def _plan(reader: Session, policy: Policy, there: Described | None) -> Plan:
    here = read_schema(reader)
    source = counted(policy, here.schema, partial(_count, reader))
    plan = make_plan(policy, source, here.schema if there is None else there.schema)
    _refuse_outside_of_snapshot(plan, here, policy)
    _refuse_triggers(plan, there, policy)
    for copy in plan.copies:
        _try_filter(reader, copy, policy)
    return plan


def _refuse_outside_of_snapshot(plan: Plan, here: Described, policy: Policy) -> None:
    problems = [
        policy.document.problem(
            ("tables", copy.table.name), f"{copy.table.name} is a table of {here.unsafe[copy.table.name]}"
        )
        for copy in plan.copies
        if copy.table.name in here.unsafe
    ]
    _refuse("some tables have no transactions, so no snapshot shows them", problems, "skip them, or ALTER "
            "TABLE … ENGINE = InnoDB")  # fmt: skip


def _refuse_triggers(plan: Plan, there: Described | None, policy: Policy) -> None:
    triggered = there.triggered if there is not None else frozenset()
    problems = [
        policy.document.problem(("tables", copy.table.name), f"an INSERT into {copy.table.name} fires one")
        for copy in plan.copies
        if copy.table.name in triggered
    ]
    _refuse("triggers of the target would change what is written", problems, "drop them for the run")


def _refuse(what: str, problems: list[Problem], hint: str) -> None:
    if problems:
        raise InputError(what, problems=problems, hint=hint)


def _try_filter(reader: Session, copy: TablePlan, policy: Policy) -> None:
    if copy.filter is None:
        return
    try:
        reader.rows(f"SELECT 1 FROM {statements.rows_of(copy)} LIMIT 0")  # noqa: S608 - the policy's own words
    except (InputError, Unavailable):
        where = policy.document.where(("tables", copy.table.name, "filter"))
        hint = "write what would stand after WHERE, in this engine's SQL"
        raise InputError(f"the filter of {copy.table.name} is no condition", where=where, hint=hint) from None


def _count(reader: Session, table: Table) -> int:
    count = reader.one(f"SELECT COUNT(*) FROM {statements.quoted(table.relation)}")  # noqa: S608 - a name, quoted
    return int(count or 0)


def _copied(
    reader: Session, writer: Session, plan: Plan, there: Schema, key: Key, progress: Progress, how: Reading
) -> dict[str, int]:
    """The rows by table. What the policy cannot do is undone; what is cut short is left, to go on with.

    Foreign keys are not checked row by row but counted over all rows at the end.
    """
    chunk = how.pages * _PAGE
    try:
        with scratch() as folder:
            rows = Copying(
                source=reader, target=writer, plan=plan, key=key, progress=progress, folder=folder,
                pace=Pace(block=min(BLOCK, chunk), rate=how.rate), blocks=max(1, chunk // BLOCK),
            ).run()  # fmt: skip
        for copy in plan.copies:
            refuse_orphans(writer, there.tables[copy.table.name])
    except InputError:
        occupying.clear(writer, [copy.table for copy in plan.copies])
        raise
    writer.do("SET foreign_key_checks = 1")
    for copy in plan.copies:
        settle(writer, copy.table, copy.renumbered)
    return rows
