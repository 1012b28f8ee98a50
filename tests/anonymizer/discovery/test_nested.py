"""Documents and arrays: every text has its place, and no place is called after somebody."""

from __future__ import annotations

import json

import pytest

from anonymizer.discovery.nested import elements, places


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        ("{}", []), ("{a,b}", ["a", "b"]), ("{wanda@thuis.example,NULL}", ["wanda@thuis.example"]),
        (r'{"a, \"b\"","NULL"}', ['a, "b"', "NULL"]), ("{{a,b},{c,NULL}}", ["a", "b", "c"]),
        ("[0:1]={a,b}", ["a", "b"]), (r'{"back\\slash"}', ["back\\slash"]),
    ],
)  # fmt: skip
def test_an_array_has_the_texts_that_are_not_null(array: str, texts: list[str]) -> None:
    assert elements([array]) == texts


def test_a_document_has_a_text_at_each_place() -> None:
    found = places(['{"a": {"b": "x"}, "c": [1, "y"], "n": 601234567, "s": 3}'])
    assert found.texts == {
        "$.a.b": (("a", "b"), ["x"]),
        "$.c[*]": (("c",), ["", "y"]),
        "$.n": (("n",), ["601234567"]),
        "$.s": (("s",), [""]),
    }
    assert (found.cut, found.unnamed) == (0, 0)


@pytest.mark.parametrize(
    "document",
    [
        {"jan@firma.pl": 1}, {"Jan Kowalski": 1}, {"601234567": 1}, {"44051401359": {"a": "b"}},
        {"Anna": 1, "Piotr": 2, "Katarzyna": 3}, {"jan_kowalski": 1, "anna-nowak": 2, "ewa.lis": 3},
        {f"k{number}": 1 for number in range(60)}, "jan@firma.pl",
    ],
)  # fmt: skip
def test_keys_that_may_be_somebodys_call_no_place(document: object) -> None:
    found = places([json.dumps(document)])
    assert not found.texts
    assert found.lists == {"$"} or found.unnamed == 1
    beside = places([json.dumps({"of": document, "x y": 1, "size": "3"})])
    assert set(beside.texts) <= {"$.size", "$.of"}
    assert not beside.lists - {"$.of"}


def test_a_document_that_was_cut_is_counted() -> None:
    found = places(['{"a": "x"}', '{"a": "xxxxx', "[" * 4000])
    assert found.cut == 2
    assert list(found.texts) == ["$.a"]
