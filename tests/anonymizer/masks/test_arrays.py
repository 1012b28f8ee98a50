"""Arrays: every element is masked with its row's entity, and nothing else of the text changes."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.masks.arrays import element_wise, value_wise

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def same(values: pa.Array, _entities: pa.Array | None) -> pa.Array:
    return values


def upper(values: pa.Array, entities: pa.Array | None) -> pa.Array:
    loud = pc.utf8_upper(values)
    return loud if entities is None else pc.binary_join_element_wise(loud, entities, "/")


def run(*arrays: str | None, of: list[str] | None = None) -> list[str | None]:
    whose = None if of is None else pa.array(of)
    found: list[str | None] = element_wise(upper)(pa.array(arrays, pa.string()), whose).to_pylist()
    return found


def written(values: list[str | None]) -> str:
    """As PostgreSQL writes an array whose elements all need quotes."""
    escape = str.maketrans({'"': '\\"', "\\": "\\\\"})
    return "{" + ",".join("NULL" if v is None else f'"{v.translate(escape)}"' for v in values) + "}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{a,b}", '{"A","B"}'),
        ("{}", "{}"),
        ('{a,NULL,"NULL",""}', '{"A",NULL,"NULL",""}'),
        (r'{"a,\"b\" {c}",d\e}', '{"A,\\"B\\" {C}","D\\\\E"}'),
        ("{{a,b},{c,d}}", '{{"A","B"},{"C","D"}}'),
        ("[0:1]={a,b}", '[0:1]={"A","B"}'),
        (None, None),
    ],
)
def test_every_element_is_masked_and_the_rest_stays(before: str | None, after: str | None) -> None:
    assert run(before) == [after]


def test_every_element_has_the_entity_of_its_row() -> None:
    assert run("{a,b}", None, "{c}", of=["x", "y", "z"]) == ['{"A/x","B/x"}', None, '{"C/z"}']


@given(st.lists(TEXTS | st.none(), max_size=5))
def test_a_mask_that_changes_nothing_gives_the_same_array(values: list[str | None]) -> None:
    text = written(values)
    assert element_wise(same)(pa.array([text]), None).to_pylist() == [text]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"a"=>"b", "c"=>NULL', '"a"=>"B/x", "c"=>NULL'),
        (r'"a=>NULL"=>"d", "\"=>\"b"=>"\"q\" \\"', r'"a=>NULL"=>"D/x", "\"=>\"b"=>"\"Q\" \\/x"'),
        ("", ""),
        (None, None),
    ],
)
def test_every_value_of_an_hstore_is_masked_and_its_keys_stay(before: str | None, after: str | None) -> None:
    assert value_wise(upper)(pa.array([before], pa.string()), pa.array(["x"])).to_pylist() == [after]
