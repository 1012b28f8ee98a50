"""The audit as a value: what was done to every column, what the check saw, by which versions. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Policy, Rule, chosen
from anonymizer.proof.verification import Verification
from anonymizer.transforms import DROP, KEEP, STRUCTURED
from foundation.receipts import Receipt

DOCUMENT = "peakproof anonymize audit"
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """What was done to one column, or to one place in its JSON documents (`column $.path`).

    `measured` says how much of the truth the transform was measured to leave; "" where it leaves none.
    """

    column: str
    type: str
    transform: str
    class_: str | None
    scope: str
    measured: str = ""

    @property
    def truth(self) -> bool:
        """Whether the target still says what the source said."""
        return self.transform == KEEP


@dataclass(frozen=True, kw_only=True)
class AuditedTable:
    """One copied table: rows in the target, their digest (independent of order), and its columns."""

    name: str
    rows: int
    digest: str
    columns: tuple[Treatment, ...]


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Everything that the report says. Holds names and counts, never a value; times are ISO 8601 in UTC."""

    made: str
    receipt: Receipt
    environment: str
    tables: tuple[AuditedTable, ...]
    emptied: tuple[str, ...]
    skipped: tuple[str, ...]
    seen: Verification
    versions: Mapping[str, str]
    processing: Mapping[str, str]

    @property
    def passes(self) -> bool:
        return self.seen.passes

    def to_dict(self) -> dict[str, object]:
        """As JSON writes it; docs/anonymizer/audit.md names every field."""
        return {
            "document": DOCUMENT,
            "format": FORMAT,
            "made": self.made,
            "passes": self.passes,
            "receipt": self.receipt.to_dict(),
            "environment": self.environment,
            "processing": dict(self.processing),
            "tables": [_table(table) for table in self.tables],
            "emptied": list(self.emptied),
            "skipped": list(self.skipped),
            "verification": self.seen.to_dict(),
            "versions": dict(self.versions),
        }


def treatments(plan: TablePlan) -> tuple[Treatment, ...]:
    """What the plan does to the table's columns, in their order; JSON's places follow their column."""
    return tuple(
        treatment
        for name, rule in plan.rules.items()
        for treatment in _treatments(name, plan.table.columns[name].type, rule)
    )


def untouched(policy: Policy) -> Sequence[str]:
    """Tables that the policy leaves alone on both sides."""
    return [name for name, rule in policy.tables.items() if rule.rows == "skip"]


def _treatments(name: str, type_: str, rule: Rule) -> list[Treatment]:
    own = Treatment(
        column=name, type=type_, transform=rule.transform, class_=rule.class_,
        scope=rule.scope if rule.masks else "", measured=_measured(rule),
    )  # fmt: skip
    if rule.transform not in STRUCTURED:
        return [own]
    inner = [found for path, at in rule.paths.items() for found in _treatments(f"{name} {path}", type_, at)]
    rest = Treatment(
        column=f"{name} (every other place)",
        type=type_,
        transform=KEEP if rule.others == "keep" else DROP,
        class_=None,
        scope="",
    )
    return [own, *inner, rest]


def _measured(rule: Rule) -> str:
    if not rule.masks:
        return ""
    named, options = chosen(rule)
    return named.measured(options)


def _table(table: AuditedTable) -> dict[str, object]:
    columns = [
        {("class" if key == "class_" else key): value for key, value in asdict(column).items()}
        for column in table.columns
    ]
    return {"name": table.name, "rows": table.rows, "digest": table.digest, "columns": columns}
