"""Masks files: from a path, a folder or stdin to the same, and checks them. Whole outputs or none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from anonymizer.copying.scratch import scratch
from anonymizer.digests import TableDigest, digest_of
from anonymizer.files import receipts
from anonymizer.files.content import Progress, Source
from anonymizer.files.formats import READING, WRITING, opened, suffix_of
from anonymizer.files.masking import block_mask, kinds_of
from anonymizer.files.ordering import Order, ranked
from anonymizer.files.outputs import standard_output, whole_file, whole_folder
from anonymizer.files.receipts import MaskedFile, MaskedFiles
from anonymizer.files.tables import column_of, table_of
from anonymizer.files.verification import Files, verify
from anonymizer.files.workers import Task, pool
from anonymizer.policies import truth
from anonymizer.policies.plan import Plan, TablePlan, make_plan
from anonymizer.policies.policy import Policy, TableRule
from anonymizer.policies.references import completed
from anonymizer.policies.schema import Schema, Table
from anonymizer.pseudonyms.keys import Key
from foundation.errors import InputError, Refused
from foundation.files import disk_errors
from foundation.receipts import now

STREAM = Path("-")


@dataclass(frozen=True, kw_only=True)
class Options:
    """How files are masked. `table`: the policy's name for a stream; `digests`: they are computed, too;
    `verify`: the output is searched for originals, where it can be read again."""

    table: str | None = None
    delimiter: str = ","
    workers: int = 1
    replace: bool = False
    digests: bool = False
    verify: bool = True


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """A table's file: where it is read, written (`making`) and found in the end, and as what."""

    table: str
    source: Path
    target: Path
    making: Path
    reads: str
    writes: str


def anonymize_files(
    source: Path, target: Path, policy: Policy, key: Key, *, options: Options, progress: Progress
) -> MaskedFiles:
    """Masks a file, the files of a folder, or stdin; checks what it wrote and leaves a receipt beside it.

    Streams are neither checked nor have a receipt. Raises InputError, Refused, Unavailable.
    """
    _refuse_same(source, target)
    started = now()
    with ExitStack() as kept:
        with ExitStack() as stack:
            pairs = _pairs(source, target, options, stack)
            output = target if source.is_dir() else pairs[0].target
            if options.replace or not output.exists():
                receipts.forget(output)
            sources = {pair.table: stack.enter_context(_opened(pair, options)) for pair in pairs}
            described = {
                name: table_of(name, one.schema, one.expected, policy) for name, one in sources.items()
            }
            plan = file_plan(policy, Schema(tables=described))
            orders = _orders(plan, kept)
            files = list(_all_masked(pairs, sources, plan, key, orders, options, progress))
        done = MaskedFiles(
            policy=f"{policy.name} {policy.version}", policy_hash=policy.hash, key=key.fingerprint(),
            started=started, finished=now(), files=tuple(files),
        )  # fmt: skip
        if STREAM in (source, target):
            return done
        proven = _proven(done, pairs, plan, orders, options, progress)
        receipts.store(output, proven)
        return proven


def _orders(plan: Plan, kept: ExitStack) -> dict[str, Order]:
    """What puts the rows of each table in order whose key the policy names."""
    keyed = [copy.table.name for copy in plan.copies if copy.key]
    folder = kept.enter_context(scratch()) if keyed else Path()
    return {name: Order(folder=folder / str(number)) for number, name in enumerate(keyed)}


def _proven(
    done: MaskedFiles, pairs: list[_Pair], plan: Plan, orders: Mapping[str, Order], options: Options,
    progress: Progress,
) -> MaskedFiles:  # fmt: skip
    """The same with what the files are now: their names and bytes, and whether they hold originals."""
    targets = {pair.table: pair.target for pair in pairs}
    files = tuple(
        replace(one, name=targets[one.table].name, sha256=receipts.sha256(targets[one.table]))
        for one in done.files
    )
    if not options.verify:
        return replace(done, files=files)
    compared = Files(
        originals={pair.table: partial(opened, pair.source, options.delimiter) for pair in pairs},
        outputs={name: partial(opened, path, options.delimiter) for name, path in targets.items()},
        rows={one.table: one.rows for one in files},
        places={name: order.places for name, order in orders.items()},
    )
    seen = verify(plan, compared, progress)
    judged = replace(done, verified=seen.passes, findings=seen.faults, noted=seen.noted)
    return replace(judged, files=files, finished=now())


def file_plan(policy: Policy, files: Schema) -> Plan:
    """What happens to the tables that there are files of; others only say how references to them look."""
    others = {
        name: _named_only(name, rule) for name, rule in policy.tables.items() if name not in files.tables
    }
    whole = completed(policy, Schema(tables={**files.tables, **others}))
    tables = {name: rule for name, rule in whole.tables.items() if name in files.tables}
    filtered = [
        policy.document.problem(("tables", name, "filter"), f"{name}: a file has no SQL that could filter it")
        for name, rule in tables.items()
        if rule.filter is not None
    ]
    if filtered:
        raise InputError("filters are for databases", problems=filtered, hint="take the filter away")
    truth.refuse_enforced(policy, "files")
    schema = {name: fingerprint for name, fingerprint in policy.schema.items() if name in files.tables}
    return make_plan(replace(policy, tables=tables, schema=schema), files, files)


def _named_only(name: str, rule: TableRule) -> Table:
    """A table of which there is no file, as far as the policy tells it."""
    schema = pa.schema([(column, pa.string()) for column in rule.columns])
    columns = {field.name: column_of(field, rule.columns[field.name]) for field in schema}
    return Table(name=name, schema="", relation=name, rows=0, columns=columns, unique={})


def _refuse_same(source: Path, target: Path) -> None:
    if STREAM not in (source, target) and source.exists() and target.exists() and source.samefile(target):
        raise Refused("the target is the source", where=str(target), hint="name another place for the target")


def _pairs(source: Path, target: Path, options: Options, stack: ExitStack) -> list[_Pair]:
    if source.is_dir():
        into = stack.enter_context(whole_folder(target, replace=options.replace))
        return [
            replace(_pair(file, target / file.name, file.stem), making=into / file.name)
            for file in _files_of(source)
        ]
    if source == STREAM and options.table is None:
        raise InputError("name the table of the policy that stdin holds: --table NAME")
    if target.is_dir():
        target = target / source.name
    return [_pair(source, target, options.table or source.stem)]


def _pair(source: Path, target: Path, table: str) -> _Pair:
    reads, writes = (".csv" if path == STREAM else suffix_of(path) for path in (source, target))
    return _Pair(table=table, source=source, target=target, making=target, reads=reads, writes=writes)


def _files_of(folder: Path) -> list[Path]:
    with disk_errors(folder):
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in READING and file.is_file())
    if not files:
        raise InputError("holds no CSV or Parquet file", where=str(folder), hint="name another folder")
    stems = [file.stem for file in files]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        what = f"holds two files of the table {', '.join(twice)}"
        raise InputError(what, where=str(folder), hint="a table is one file: move the other one away")
    return files


def _opened(pair: _Pair, options: Options) -> AbstractContextManager[Source]:
    if pair.source == STREAM:
        return READING[pair.reads](sys.stdin.buffer, "stdin", options.delimiter)
    return opened(pair.source, options.delimiter)


def _all_masked(
    pairs: list[_Pair], sources: Mapping[str, Source], plan: Plan, key: Key, orders: Mapping[str, Order],
    options: Options, progress: Progress,
) -> Iterator[MaskedFile]:  # fmt: skip
    masks = {copy.table.name: _mask(copy, plan, key) for copy in plan.copies}
    empty = {table.name for table in plan.empties}
    with pool(lambda table, block: masks[table](block), options.workers) as masked:
        for pair in pairs:
            if pair.table not in masks and pair.table not in empty:
                continue  # the policy skips it
            source = sources[pair.table]
            tasks = _tasks(pair, source) if pair.table in masks else iter(())
            with _output(pair.making, replace=options.replace) as stream:
                rows = masked(tasks)
                if (order := orders.get(pair.table)) is not None:
                    rows = order.ordered(_watched(pair, source, rows, progress))
                yield _written(pair, source, stream, rows, options, progress)


def _mask(copy: TablePlan, plan: Plan, key: Key) -> Callable[[pa.Table], pa.Table]:
    mask = block_mask(copy, plan.source, key)
    if not copy.key:
        return mask
    order = key.derive("order", copy.table.name)
    return lambda rows: ranked(order, mask(rows), copy.key)


def _watched(
    pair: _Pair, source: Source, masked: Iterator[pa.Table], progress: Progress
) -> Iterator[pa.Table]:
    """The same; so far they are only masked."""
    rows = 0
    for block in masked:
        yield block
        rows += block.num_rows
        progress(f"{pair.table}, masked", rows, source.expected)


def _tasks(pair: _Pair, source: Source) -> Iterator[Task]:
    for block in source.blocks():
        yield Task(
            table=pair.table, rows=block.rows, file=str(pair.source), where=block.where, first=block.first
        )


def _output(target: Path, *, replace: bool) -> AbstractContextManager[BinaryIO]:
    return standard_output() if target == STREAM else whole_file(target, replace=replace)


def _written(
    pair: _Pair, source: Source, stream: BinaryIO, masked: Iterator[pa.Table], options: Options,
    progress: Progress,
) -> MaskedFile:  # fmt: skip
    rows, digest, kinds = 0, TableDigest(), kinds_of(source.schema)
    with WRITING[pair.writes](stream, source.schema, options.delimiter) as sink:
        for block in masked:
            sink.write(block)
            rows += block.num_rows
            if options.digests:
                digest += digest_of(block, kinds)
            progress(pair.table, rows, source.expected)
    return MaskedFile(table=pair.table, rows=rows, digest=digest.of(kinds) if options.digests else None)
