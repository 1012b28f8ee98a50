"""What is seen of the anonymiser's commands: words and tables for people, JSON on stdout for machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from anonymizer.discovery.sampling import Discovery
from anonymizer.masks.previewing import Preview
from anonymizer.policies.plan import Plan
from anonymizer.proof.exposure import Exposure
from anonymizer.proof.verification import Verification
from anonymizer.subset.selecting import Share
from foundation.console import people, print_json
from foundation.receipts import Receipt


def show_discovery(found: Discovery) -> None:
    """A proposed policy's columns with the reason of each, as JSON."""
    columns = [
        {"table": table, "column": column, **asdict(finding)}
        for (table, column), finding in found.findings.items()
    ]
    print_json({"columns": columns})


def say_proposed(found: Discovery, out: Path) -> None:
    """Where the proposal stands, and that it is one; to stderr."""
    size = f"{len(found.findings)} columns of {len(found.schema.tables)} tables"
    people().print(f"{escape(str(out))}: a proposal for {size}. Read every line before you use it.")


def show_preview(tables: Sequence[Preview], *, as_json: bool) -> None:
    """A few masked rows of each table, a line a column: tables are wider than screens."""
    if as_json:
        return print_json({"tables": [asdict(table) for table in tables]})
    for each in tables:
        numbers = (f"row {number}" for number, _ in enumerate(each.rows, 1))
        shown = Table("column", *numbers, title=escape(each.table), title_justify="left")
        for name, *values in zip(each.columns, *each.rows, strict=True):
            shown.add_row(escape(name), *("NULL" if value is None else escape(value) for value in values))
        people().print(shown)
    return None


def show_shares(shares: Sequence[Share]) -> None:
    """What part of every table is in a subset, and with whom its rows come."""
    table = Table("table", "rows", "of", "fraction", "come with")
    for one in shares:
        table.add_row(one.table, f"{one.rows}", f"{one.of}", f"{one.fraction:.2%}", one.owner or "")
    people().print(table)


def show_plan(plan: Plan, shares: Sequence[Share], *, as_json: bool) -> None:
    """What a run would do; of a subset, what part of every table it would copy."""
    counts = {
        "tables": len(plan.copies),
        "columns": sum(len(copy.rules) for copy in plan.copies),
        "masked": sum(len(copy.masked) for copy in plan.copies),
        "emptied": len(plan.empties),
    }
    if as_json:
        return print_json({**counts, **({"subset": [_share(one) for one in shares]} if shares else {})})
    people().print(
        f"the policy fits: {counts['tables']} tables are copied, {counts['masked']} of {counts['columns']} "
        f"columns masked, {counts['emptied']} tables left empty"
    )
    if shares:
        show_shares(shares)
    return None


def _share(one: Share) -> dict[str, object]:
    return {**asdict(one), "fraction": one.fraction}


def show_receipt(receipt: Receipt, *, as_json: bool) -> None:
    """What a run did, and whether its check passed."""
    if as_json:
        return print_json(receipt.to_dict())
    console = people()
    console.print(
        f"{sum(receipt.tables.values())} rows in {len(receipt.tables)} tables, policy {receipt.policy}"
    )
    if receipt.subset is not None:
        console.print(f"{sum(receipt.tables.values()) / max(1, sum(receipt.of.values())):.2%} of the source")
    for finding in receipt.findings:
        console.print(f"[bold red]fault:[/] {escape(finding)}")
    for remark in receipt.remarks:
        console.print(f"[yellow]not as in the source:[/] {escape(remark)}")
    _note(receipt.noted, console)
    console.print(
        "the check passed" if receipt.verified else "the check did not pass: nobody may use this database"
    )
    return None


def show_verification(seen: Verification, *, as_json: bool) -> None:
    """What the comparison with the source found: places and counts, never a value."""
    if as_json:
        return print_json(seen.to_dict())
    table = Table("place", "class", "values", "survivors", "by chance", "coincidences")
    for one in seen.comparisons:
        kind = "identifying" if one.identifying else ""
        figures = (f"{one.values}", f"{one.survivors}", f"{one.by_chance:.2g}", f"{one.coincidences}")
        table.add_row(one.place, kind, *figures, style=None if one.passes else "bold red")
    console = people()
    console.print(table)
    if seen.unmatched:
        tables = escape(", ".join(seen.unmatched))
        console.print(f"rows could not be matched, as keys are masked (name the key) or missing: {tables}")
    for exposed in seen.exposures:
        console.print(f"people of {escape(exposed.table)} by {escape(' + '.join(exposed.people.quasi))}:")
        _tell(exposed, console)
    for fault in seen.faults:
        console.print(f"[bold red]fault:[/] {escape(fault)}")
    _note(seen.noted, console)
    console.print("the check passed" if seen.passes else "the check did not pass")
    return None


def _note(noted: Iterable[str], console: Console) -> None:
    for note in noted:
        console.print(f"[yellow]note:[/] {escape(note)}")


def show_risk(found: Exposure, *, as_json: bool) -> None:
    """How many persons stand out by the columns that were named, and are found again by them."""
    if as_json:
        return print_json({"passes": not found.faults, **found.to_dict()})
    console = people()
    _tell(found, console)
    for fault in found.faults:
        console.print(f"[bold red]fault:[/] {escape(fault)}")
    return None


def _tell(found: Exposure, console: Console) -> None:
    risk, link = found.risk, found.linkage
    console.print(f"{risk.singled_out} of {risk.persons} persons singled out ({risk.singled_out_rate:.2%})")
    console.print(f"{risk.groups} groups, the smallest of {risk.k} persons (k)")
    if risk.l is not None:
        console.print(f"at least {risk.l} different sensitive values in a group (l)")
    if link is not None:
        console.print(
            f"{link.attacks} persons looked for: {link.success:.2%} found "
            f"({link.low:.2%} to {link.high:.2%}; "
            f"by guessing {link.by_chance:.2%}), {link.singled_out_rate:.2%} for certain (linkage)"
        )
