"""Composite values: what is named is masked, what is not is closed, and everything stays in its place."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.masks.composite import FieldRule, masked
from anonymizer.masks.masking import table_mask
from anonymizer.policies.plan import TablePlan
from anonymizer.policies.policy import Rule
from anonymizer.policies.schema import Column, Schema, Table
from tests.anonymizer.transforms.applied import KEY, mask

FIELDS = ("street", "house", "note")
TEXTS = st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)


def star(values: pa.Array, entities: pa.Array | None) -> pa.Array:
    """Shows what a mask was given."""
    whose = entities.to_pylist() if entities is not None else [None] * len(values)
    pairs = zip(values.to_pylist(), whose, strict=True)
    return pa.array([None if value is None else f"<{value}|{who}>" for value, who in pairs], pa.string())


def written(row: tuple[str | None, ...]) -> str:
    """As PostgreSQL writes it: quoted where there is anything to quote."""
    special = set('"\\(), \t\n\r\v\f')
    quoted = [
        "" if one is None else one if one and not special & set(one)
        else '"' + one.replace("\\", "\\\\").replace('"', '""') + '"'
        for one in row
    ]  # fmt: skip
    return "(" + ",".join(quoted) + ")"


def run(text: str | None, *, keep_others: bool, **rules: FieldRule) -> str | None:
    whole = masked(pa.array([text], pa.string()), FIELDS, rules, keep_others=keep_others)
    found: str | None = whole[0].as_py()
    return found


def test_a_named_field_is_masked_under_the_one_beside_it_and_the_rest_is_closed() -> None:
    rule = FieldRule(mask=star, entity="note")
    assert run('("ul. Polna ""x""",12,a)', keep_others=False, street=rule) == '("<ul. Polna ""x""|a>",,)'


def test_others_may_be_kept_and_fields_dropped() -> None:
    assert run("(a,12,b)", keep_others=True, house=FieldRule(mask=None)) == '("a",,"b")'
    assert run(None, keep_others=True) is None


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=5))
def test_what_is_kept_is_what_was_there(rows: list[tuple[str | None, ...]]) -> None:
    texts = pa.array([written(row) for row in rows], pa.string())
    seen: list[list[str | None]] = []

    def look(values: pa.Array, _entities: pa.Array | None) -> pa.Array:
        seen.append(values.to_pylist())
        return values

    again = masked(texts, FIELDS, {name: FieldRule(mask=look) for name in FIELDS}, keep_others=False)
    assert list(zip(*seen, strict=True)) == [tuple(row) for row in rows]
    assert masked(again, FIELDS, {}, keep_others=True).equals(again)


@pytest.mark.parametrize("text", ["(a,b)", "(a,b,c,d)", "(a", '("a,b,c)'])
def test_what_has_other_fields_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no composite value"):
        run(text, keep_others=True)


def column(name: str, type_: str, *fields: Column) -> Column:
    return Column(
        name=name, type=type_, base=type_, limit=None, nullable=True, default=False, generated=False,
        fields=fields,
    )  # fmt: skip


PLACE = column("place", "place[]", column("zip", "text"), column("pay", "numrange"))
HOME = column("home", "home", column("owner", "text"), PLACE)


def through(paths: Mapping[str, object], text: str) -> str | None:
    table = Table(name="t", schema="public", relation="t", rows=1, unique={}, columns={"home": HOME})
    rule = Rule.model_validate({"transform": "composite", "class": "free", "paths": paths})
    mask_ = table_mask(TablePlan(table=table, rules={"home": rule}), Schema(tables={"t": table}), KEY)
    found: str | None = mask_(pa.table({"home": [text]}))["home"][0].as_py()
    return found


def test_a_path_leads_into_composites_and_arrays_of_them_with_the_types_of_their_fields() -> None:
    paths = {"$.place.zip": {"transform": "scramble", "class": "common"}, "$.owner": "keep"}
    (zip_,) = mask("scramble", ["31-154"], domain="scramble")
    text = '("Jan","{""(31-154,)"",NULL}")'
    assert through(paths, text) == f'("Jan","{{""(\\\\""{zip_}\\\\"",)"",NULL}}")'
