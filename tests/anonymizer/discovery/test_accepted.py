"""What discovery proposes, `check` accepts: whatever the types, keys and indexes, and whatever was found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anonymizer.discovery.facts import Facts
from anonymizer.discovery.judging import judge
from anonymizer.discovery.proposing import proposal
from anonymizer.policies.plan import make_plan
from anonymizer.policies.policy import load_policy
from anonymizer.policies.schema import Column, ForeignKey, Schema, Table
from anonymizer.transforms.base import JSON
from foundation.errors import InputError

NAMES = [
    "email", "phone", "pesel", "nip", "iban", "card_number", "first_name", "full_name", "login", "company",
    "street", "postal_code", "city", "address", "birth_date", "ip_address", "passport", "gender", "password",
    "notes", "data", "c17", "on", "Nr tel", 'a"b', "id",
]  # fmt: skip
TYPES = [
    "text", "character varying", "character", "citext", "integer", "smallint", "bigint", "numeric", "date",
    "timestamp with time zone", "bytea", "tsvector", "jsonb", "json", "inet", "macaddr", "uuid", "ltree",
    "oid", "text[]", "bytea[]", "boolean", "hstore", "xml", "colour", "daterange", "geometry", "jsonb[]",
]  # fmt: skip
DOCUMENTS = [
    [], ['{"colour": "red"}'], ['{"jan@firma.pl": 1}'],
    ['"jan@firma.pl"', "[]"], ['{"list": {"601234567": "x"}}'],
    [
        '{"mail": "a@b.pl", "ip": "10.0.0.1", "x y": "z", "note": "n", "born": "1990-01-01", "n": 601234567}',
        '{"mail": {"of": "a@b.pl"}}',
    ],
]  # fmt: skip
TEXTS = [
    [], ["{jan@firma.pl,NULL}"], ["jan@firma.pl", "ewa@firma.pl"], ["44051401359"] * 3,
    ["Jan <jan@firma.pl>"], ["10.0.0.1", "10.0.0.2", "10.0.0.3"], ["a", "b", "c"],
]  # fmt: skip
LABELS = ("red", "green")


@st.composite
def columns(draw: st.DrawFn, name: str) -> Column:
    type_ = draw(st.sampled_from(TYPES))
    limit = draw(st.sampled_from([None, 1, 12, 50])) if type_.startswith("character") else None
    return Column(
        name=name, type=type_, base=type_, limit=limit, nullable=draw(st.booleans()), default=False,
        generated=draw(st.integers(0, 9)) == 0, labels=LABELS if type_ == "colour" else (),
        checked=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """Up to three tables, of which each may refer to one before it, by one column or by two."""
    tables: dict[str, Table] = {}
    for name in ("klienci", "orders", "public.x"):
        names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
        own = {column: draw(columns(column)) for column in names}
        keys = []
        for parent in tables.values():
            index = draw(st.sampled_from([(), *parent.unique.values()]))
            if index and len(index) <= len(names) and draw(st.booleans()):
                mine = tuple(draw(st.permutations(names))[: len(index)])
                for column, other in zip(mine, index, strict=True):
                    kept = own[column]
                    given_ = parent.columns[other]
                    own[column] = Column(
                        name=column, type=given_.type, base=given_.base, limit=given_.limit,
                        nullable=kept.nullable, default=False, generated=False, labels=given_.labels,
                    )  # fmt: skip
                keys.append(
                    ForeignKey(
                        name=f"to_{parent.name}", columns=mine, parent=parent.name, parent_columns=index
                    )
                )
        unique = {
            f"u{at}": tuple(index)
            for at, index in enumerate(
                draw(
                    st.lists(
                        st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True), max_size=2
                    )
                )
            )
        }
        rows = draw(st.sampled_from([0, 400, 10**6]))
        tables[name] = Table(
            name=name, schema="public", relation=name, columns=own, rows=rows,
            primary_key=next(iter(unique.values()), ()), foreign_keys=tuple(keys), unique=unique,
        )  # fmt: skip
    return Schema(tables=tables)


@given(st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_check_accepts_the_proposal_for_any_schema(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    schema = data.draw(schemas())
    findings = {
        (table.name, name): judge(
            Facts(table=table, column=column, values=data.draw(st.sampled_from(values_of(column))))
        )
        for table in schema.tables.values()
        for name, column in table.columns.items()
        if not column.generated
    }
    path: Path = tmp_path_factory.getbasetemp() / "proposal.yaml"
    path.write_text(proposal("p", schema, findings), encoding="utf-8")
    # The server had not counted some tables yet.
    tables = {name: replace(table, rows=table.rows or 400) for name, table in schema.tables.items()}
    assert refused(path, Schema(tables=tables)) == [], path.read_text()


def values_of(column: Column) -> list[list[str]]:
    return DOCUMENTS if column.base in JSON else TEXTS


def refused(policy: Path, schema: Schema) -> list[str]:
    try:
        make_plan(load_policy(policy), schema, schema)
    except InputError as error:
        return [str(error), *(problem.what for problem in error.problems)]
    return []
