"""The audit as a page for people: one HTML file. Pure: audit and signature in, text out."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from anonymizer.audit import risks
from anonymizer.audit.law import answers
from anonymizer.audit.record import Audit, AuditedTable, Treatment
from anonymizer.audit.signing import Signature
from anonymizer.proof.comparison import Comparison
from foundation import page
from foundation.page import Column, Group, Row, Section
from foundation.verdict import Status

_TABLES = (
    Column(title="Table"),
    Column(title="Rows", numeric=True),
    Column(title="Columns kept", numeric=True),
    Column(title="Digest", code=True),
)
_COLUMNS = tuple(Column(title=title) for title in ("Column", "Type", "Class", "What was done", "Scope"))
_COMPARED = (
    Column(title="Place"),
    Column(title="Result"),
    Column(title="Values", numeric=True),
    Column(title="Survivors", numeric=True),
    Column(title="By chance", numeric=True),
    Column(title="Coincidences", numeric=True),
)
_LAW = tuple(Column(title=title) for title in ("Article", "Question", "Answer"))


def html(audit: Audit, signature: Signature | None) -> str:
    """The whole page."""
    sections = [
        _headline(audit, signature),
        _faults(audit),
        _tables(audit),
        _columns(audit),
        _comparisons(audit),
        _searched(audit),
        risks.risk(audit.seen),
        risks.distances(audit.seen),
        _law(audit),
        _versions(audit, signature),
    ]
    return page.html(
        f"Anonymisation audit: {audit.receipt.policy}",
        sections,
        header=("Peakproof anonymisation audit", audit.receipt.policy, audit.made),
        footer=("audit.json beside this page says the same to machines, and carries the signature",),
    )


def _headline(audit: Audit, signature: Signature | None) -> Section:
    rows = sum(table.rows for table in audit.tables)
    count = len(audit.tables)
    tables = f"{count} {'table' if count == 1 else 'tables'}"
    done = f"{rows:,} rows of {tables} were masked under {audit.receipt.policy}"
    faults = len(audit.seen.faults)
    noun = "fault" if faults == 1 else "faults"
    sentence = (
        f"{done}; the check found {f'{faults} {noun}' if faults else 'nothing that should not be there'}."
    )
    signed = "Signed by the key below." if signature else "Unsigned: nothing shows who made this report."
    status = Status.PASS if audit.passes else Status.FAIL
    body = page.fragment("verdict.html", status=status, sentence=sentence, bound=signed)
    return Section(anchor="verdict", title="", body=body)


def _faults(audit: Audit) -> Section:
    if not audit.seen.faults:
        return Section(anchor="faults", title="Faults", body=page.note("The check found none."))
    return Section(
        anchor="faults", title="Faults",
        body=page.joined(page.note(fault, warning=True) for fault in audit.seen.faults),
    )  # fmt: skip


def _tables(audit: Audit) -> Section:
    rows = [Row(cells=(table.name, f"{table.rows:,}", _kept(table), table.digest)) for table in audit.tables]
    parts = [
        page.table(_TABLES, [Group(rows=rows)], caption="Copied tables, their rows and digests"),
        page.facts(
            {
                "Left empty": ", ".join(audit.emptied) or "none",
                "Not touched": ", ".join(audit.skipped) or "none",
            }
        ),
        page.note(
            page.joined(
                [
                    "A digest is of the rows' canonical text, whatever their order:",
                    page.code("peakproof anonymize audit verify --target"),
                    "computes it again and says whether the copy is still the one of this report.",
                ]
            )
        ),
    ]
    return Section(anchor="tables", title="Tables", body=page.joined(parts))


def _kept(table: AuditedTable) -> str:
    return f"{sum(column.truth for column in table.columns)} of {len(table.columns)}"


def _columns(audit: Audit) -> Section:
    groups = [
        Group(title=table.name, rows=[_column(column) for column in table.columns]) for table in audit.tables
    ]
    parts = [page.table(_COLUMNS, groups, caption="Every column and what was done to it")]
    parts += [
        page.note(f"{table.name}.{column.column} was masked by {column.transform}: {column.measured}.")
        for table in audit.tables
        for column in table.columns
        if column.measured
    ]
    return Section(anchor="columns", title="What was masked how", body=page.joined(parts))


def _column(column: Treatment) -> Row:
    done = {"keep": "kept as it is", "drop": "dropped", "json": "by place", "composite": "by field"}.get(
        column.transform, column.transform
    )
    telling = column.truth and column.class_ in ("identifying", "sensitive")
    return Row(cells=(column.column, column.type, column.class_ or "", done, column.scope), bad=telling)


def _comparisons(audit: Audit) -> Section:
    rows = [_comparison(found) for found in audit.seen.comparisons]
    parts = [
        page.note(
            "A survivor is a value that stands in the row of the person it came from. Coincidences are "
            "originals that stand anywhere in the same column, which permutations and pools make."
        ),
        page.table(_COMPARED, [Group(rows=rows)], caption="Source and target compared place by place"),
    ]
    return Section(anchor="comparison", title="Compared with the source", body=page.joined(parts))


def _comparison(found: Comparison) -> Row:
    cells = (
        found.place,
        page.mark("holds" if found.passes else "broken", holds=found.passes),
        f"{found.values:,}",
        f"{found.survivors:,}",
        f"{found.by_chance:.2g}",
        f"{found.coincidences:,}",
    )
    return Row(cells=cells, bad=not found.passes)


def _searched(audit: Audit) -> Section:
    columns = [
        Column(title="Place"),
        Column(title="Originals of"),
        Column(title="Result"),
        Column(title="Found", numeric=True),
        Column(title="By chance", numeric=True),
    ]
    rows = [
        Row(
            cells=(
                seen.place,
                seen.population,
                page.mark("holds" if seen.passes else "broken", holds=seen.passes),
                f"{seen.found:,}",
                f"{seen.by_chance:.2g}",
            ),
            bad=not seen.passes,
        )
        for seen in audit.seen.sightings
    ]
    body = page.joined(_search_parts(columns, rows))
    return Section(anchor="search", title="Searched for originals", body=body)


def _search_parts(columns: list[Column], rows: list[Row]) -> Iterator[Markup]:
    yield page.note(
        "Every text of the target was searched for identifying originals, also inside JSON, URLs, HTML, "
        "base64, hexadecimal, gzip and UTF-16, and in the catalogue."
    )
    if rows:
        yield page.table(columns, [Group(rows=rows)], caption="Originals met in the target")
    else:
        yield page.note("None was met.")


def _law(audit: Audit) -> Section:
    rows = [Row(cells=(each.article, each.asks, each.answer)) for each in answers(audit)]
    parts = [
        page.note("What software can know of these articles' questions. No legal advice."),
        page.table(_LAW, [Group(rows=rows)], caption="Questions of the GDPR and what is known"),
    ]
    return Section(anchor="law", title="GDPR (RODO)", body=page.joined(parts))


def _versions(audit: Audit, signature: Signature | None) -> Section:
    receipt = audit.receipt
    facts = {
        "Policy's SHA-256": page.code(receipt.policy_hash),
        "Environment": audit.environment or "none",
        "Source's schema": page.code(receipt.schema),
        "Key's fingerprint": page.code(receipt.key),
        "Run": f"{receipt.started} to {receipt.finished}",
        "Signature": page.code(signature.value) if signature else "unsigned",
        "Public key": page.code(signature.public_key) if signature else "none",
        **dict(audit.versions),
    }
    return Section(anchor="versions", title="Versions and fingerprints", body=page.facts(facts))
