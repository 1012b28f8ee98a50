"""JSON documents: what is named is masked, what is not is closed, and nothing else changes."""

from __future__ import annotations

import json
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.masks.document import PathRule, masked, steps
from anonymizer.masks.leaves import WrongDocument
from anonymizer.masks.masking import leaf_mask
from anonymizer.policies.policy import Rule
from tests.anonymizer.transforms.applied import KEY


def star(values: pa.Array, entities: pa.Array | None) -> pa.Array:
    """Shows what a mask was given."""
    whose = entities.to_pylist() if entities is not None else [None] * len(values)
    pairs = zip(values.to_pylist(), whose, strict=True)
    return pa.array([None if value is None else f"<{value}|{who}>" for value, who in pairs], pa.string())


def keep(path: str) -> PathRule:
    return PathRule(steps=steps(path))


def hide(path: str, entity: str | None = None) -> PathRule:
    return PathRule(steps=steps(path), mask=star, entity=steps(entity) if entity else None)


def run(document: object, *rules: PathRule, keep_others: bool = False) -> object:
    [text] = masked(pa.array([json.dumps(document)]), rules, keep_others=keep_others).to_pylist()
    return json.loads(text)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def test_a_named_place_is_masked_and_the_rest_is_closed() -> None:
    found = run({"a": {"b": "x", "c": "y"}, "d": ["z", 1], "k": "kept"}, hide("$.a.b"), keep("$.k"))
    assert found == {"a": {"b": "<x|None>", "c": None}, "d": [None, None], "k": "kept"}


def test_others_may_be_kept() -> None:
    assert run({"a": "x", "b": "y"}, hide("$.a"), keep_others=True) == {"a": "<x|None>", "b": "y"}


def test_every_element_of_an_array_is_reached_with_its_own_entity() -> None:
    people = {"people": [{"name": "A", "mail": "a@x"}, {"name": "B", "mail": "b@x"}, {"mail": "c@x"}]}
    found = run(people, hide("$.people[*].name", "$.people[*].mail"), hide("$.people[*].mail"))
    assert found == {
        "people": [
            {"name": "<A|a@x>", "mail": "<a@x|None>"}, {"name": "<B|b@x>", "mail": "<b@x|None>"},
            {"mail": "<c@x|None>"},
        ]
    }  # fmt: skip


def test_a_number_is_masked_as_its_text() -> None:
    assert run({"phone": 601234567}, hide("$.phone")) == {"phone": "<601234567|None>"}


@pytest.mark.parametrize("amount", ["12", "-12", "1.50", "-0.07"])
def test_an_amount_in_a_document_stays_a_number_with_its_sign_and_decimals(amount: str) -> None:
    rule = Rule.model_validate({"transform": "perturb", "class": "sensitive"})
    path = PathRule(steps=steps("$.n"), mask=leaf_mask(rule, KEY, "perturb"))
    [text] = masked(pa.array([f'{{"n": {amount}}}']), [path], keep_others=False).to_pylist()
    found = json.loads(text, parse_float=Decimal, parse_int=Decimal)["n"]
    assert isinstance(found, Decimal)
    assert found != Decimal(amount)
    assert abs(found - Decimal(amount)) <= max(abs(Decimal(amount)) / 5, Decimal("0.02"))
    assert found.as_tuple().exponent == Decimal(amount).as_tuple().exponent


def test_an_object_in_the_place_of_a_value_does_not_slip_through() -> None:
    assert run({"name": {"first": "Jan"}}, hide("$.name")) == {"name": None}
    assert run({"name": True}, hide("$.name")) == {"name": None}


def test_a_document_that_is_only_a_text_is_closed() -> None:
    assert run("Jan Kowalski", hide("$.name")) is None


def test_dropped_places_become_null() -> None:
    rule = PathRule(steps=steps("$.a"), dropped=True)
    assert run({"a": {"b": 1}}, rule, keep_others=True) == {"a": None}


def test_sql_null_and_json_null_are_two_things() -> None:
    found = masked(pa.array([None, "null", "{}"]), [hide("$.a")], keep_others=False)
    assert found.to_pylist() == [None, "null", "{}"]


def test_numbers_come_back_digit_by_digit() -> None:
    text = '{"n": 12345678901234567890.12345678901234567890, "e": 1e400, "i": 100000000000000000000}'
    [found] = masked(pa.array([text]), [], keep_others=True).to_pylist()
    assert found == text


@given(JSON)
def test_a_document_without_rules_is_unchanged_when_others_are_kept(document: object) -> None:
    assert run(document, keep_others=True) == document


@given(st.dictionaries(st.text(max_size=5), JSON))
def test_a_closed_document_has_no_scalar_left(document: dict[str, object]) -> None:
    assert set(scalars(run(document))) <= {None}


@given(st.lists(JSON, min_size=1, max_size=8))
def test_documents_do_not_depend_on_their_neighbours(documents: list[object]) -> None:
    rules = [hide("$.a", "$.b"), hide("$[*].a"), keep("$.b")]
    texts = [json.dumps(document) for document in documents]
    together = masked(pa.array(texts), rules, keep_others=False).to_pylist()
    assert together == [masked(pa.array([one]), rules, keep_others=False)[0].as_py() for one in texts]


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8")))
def test_a_text_reaches_its_mask_as_it_is_and_its_result_the_document(text: str) -> None:
    for raw in (json.dumps({"a": text, "b": 1}), json.dumps({"a": text, "b": 1}, ensure_ascii=False)):
        [found] = masked(pa.array([raw]), [hide("$.a")], keep_others=True).to_pylist()
        assert json.loads(found) == {"a": f"<{text}|None>", "b": 1}


def test_a_masked_number_stays_a_number() -> None:
    rule = PathRule(steps=steps("$.n"), mask=lambda values, _: pa.array(["007"] * len(values)))
    assert run([{"n": 12}, {"n": "12"}, {"n": 1.5}], keep("$[*]")) == [{"n": 12}, {"n": "12"}, {"n": 1.5}]
    assert run({"n": 12}, rule) == {"n": 7}
    assert run({"n": "12"}, rule) == {"n": "007"}


def test_an_entity_inside_something_dropped_still_says_whom_it_is_about() -> None:
    found = run(
        {"who": {"mail": "a@x"}, "name": "A"},
        hide("$.name", "$.who.mail"),
        PathRule(steps=("who",), dropped=True),
    )
    assert found == {"who": None, "name": "<A|a@x>"}


NO_JSON = [
    '{"a": "x}', '{"a": yes}', '{"a" 1}', "[1, 2", '"a" "b', "[0,1 2]", '["x" "y"]', '[1 "x"]', "1 2", "[1,]",
    '{"a": "x" "b"}', '{"a": 1 2}', ':"x"', "[:1]", '{"a" 1: 2}', '{1: "x"}', '{"a":: 1}', "{,}", '["a":1]',
    "01", "1.2.3", "1-2", "1e", ".5", "NaN", "-",
    '"\\x"', '"\\u12"', '"a\nb"',
    '"\x01"', '{"k\x01": 1}', '\\"', "\x01",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_JSON)
@pytest.mark.parametrize("keep_others", [True, False])
def test_what_is_no_json_is_refused_by_its_row(text: str, *, keep_others: bool) -> None:
    around = ['{"a": "x"}', text, '{"a": "y", "b": ["z"]}']
    for number, texts in ((1, around), (0, around[1:]), (1, around[:2])):
        with pytest.raises(WrongDocument) as refused:
            masked(pa.array(texts), [hide("$.a")], keep_others=keep_others)
        assert refused.value.row == number


def test_a_document_that_is_nested_too_deeply_is_refused() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    with pytest.raises(WrongDocument, match="document 1 is nested too deeply"):
        masked(pa.array(["[]", deep]), [], keep_others=True)


# Pieces of JSON in any order: a few of these texts are JSON, and most nearly are.
PIECES = st.lists(
    st.sampled_from(
        ['"a"', '"b":', '"c": ', ":", ",", "{", "}", "[", "]", "1", " 2", "null", "x", '"', "\\"]
    ),
    max_size=9,
).map("".join)


@given(st.lists(PIECES, min_size=1, max_size=4))
def test_no_text_is_taken_for_json_that_is_none_and_no_leaf_is_a_neighbours(texts: list[str]) -> None:
    wrong = [at for at, text in enumerate(texts) if not is_json(text)]
    if wrong:
        with pytest.raises(WrongDocument) as refused:
            masked(pa.array(texts), [], keep_others=True)
        assert refused.value.row in wrong
    else:
        found = masked(pa.array(texts), [], keep_others=True).to_pylist()
        assert [json.loads(one or "0") for one in found] == [json.loads(text or "0") for text in texts]


def is_json(text: str) -> bool:
    """An empty text keeps its place."""
    try:
        json.loads(text or "0", parse_constant=pytest.fail)
    except json.JSONDecodeError:
        return False
    return True


def test_an_empty_text_keeps_its_place() -> None:
    found = masked(pa.array(["", '{"a": "x"}', None]), [hide("$.a")], keep_others=False)
    assert found.to_pylist() == ["", '{"a": "<x|None>"}', None]


def scalars(node: object) -> list[object]:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else None
    return [node] if inner is None else [one for part in inner for one in scalars(part)]
