"""What a source has that its policy does not know: another schema, unnamed columns. Pure; reads no rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from anonymizer.policies.policy import Policy, TableRule
from anonymizer.policies.schema import Column, Schema, Table
from anonymizer.transforms import INHERIT
from anonymizer.transforms.base import TEXT
from foundation.documents import as_key
from foundation.errors import InputError

# In fewer characters nobody says anything.
_SHORTEST_SENTENCE = 20


def refuse_changed(policy: Policy, source: Schema) -> None:
    """Where the policy says what the source's tables looked like, they must look like that still."""
    if not policy.schema:
        return
    now = fingerprints(source)
    problems = [
        policy.document.problem(("schema", name), what)
        for name in sorted({*now, *policy.schema})
        if now.get(name) != policy.schema.get(name)
        for what in _changes(name, policy, source)
    ]
    if problems:
        lines = "\n".join(f"  {as_key(name)}: {value}" for name, value in now.items())
        raise InputError(
            "the source's schema has changed since the policy was written; no data was read",
            where=str(policy.document.path),
            problems=problems,
            hint=f"look at each change, adapt the policy, then write into it:\nschema:\n{lines}",
        )


def fingerprints(source: Schema) -> dict[str, str]:
    """What a policy's `schema` holds when it is written for this source."""
    return {name: table.fingerprint for name, table in source.tables.items()}


def _changes(name: str, policy: Policy, source: Schema) -> Iterator[str]:
    table, rule = source.tables.get(name), policy.tables.get(name)
    if table is None:
        yield f"the table {name} is gone"
    elif name not in policy.schema:
        yield f"the table {name} is new"
    elif rule is None or not rule.columns:
        yield f"{name} has other columns or types"
    else:
        new = [column for column in table.stored if column not in rule.columns]
        gone = sorted(rule.columns.keys() - table.columns.keys())
        yield from (f"{name}.{column} ({table.columns[column].type}) is new" for column in new)
        yield from (f"{name}.{column} is gone" for column in gone)
        if not new and not gone:
            yield f"a column of {name} has another type, or one that the server generates came or went"


def refuse_unnamed(policy: Policy, source: Schema) -> None:
    """Every column of a table that is copied must be named; the error carries the patch."""
    unnamed = {
        name: [column for column in table.columns.values() if _is_unnamed(policy.tables.get(name), column)]
        for name, table in source.tables.items()
        if (policy.tables[name].rows == "copy" if name in policy.tables else True)
    }
    unnamed = {name: columns for name, columns in unnamed.items() if columns}
    if unnamed:
        problems = [
            policy.document.problem(("tables", name), f"{name}.{column.name} ({column.type}) is not named")
            for name, columns in unnamed.items()
            for column in columns
        ]
        count = f"{len(problems)} {'column' if len(problems) == 1 else 'columns'}"
        raise InputError(
            f"the policy does not say what to do with {count} of the source; no data was read",
            where=str(policy.document.path),
            problems=problems,
            hint="decide, and add to the policy (a cautious proposal):\n" + patch(source, unnamed),
        )


def _is_unnamed(rule: TableRule | None, column: Column) -> bool:
    return not column.generated and (rule is None or column.name not in rule.columns)


def patch(source: Schema, unnamed: Mapping[str, Sequence[Column]]) -> str:
    """The YAML that would name these columns: masked or dropped where possible, for a person to look at.

    It can be run as it is. Columns of foreign keys become what their parent becomes.
    """
    lines = ["tables:"]
    for name, columns in unnamed.items():
        lines += [f"  {as_key(name)}:", "    columns:"]
        lines += [f"      {as_key(c.name)}: {_proposal(source.tables[name], c)}" for c in columns]
    return "\n".join(lines)


def _proposal(table: Table, column: Column) -> str:
    if column.name in table.referring:
        return INHERIT
    # Invented sentences would meet each other in a unique index, and may not be what a domain checks for.
    distinct = any(column.name in columns for columns in table.unique.values())
    if column.base in TEXT and not distinct and not column.checked:
        limit = f", options: {{longest: {column.limit}}}" if column.limit else ""
        fits = column.limit is None or column.limit >= _SHORTEST_SENTENCE
        return (
            f"{{transform: regenerate, class: free{limit}}}" if fits else "{transform: suppress, class: free}"
        )
    return "drop" if column.nullable else "keep  # NOT NULL: look at it before you keep it"
