"""From findings to the policy's YAML. Pure. What cannot be masked is dropped, so that `check` objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from anonymizer.discovery.facts import Finding, Kind
from anonymizer.policies.policy import FORMAT
from anonymizer.policies.schema import Column, Schema, Table
from anonymizer.transforms import transform
from foundation.documents import as_key

Findings = Mapping[tuple[str, str], Finding]

# kind -> (transform, class)
_RULES: Mapping[Kind, tuple[str, str]] = {
    "email": ("email", "identifying"),
    "phone": ("phone", "identifying"),
    "pesel": ("pesel", "identifying"),
    "nip": ("nip", "identifying"),
    "regon": ("regon", "identifying"),
    "iban": ("iban", "identifying"),
    "card": ("scramble", "identifying"),
    "first_name": ("first_name", "common"),
    "last_name": ("last_name", "common"),
    "full_name": ("full_name", "identifying"),
    "login": ("login", "identifying"),
    "company": ("company", "identifying"),
    "street": ("street", "common"),
    "postal_code": ("postal_code", "common"),
    "city": ("city", "common"),
    "address": ("address", "identifying"),
    "birth_date": ("shift_date", "sensitive"),
    "ip": ("ip", "identifying"),
    "mac": ("mac", "identifying"),
    "document": ("scramble", "identifying"),
    "secret": ("scramble", "sensitive"),
    "free": ("regenerate", "free"),
}
_OF_A_PERSON = frozenset({"first_name", "last_name", "full_name", "login", "pesel"})
_OF_A_PLACE = frozenset({"street", "postal_code", "city", "address"})


# A copy of such a value is the same pseudonym only under the same options: one unique column decides for all.
_ALIKE = frozenset({"email", "login"})


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a rule is to stand."""

    table: Table
    column: Column
    finding: Finding
    person: str | None  # the column that says who a row is about
    row: str | None  # the column that tells rows apart
    unique: bool  # results must differ: by an index, or as this kind's do elsewhere


def proposal(name: str, schema: Schema, findings: Findings) -> str:
    """The YAML of a policy that names every column, with confidence and reason as comments."""
    lines = [
        "# A proposal from names, types, keys and sampled values. Read every line before you use it.",
        f"policy: {as_key(name)}",
        "version: 1",
        f"format: {FORMAT}",
        "schema:",
        *(f"  {as_key(table.name)}: {table.fingerprint}" for table in schema.tables.values()),
        "tables:",
    ]
    for table in schema.tables.values():
        lines += [f"  {as_key(table.name)}:", "    columns:" if table.stored else "    columns: {}"]
        lines += [line for column in table.stored for line in _column(schema, table, column, findings)]
    return "\n".join(lines) + "\n"


def _column(schema: Schema, table: Table, column: str, findings: Findings) -> Iterator[str]:
    origin, name = schema.root(table.name, column)  # a reference is masked as what it refers to
    parent = schema.tables[origin]
    finding = findings[origin, name]
    emails = [c for c in parent.stored if findings[origin, c].kind == "email"]
    row = parent.primary_key[0] if len(parent.primary_key) == 1 else None
    place = _Place(
        table=parent, column=parent.columns[name], finding=finding,
        person=emails[0] if len(emails) == 1 and origin == table.name else None,
        row=row if row and not findings[origin, row].personal and origin == table.name else None,
        unique=_indexed(parent, name) or (finding.kind in _ALIKE and _unique(finding.kind, schema, findings)),
    )  # fmt: skip
    why = f"{finding.kind}, {finding.confidence:.2f}: {finding.reason}"
    if origin != table.name:
        why = f"refers to {origin}.{name}; {why}"
    own = findings[table.name, column]
    if own.copy_of and origin == table.name:
        seems = f"{own.kind}, {own.confidence:.2f}: {own.reason}"
        yield f"      {as_key(column)}: {{copy_of: {as_key(own.copy_of)}}}  # {seems}"
    elif finding.kind == "json":
        yield f"      {as_key(column)}:  # {why}"
        yield from ("        " + line for line in _document(finding))
    else:
        yield f"      {as_key(column)}: {_rule(place)}  # {why}"


def _indexed(table: Table, column: str) -> bool:
    return any(column in columns for columns in table.unique.values())


def _unique(kind: Kind, schema: Schema, findings: Findings) -> bool:
    return any(
        found.kind == kind and _indexed(schema.tables[table], column)
        for (table, column), found in findings.items()
    )


def _rule(place: _Place) -> str:
    kind = place.finding.kind
    if kind == "none":
        return "keep"
    name, class_ = _RULES[kind]
    options = _options(kind, place)
    chosen = transform(name, "value")
    longest = chosen.longest(chosen.options.model_validate(options))
    if (
        place.column.slot.takes(chosen.types)
        and longest is not None
        and longest > (place.column.limit or longest)
    ):
        name, options = "scramble", {}
        chosen = transform(name, "value")
    if not place.column.slot.takes(chosen.types):
        return "drop"
    scope = "" if name == "scramble" else _scope(kind, place)
    return _written(name, class_, scope, options)


def _options(kind: Kind, place: _Place) -> dict[str, int | bool]:
    if kind in _ALIKE and place.unique:
        return {"unique": True}
    if kind == "free" and place.column.limit:
        return {"longest": place.column.limit} if place.column.limit >= 20 else {}
    return {}


def _scope(kind: Kind, place: _Place) -> str:
    if kind == "email":
        return "domain: person"
    if place.unique:
        return ""
    if kind in _OF_A_PERSON and place.person:
        return f"scope: entity({place.person}), domain: person" if _plain(place.person) else ""
    if kind in _OF_A_PLACE and place.row:
        return f"scope: entity({place.row})" if _plain(place.row) else ""
    return ""


def _written(name: str, class_: str, scope: str, options: Mapping[str, int | bool]) -> str:
    parts = [f"transform: {name}", f"class: {class_}", *([scope] if scope else [])]
    if options:
        parts.append(f"options: {json.dumps(dict(options)).replace(chr(34), '')}")
    return "{" + ", ".join(parts) + "}"


def _document(finding: Finding) -> Sequence[str]:
    lines = ["transform: json", "class: free", "paths:"]
    for path, inner in finding.paths.items():
        why = f"  # {inner.kind}, {inner.confidence:.2f}: {inner.reason}"
        if not re.fullmatch(r"\$(\.[\w-]+|\[\*\])+", path):
            lines.append(f"  # {json.dumps(path)} cannot be named and becomes null")
        elif inner.kind == "none":
            lines.append(f"  {as_key(path)}: keep{why}")
        else:
            name, class_ = _RULES[inner.kind]
            domain = "domain: person" if inner.kind == "email" else ""
            lines.append(f"  {as_key(path)}: {_written(name, class_, domain, {})}{why}")
    return lines


def _plain(name: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name))
