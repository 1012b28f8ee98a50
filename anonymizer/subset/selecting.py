"""From a plan and a request to the plan of a subset, and what part of every table that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace

import psycopg
import pyarrow as pa

from anonymizer.policies.plan import Plan, TablePlan
from anonymizer.postgres.selection import Selected
from anonymizer.pseudonyms.keys import Key
from anonymizer.subset.closing import AT, Choice, closed
from anonymizer.subset.owners import Link, links, owners, owning
from anonymizer.subset.reading import asking, refuse_wrong, selected
from anonymizer.subset.request import Request
from foundation.documents import did_you_mean
from foundation.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many of a table's rows are in the subset, and with whom they come (None: roots, or completed)."""

    table: str
    rows: int
    of: int
    owner: str | None

    @property
    def fraction(self) -> float:
        return self.rows / self.of if self.of else 0.0


# Told what part of every table is copied, before it is.
Told = Callable[[Sequence[Share]], None]


def nobody(_shares: Sequence[Share]) -> None:
    """Nobody wants to know."""


def subset(
    dsn: str, source: psycopg.Connection, plan: Plan, wanted: Request, key: Key
) -> tuple[Plan, list[Share]]:
    """The plan of the rows that are wanted, with all that they refer to. `source` stands in a read snapshot.

    Raises InputError: a root that is not copied, or a condition that is none.
    """
    copies = {copy.table.name: copy for copy in plan.copies}
    _refuse_unknown(wanted, copies)
    for root in wanted.roots:
        refuse_wrong(source, copies, root)
    all_links = links(plan)
    roots = [root.table for root in wanted.roots]
    sizes = {name: copy.table.rows for name, copy in copies.items()}
    owned = owners(list(copies), all_links if roots else owning(all_links, sizes), roots)
    choice = Choice(
        request=wanted, key=key, identity={name: _identity(copy) for name, copy in copies.items()},
        strata={name: copy.stratify for name, copy in copies.items() if copy.stratify},
    )  # fmt: skip
    columns = {name: _columns(copy, all_links, choice) for name, copy in copies.items()}
    with asking(dsn, source, copies, columns, _READERS) as server, ExitStack() as stack:
        beside = ThreadPoolExecutor(1)
        stack.callback(beside.shutdown, cancel_futures=True)
        counts = {name: beside.submit(server.count, name) for name in copies}
        rows = closed(server, choice, owned, all_links, at_once=_READERS)
        of = {name: count.result() for name, count in counts.items()}
    places = {name: rows[name].column(AT) if name in rows else _NOWHERE for name in copies}
    shares = [
        Share(table=name, rows=len(places[name]), of=of[name], owner=_owner(owned.get(name)))
        for name in copies
    ]
    chosen = {name: selected(source, places[name], of[name]) for name in copies}
    return replace(plan, copies=tuple(_only(copy, chosen) for copy in copies.values())), shares


# Connections to the source, beside the run's own.
_READERS = 2
_NOWHERE = pa.chunked_array([], pa.binary())


def _refuse_unknown(wanted: Request, copies: dict[str, TablePlan]) -> None:
    for root in wanted.roots:
        if root.table not in copies:
            what = f"the root {root.table!r} is no table that is copied"
            raise InputError(what, hint=did_you_mean(root.table, copies))


def _identity(copy: TablePlan) -> tuple[str, ...]:
    """What tells a table's rows apart from one run to the next."""
    table = copy.table
    return table.primary_key or next(iter(table.unique.values()), ()) or table.stored


def _columns(copy: TablePlan, all_links: Sequence[Link], choice: Choice) -> tuple[str, ...]:
    name = copy.table.name
    mine = [column for link in all_links if link.table == name for column in link.columns]
    theirs = [column for link in all_links if link.parent == name for column in link.parent_columns]
    needed = {*mine, *theirs, *choice.identity[name], *([copy.stratify] if copy.stratify else [])}
    return tuple(sorted(needed))


def _owner(link: Link | None) -> str | None:
    return None if link is None else f"{', '.join(link.columns)} -> {link.parent}"


def _only(copy: TablePlan, chosen: Mapping[str, Selected]) -> TablePlan:
    """The plan of the chosen rows alone; totals add up the chosen ones of their lines."""
    own = chosen[copy.table.name]
    sums = {name: replace(lines, chosen=chosen[lines.table.name]) for name, lines in copy.sums.items()}
    return replace(copy, table=replace(copy.table, rows=len(own)), selected=own, sums=sums)
