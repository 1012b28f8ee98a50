"""The faults that were in force, and how long the platform took to recover from each."""

from __future__ import annotations

from foundation import page
from foundation.page import Column, Group, Row, Section
from peakproof.report import words
from peakproof.results import FaultRecord, Results

COLUMNS = (
    Column(title="Fault"), Column(title="Role"), Column(title="What befell"),
    Column(title="At", numeric=True), Column(title="Until", numeric=True),
    Column(title="Recovery", numeric=True),
)  # fmt: skip


def section(results: Results) -> Section:
    if not results.faults:
        body = page.note("No fault was in force. This run says nothing about fail-over.")
        return Section(anchor="faults", title="Faults", body=body)
    table = page.table(
        COLUMNS, [Group(rows=[_row(fault) for fault in results.faults])], caption="Faults and recovery"
    )
    remark = page.note(
        "Times count from the beginning of the load. Recovery lasts until the first 5 s in which throughput "
        "is back, no new journey fails and at most 5 % (or one) exceed the latency limit; without such a "
        "limit it is not claimed."
    )
    return Section(anchor="faults", title="Faults", body=page.joined([table, remark]))


def _row(fault: FaultRecord) -> Row:
    broken = fault.claimed and fault.recovery is None
    return Row(
        cells=(
            fault.name, _role(fault), words.fault(fault), words.seconds(fault.at),
            "the drain" if fault.until is None else words.seconds(fault.until),
            page.mark("not recovered", holds=False) if broken else _recovery(fault),
        ),
        bad=broken,
    )  # fmt: skip


def _role(fault: FaultRecord) -> str:
    """What the plan named, and when it was asked who that is."""
    return fault.role if fault.asked is None else f"{fault.role}, asked at {words.seconds(fault.asked)}"


def _recovery(fault: FaultRecord) -> str:
    return words.seconds(fault.recovery) if fault.claimed else "not claimed"
